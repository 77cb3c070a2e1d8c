"""The public directory (D1): the list, its search and filters, and a page for each partner."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from partners import services
from partners.models import DirectoryPage, Partner, Place
from partners.services.directory import change_page
from tests.journey import ALPINE, RHONE
from tests.partners.directory_cast import (
    DESCRIPTIONS,
    HEADLINES,
    LIST,
    PAGE,
    blank,
    hide,
    write_page,
)
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_written(world: World) -> None:
    blank()


def listed(browser: Client, query: str = "", language: str = "en") -> set[str]:
    """The partners on the list, by the last part of their pages' addresses."""
    html = browser.get(f"/{language}/directory/{query}").content.decode()
    return set(re.findall(rf'<h2><a href="/{language}/directory/([\w-]+)/"', html))


@pytest.fixture
def written(world: World) -> World:
    write_page(world)
    return world


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", {ALPINE, RHONE}),
        ("?q=alpine", {ALPINE}),
        ("?q=ALPINE+geneve", {ALPINE}),  # accents and case aside, each word somewhere
        ("?q=joomla", {ALPINE}),
        ("?q=schnelle", {ALPINE}),
        ("?q=annecy", {ALPINE}),
        ("?q=domains", {ALPINE}),
        ("?q=alpine+lyon", set()),
        ("?q=%25", set()),
        ("?q=fr", set()),  # a key of the texts is no word of theirs
        ("?category=web-domains", {ALPINE}),
        ("?category=streaming", {ALPINE, RHONE}),  # offered by nobody: no filter
        ("?language=de", {ALPINE}),
        ("?country=FR", {ALPINE, RHONE}),  # works there, or is at home there
        ("?country=CH", {ALPINE}),
        ("?place=annecy", {ALPINE}),
        ("?place=nowhere", set()),
        ("?sort=since", {ALPINE, RHONE}),
        ("?category=zzz&language=%00&country=x&sort=zzz&page=99", {ALPINE, RHONE}),
    ],
)
def test_what_is_found(written: World, query: str, slugs: set[str]) -> None:
    assert listed(written.client(), query) == slugs


@pytest.mark.parametrize("text", ["lea@alpineweb.example", "hello@alpineweb.example", "alpineweb"])
def test_addresses_find_nobody(written: World, text: str) -> None:
    """T27: whom one looks for by address, one finds in the portal, exactly and counted."""
    assert listed(written.client(), f"?q={text}") == set()


def test_only_what_finds_somebody_is_offered(written: World) -> None:
    html = written.client().get(LIST).content.decode()
    offered = set(re.findall(r'<option value="([\w-]+)"', html)) - {"name", "since"}
    assert offered == {"web-domains", "collaboration", "fr", "de", "CH", "FR"}


@pytest.mark.parametrize(
    "gone", [{"listed": False}, {"state": "suspended"}, {"state": "refused", "approved_at": None}]
)
def test_who_does_not_show_is_nowhere_at_once(written: World, gone: dict[str, Any]) -> None:
    """T27, P5: list, page, contact, search, sitemap and logo, also for who saw them before."""
    browser = written.client()
    logo = DirectoryPage.objects.get(partner__organisation__slug=ALPINE).logo
    pages = [PAGE, f"{PAGE}contact/", f"/logos/{logo.public_id}/"]
    tags = {LIST: browser.get(LIST)["ETag"], PAGE: browser.get(PAGE)["ETag"]}
    assert {browser.get(page).status_code for page in pages} == {200}
    assert "alpine-web" in browser.get("/sitemap.xml").content.decode()
    hide(**gone)
    assert {browser.get(page).status_code for page in pages} == {404}
    assert browser.get(PAGE, headers={"if-none-match": tags[PAGE]}).status_code == 404
    again = browser.get(LIST, headers={"if-none-match": tags[LIST]})
    assert again.status_code == 200
    assert "Alpine" not in again.content.decode()
    assert listed(browser, "?q=alpine") == set()
    assert "alpine-web" not in browser.get("/sitemap.xml").content.decode()


