"""Which language a page and a mail speak (domain section 12): the address's, else the one chosen
in this browser, else the profile's, else the browser's own, else English."""

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from access.models import OutgoingMail, User
from access.web import languages
from tests.world import World

pytestmark = pytest.mark.django_db

COOKIE = settings.LANGUAGE_COOKIE_NAME
COOKIE_OF_VISIT = languages.COOKIE
PUBLIC = ["landing", "programme", "directory", "tender_submit"]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    """A request leaves its language to the thread."""
    yield
    translation.activate("en")


def page(name: str, language: str) -> str:
    with translation.override(language):
        return reverse(name)


def spoken(client: Client, path: str, accept: str = "") -> str:
    headers = {"accept-language": accept} if accept else {}
    answer = client.get(path, headers=headers)
    found = re.search(r'<html lang="(\w+)"', answer.content.decode())
    assert found, answer
    assert answer["Content-Language"] == found.group(1)
    return found.group(1)


# ---- The order -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("de", "de"),
        ("de-CH,en;q=0.5", "de"),
        ("fr-CA", "fr"),
        ("it-CH, fr;q=0.9", "it"),
        ("es-419,es;q=0.9", "es"),
        ("pt-BR,pt;q=0.9", "en"),
        ("pt, fr;q=0.5", "fr"),
        ("", "en"),
        ("*", "en"),
        ("en;q=0.1, de;q=0.9", "de"),
    ],
)
def test_a_stranger_reads_the_browsers_language(accept: str, language: str) -> None:
    assert spoken(Client(), reverse("account_login"), accept) == language
    answer = Client().get("/", headers={"accept-language": accept} if accept else {})
    assert answer["Location"] == f"/{language}/"


def test_what_the_front_page_answers_depends_on_who_asks() -> None:
    """No cache hands one visitor's language to another."""
    vary = {part.strip() for part in Client().get("/")["Vary"].split(",")}
    assert {"Accept-Language", "Cookie"} <= vary


def test_the_choice_in_this_browser_comes_before_the_profile_and_the_browser(world: World) -> None:
    lea = world.client("lea")
    del lea.cookies[COOKIE]
    User.objects.filter(pk=world.person("lea").pk).update(language="it")
    assert spoken(lea, reverse("switch"), "de") == "it"
    lea.cookies[COOKIE] = "es"
    assert spoken(lea, reverse("switch"), "de") == "es"
    assert spoken(lea, page("programme", "fr"), "de") == "fr"
    assert spoken(lea, reverse("switch"), "de") == "es"


def test_a_stranger_keeps_the_choice() -> None:
    stranger = Client()
    answer = stranger.post(
        reverse("set_language"),
        {"language": "it", "next": page("programme", "de")},
        headers={"origin": "http://testserver", "sec-fetch-site": "same-origin"},
    )
    assert answer["Location"] == page("programme", "it")
    assert spoken(stranger, reverse("account_login"), "de") == "it"
    assert stranger.get("/", headers={"accept-language": "de"})["Location"] == "/it/"


@pytest.mark.parametrize(("name", "ways"), [("landing", 2), ("programme", 3), ("directory", 1)])
def test_a_public_pages_way_in_speaks_as_the_page_does(name: str, ways: int) -> None:
    """Until somebody chooses a language in this browser, or is in."""
    stranger = Client()
    html = stranger.get(page(name, "fr")).content.decode()
    assert COOKIE_OF_VISIT not in stranger.cookies
    links = set(re.findall(r'href="(/accounts/[^"]+)"', html))
    assert len(links) == ways
    for link in map(unescape, links):
        assert spoken(Client(), link, "de") == "fr"
    assert spoken(stranger, reverse("account_login"), "de") == "de"
    stranger.get(unescape(links.pop()))
    for there in ("account_login", "account_signup", "account_reset_password"):
        assert spoken(stranger, reverse(there), "de") == "fr"
    stranger.cookies[COOKIE] = "it"
    assert spoken(stranger, reverse("account_login") + "?language=fr", "de") == "it"


def test_who_is_in_has_their_own_language_whatever_they_came_with(world: World) -> None:
    lea = world.client("lea")
    User.objects.filter(pk=world.person("lea").pk).update(language="it")
    del lea.cookies[COOKIE]
    lea.cookies[COOKIE_OF_VISIT] = "fr"
    assert spoken(lea, reverse("switch") + "?language=es", "de") == "it"