def test_staff_suspend_and_the_page_is_gone(written: World) -> None:
    """P5, by the verb itself."""
    services.suspend(partner=written.partner(ALPINE), by=None)
    assert written.client().get(PAGE).status_code == 404


def test_unknown_and_hidden_answer_alike(written: World) -> None:
    """T27"""
    hide()
    hidden, unknown = (written.client().get(path) for path in (PAGE, f"{LIST}alpine-wob/"))
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.content.replace(b"alpine-web", b"alpine-wob") == unknown.content


@pytest.mark.parametrize(
    ("language", "headline", "description"),
    [
        ("fr", HEADLINES["fr"], "Nous aimons Joomla."),
        ("de", HEADLINES["de"], DESCRIPTIONS["de"]),
        ("it", HEADLINES["de"], DESCRIPTIONS["de"]),  # the partner's first, marked as German
    ],
)
def test_texts_are_in_the_readers_language(
    written: World, language: str, headline: str, description: str
) -> None:
    html = written.client().get(f"/{language}/directory/{ALPINE}/").content.decode()
    assert headline in html
    assert description in html
    assert ('<div lang="de">' in html) is (language == "it")
    assert f'<html lang="{language}"' in html


def test_a_listed_partner_without_words_shows_what_is_known(world: World) -> None:
    html = world.client().get(PAGE).content.decode()
    assert "Verified partner since" in html
    assert "has not written about itself yet" in html


def test_texts_stay_texts(written: World) -> None:
    """T38: no markup, and a web site is https and vouched for by nobody."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    write_page(
        written,
        headlines={"en": evil},
        descriptions={"en": f"{evil}\n</script><script>alert(2)</script> https://evil.example"},
        places=[(evil[:60], "CH")],
    )
    for path in (LIST, PAGE):
        html = written.client().get(path).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert 'href="https://evil.example' not in html
    site = re.search(r'<a href="https://www.alpineweb.example/" rel="([^"]*)"', html)
    assert site[1] == "noopener nofollow ugc"
    DirectoryPage.objects.update(website="javascript:alert(1)")
    assert "javascript:" not in written.client().get(PAGE).content.decode()


# ---- Search engines ----------------------------------------------------------------------------


def data_of(html: str) -> dict[str, Any]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    assert len(found) == 1
    return json.loads(found[0])


def test_structured_data_of_a_page(written: World) -> None:
    html = written.client().get(f"/fr/directory/{ALPINE}/").content.decode()
    firm = data_of(html)["mainEntity"]
    assert data_of(html)["@context"] == "https://schema.org"
    assert firm["@type"] == "Organization"
    assert firm["name"] == "Alpine Web Sàrl"
    assert firm["slogan"] == HEADLINES["fr"]
    assert firm["sameAs"] == ["https://www.alpineweb.example/"]
    assert firm["logo"].startswith(f"{settings.BASE_URL}/logos/")
    assert [place["name"] for place in firm["areaServed"]] == ["Genève, Suisse", "Annecy, France"]


def test_structured_data_ends_no_script(written: World) -> None:
    """T38"""
    write_page(written, headlines={"en": "</script><b>\u2028&"})
    html = written.client().get(PAGE).content.decode()
    assert data_of(html)["mainEntity"]["slogan"] == "</script><b>\u2028&"


def test_structured_data_of_the_list(written: World) -> None:
    items = data_of(written.client().get(LIST).content.decode())["mainEntity"]["itemListElement"]
    assert [item["name"] for item in items] == ["Alpine Web Sàrl", "Rhône Digital SAS"]
    assert items[0]["url"] == f"{settings.BASE_URL}{PAGE}"


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_each_page_names_itself_in_each_language(written: World, path: str) -> None:
    """T35: with the portal's own address, whatever the request says of the host."""
    html = written.client(HTTP_X_FORWARDED_HOST="evil.example").get(path).content.decode()
    links = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)"', html))
    rest = path.removeprefix("/en")
    assert links == {
        language: f"{settings.BASE_URL}/{language}{rest}" for language, _name in settings.LANGUAGES
    } | {"x-default": f"{settings.BASE_URL}{rest}"}
    assert f'<link rel="canonical" href="{settings.BASE_URL}{path}">' in html
    assert '<meta name="robots" content="noindex' not in html
    assert "evil.example" not in html
    assert re.search(rf'property="og:image" content="{settings.BASE_URL}/', html)


def test_an_address_without_language_leads_to_the_readers(written: World) -> None:
    answer = Client().get("/directory/", headers={"accept-language": "de"})
    assert answer["Location"] == "/de/directory/"


def test_what_somebody_searched_is_not_for_search_engines(written: World) -> None:
    html = written.client().get(f"{LIST}?q=alpine").content.decode()
    assert '<meta name="robots" content="noindex,follow">' in html
    assert "canonical" not in html


def test_the_sitemap_names_every_public_page_in_each_language(written: World) -> None:
    answer = written.client().get("/sitemap.xml")
    assert answer["Content-Type"].startswith("application/xml")
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    places = [node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{settings.BASE_URL}/de/directory/{ALPINE}/" in places
    assert f"{settings.BASE_URL}/fr/directory/" in places
    assert not [place for place in places if not place.startswith(settings.BASE_URL)]
    paths = [place.removeprefix(settings.BASE_URL) for place in places if "directory" in place]
    assert {written.client().get(path).status_code for path in paths} == {200}


def test_robots_are_told_where_the_sitemap_is(world: World) -> None:
    text = world.client().get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in text
    assert "Disallow: /o/" in text
    assert "Disallow: /\n" not in text


# ---- A thousand of them --------------------------------------------------------------------------


def many(world: World, count: int) -> None:
    partners = world.add_partners(count)
    categories = world.category("web-domains"), world.category("collaboration")
    pages = DirectoryPage.objects.bulk_create(
        DirectoryPage(partner=partner, headlines=HEADLINES, languages=["fr"])
        for partner in partners
    )
    Place.objects.bulk_create(Place(page=page, name="Bern", country="CH") for page in pages)
    through = DirectoryPage.categories.through
    through.objects.bulk_create(
        through(directorypage_id=page.pk, category_id=category.pk)
        for page in pages
        for category in categories
    )


QUERIES = ["", "?q=bern", "?category=web-domains&language=fr&country=CH&place=bern&sort=since"]


@pytest.mark.parametrize("query", QUERIES)
def test_thirty_cost_the_queries_of_two(
    written: World, query: str, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    browser = written.client()
    many(written, 2)
    with django_assert_max_num_queries(12) as few:
        browser.get(LIST + query)
    many(written, 30)
    with django_assert_num_queries(len(few)):
        browser.get(LIST + query)


def test_pages_hold_24(written: World) -> None:
    many(written, 30)
    first, second = listed(written.client()), listed(written.client(), "?page=2")
    assert (len(first), len(second)) == (24, 8)
    assert not first & second


def test_who_writes_last_shows_at_once(written: World) -> None:
    browser = written.client()
    before = browser.get(LIST)
    with translation.override("fr"):
        change_page(by=written.actor("lea", ALPINE), headlines={"en": "Now in English"})
    after = browser.get(LIST, headers={"if-none-match": before["ETag"]})
    assert "Now in English" in after.content.decode()


def test_a_partners_new_name_shows_at_once(written: World) -> None:
    browser = written.client()
    before = browser.get(LIST)
    organisation = Partner.objects.get(organisation__slug=ALPINE).organisation
    organisation.name = "Alpine Net Sàrl"
    organisation.save()
    after = browser.get(LIST, headers={"if-none-match": before["ETag"]})
    assert "Alpine Net Sàrl" in after.content.decode()