@pytest.mark.parametrize("named", ["xx", "pt", "FR", '"><b>', "fr\r\nX: y", ""])
def test_a_language_that_is_none_is_not_kept(named: str) -> None:
    stranger = Client()
    answer = stranger.get(reverse("account_login"), {"language": named})
    assert (answer.status_code, COOKIE_OF_VISIT in stranger.cookies) == (200, False)
    assert spoken(stranger, reverse("account_login"), "de") == "de"


def test_a_public_page_keeps_nothing_of_its_query() -> None:
    """Caches may keep it: the directory's own filter is named so."""
    stranger = Client()
    stranger.get(page("directory", "en"), {"language": "fr"})
    assert not stranger.cookies


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize(("here", "there"), [("en", "de"), ("fr", "es")])
def test_the_switch_leads_to_the_same_page_in_the_other_language(
    world: World, name: str, here: str, there: str
) -> None:
    lea = world.client("lea")
    html = lea.get(page(name, here)).content.decode()
    assert f'name="next" value="{page(name, here)}"' in html
    data = {"language": there, "next": page(name, here)}
    assert lea.post(reverse("set_language"), data)["Location"] == page(name, there)
    assert User.objects.get(pk=world.person("lea").pk).language == there


def test_a_cookie_with_nonsense_counts_for_nothing() -> None:
    for value in ("xx", "../de", "pt", '"><b>', ""):
        stranger = Client()
        stranger.cookies[COOKIE] = value
        assert spoken(stranger, reverse("account_login"), "de") == "de"


# ---- New people, and mails -----------------------------------------------------------------


def test_who_signs_up_keeps_the_language_of_the_form() -> None:
    browser = Client(headers={"accept-language": "de-CH,fr;q=0.5"})
    data = {"name": "Ruth Ärni", "email": "ruth@aerni.example"}
    data |= {"password1": "Kirschbaum-77", "password2": "Kirschbaum-77"}
    browser.post(reverse("account_signup"), data)
    assert User.objects.get(email="ruth@aerni.example").language == "de"
    mails = OutgoingMail.objects.filter(address="ruth@aerni.example")
    assert {mail.language for mail in mails} == {"de"}


def test_a_person_gets_mails_in_the_profiles_language_whoever_causes_them(world: World) -> None:
    """Somebody else asks, in another language."""
    User.objects.filter(pk=world.person("lea").pk).update(language="es")
    asking = Client(headers={"accept-language": "it"})
    asking.post(reverse("account_reset_password"), {"email": world.person("lea").email})
    newest = OutgoingMail.objects.filter(address=world.person("lea").email).order_by("pk").last()
    assert newest is not None
    assert newest.language == "es"


def test_an_invitation_to_an_unknown_address_speaks_as_its_inviter_reads(world: World) -> None:
    gina = world.client("gina")
    gina.cookies[COOKIE] = "it"
    where = reverse("member_invite", args=["garage-nord"])
    gina.post(where, {"email": "nuova@garage.example", "role": "collaborator"})
    newest = OutgoingMail.objects.filter(address="nuova@garage.example").last()
    assert newest is not None
    assert newest.language == "it"


# ---- Search engines ------------------------------------------------------------------------


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_public_page_names_itself_in_each_language(
    world: World, name: str, language: str
) -> None:
    path = page(name, language)
    html = Client().get(path).content.decode()
    links = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', html))
    rest = path.removeprefix(f"/{language}")
    expected = {code: f"{settings.BASE_URL}/{code}{rest}" for code in LANGUAGES}
    assert links == expected | {"x-default": f"{settings.BASE_URL}{rest}"}
    assert f'<link rel="canonical" href="{settings.BASE_URL}{path}">' in html
    assert f'<html lang="{language}"' in html
    assert "noindex" not in html


def test_the_sitemap_holds_each_of_them_with_its_alternates(world: World) -> None:
    tree = ElementTree.fromstring(Client().get("/sitemap.xml").content)  # noqa: S314 - our own
    site = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    entries = {url.findtext(f"{site}loc"): url for url in tree}
    for name in PUBLIC:
        for language in LANGUAGES:
            url = entries[settings.BASE_URL + page(name, language)]
            others = {link.get("hreflang") for link in url if link.tag.endswith("link")}
            assert others == {*LANGUAGES, "x-default"}
