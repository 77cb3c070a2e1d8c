"""The portal's own pages: landing, account, start, switcher, theme, errors."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponseNotAllowed
from django.test import RequestFactory
from django.urls import resolve, reverse

from access.errors import ActForbidden
from access.models import Membership, Organisation, User
from access.rules import Role
from portal import colour, views
from portal.middleware import MethodPageMiddleware

STATIC = Path(__file__).resolve().parent.parent.parent / "static"


# ---- Pages ---------------------------------------------------------------------------------


@pytest.fixture
def mia(db) -> User:
    return User.objects.create_user("mia@atelier-mia.example", "demo-password", name="Mia Keller")


def found(person: User, name: str, slug: str) -> Organisation:
    made = Organisation.objects.create(name=name, slug=slug, country="CH", currency="CHF")
    Membership.objects.create(user=person, organisation=made, role=Role.LEGAL_REPRESENTATIVE)
    return made


def links(html: str) -> set[str]:
    return {href.partition("?")[0] for href in re.findall(r'href="(/[^"#]*)"', html)}


def dead(html: str) -> list[str]:
    wrong = []
    for href in links(html):
        try:
            resolve(href)
        except Http404:
            if not href.startswith("/static/"):
                wrong.append(href)
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["programme", "directory", "tender_submit", "admin:index"])
def test_the_first_page_leads_its_four_readers_on(client, name):
    """Partners to the programme, clients to the directory, who needs help to tenders, staff to
    their desk."""
    cards = client.get(reverse("landing")).text.partition('class="audiences"')[2]
    assert f'href="{reverse(name)}"' in cards


ENTRANCES = [
    "landing",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_email_verification_sent",
    "account_inactive",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENTRANCES)
def test_public_pages_lead_somewhere(client, name):
    answer = client.get(reverse(name))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert dead(html) == []
    assert len(re.findall("<h1", html)) == 1
    assert '<main id="main"' in html
    assert 'lang="en"' in html


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["landing", "switch", "account_email", "account_change_password"])
def test_a_persons_own_pages_lead_somewhere(client, mia, name):
    client.force_login(mia)
    html = client.get(reverse(name)).content.decode()
    assert dead(html) == []
    assert len(re.findall("<h1", html)) == 1
    assert "Mia Keller" in html


def test_start_leads_each_person_to_their_place(client, mia):
    client.force_login(mia)
    start = reverse("start")
    assert client.get(start).url == reverse("organisation_new")
    found(mia, "Atelier Mia", "atelier-mia")
    assert client.get(start).url == reverse("home", args=["atelier-mia"])
    found(mia, "Keller Bau", "keller-bau")
    assert client.get(start).url == reverse("switch")


def test_staff_without_an_organisation_starts_in_the_admin(client, mia):
    mia.is_staff = True
    mia.save()
    client.force_login(mia)
    assert client.get(reverse("start")).url == reverse("admin:index")


def test_the_switcher_searches_and_shows_only_ones_own(client, mia):
    found(mia, "Atelier Mia", "atelier-mia")
    found(mia, "Keller Bau", "keller-bau")
    stranger = User.objects.create_user("noa@noa-web.example", "demo-password", name="Noa")
    found(stranger, "Noa Web", "noa-web")
    client.force_login(mia)
    every = client.get(reverse("switch")).content.decode()
    assert "Atelier Mia" in every
    assert "Noa Web" not in every
    some = client.get(reverse("switch"), {"q": "keller"}).content.decode()
    assert "Keller Bau" in some
    assert "Atelier Mia" not in some
    none = client.get(reverse("switch"), {"q": "noa"}).content.decode()
    assert "Noa Web" not in none
    assert "Nothing has this name" in none


def test_the_switcher_costs_the_same_with_thirty(
    client, mia, django_assert_max_num_queries, django_assert_num_queries
):
    found(mia, "Atelier Mia", "atelier-mia")
    client.force_login(mia)
    client.get(reverse("switch"))
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("switch"))
    for number in range(29):
        found(mia, f"Client {number}", f"client-{number}")
    with django_assert_num_queries(len(one)):
        client.get(reverse("switch"))


def test_the_switchers_panel_lists_the_first_of_ones_own(world):
    lea, clara = world.client("lea"), world.client("clara")
    panel = lea.get(reverse("switch_panel"), {"here": "clinique-belmont"}).text
    organisations, clients = panel.split('data-list="clients"')
    assert links(organisations) == {"/o/alpine-web/"}
    assert re.findall(r"/o/([\w-]+)/", clients) == [
        "boulangerie-du-lac",
        "clinique-belmont",
        "hotel-bellevue",
    ]
    assert panel.count('aria-current="true"') == 1
    assert "You reach no client yet." in clara.get(reverse("switch_panel")).text


def test_the_switcher_works_without_its_panel(world):
    page = world.client("lea").get("/o/alpine-web/products/").text
    panel = page.split("switcher-panel")[1].split("</details>")[0]
    for tab in ("organisations", "clients"):
        assert f'href="/switch/?tab={tab}"' in panel


def test_a_list_page_is_light_on_the_wire(client, mia):
    """Architecture section 8: under 100 KB for a first visit."""
    for number in range(50):
        found(mia, f"Organisation {number}", f"organisation-{number}")
    client.force_login(mia)
    page = client.get(reverse("switch")).content
    files = re.findall(r'(?:href|src)="/static/([^"#]+)["#]', page.decode())
    weight = sum(
        len(gzip.compress(body, 6))
        for body in [page, *((STATIC / name).read_bytes() for name in set(files))]
    )
    assert weight < 100_000


@pytest.mark.django_db
def test_the_theme_is_remembered(client):
    html = client.get(reverse("landing")).content.decode()
    assert html.count('media="(prefers-color-scheme: dark)"') == 2
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": reverse("account_login")})
    assert answer.url == reverse("account_login")
    html = client.get(reverse("landing")).content.decode()
    assert 'data-bs-theme="dark"' in html
    assert "portal/dark.css" in html
    assert "prefers-color-scheme" not in html
    client.post(reverse("set_theme"), {"theme": "light"})
    assert "dark.css" not in client.get(reverse("landing")).content.decode()
    client.post(reverse("set_theme"), {"theme": '"><script>'})
    assert 'data-bs-theme="light"' in client.get(reverse("landing")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:a", ""])
def test_the_theme_never_leads_elsewhere(client, target):
    """T36"""
    answer = client.post(reverse("set_theme"), {"theme": "dark", "next": target})
    assert answer.url == reverse("landing")


@pytest.mark.django_db
def test_the_vendors_stylesheet(client, settings):
    settings.VENDOR_COLOUR = "#ffee00"
    answer = client.get(reverse("vendor_stylesheet"))
    assert answer["Content-Type"].startswith("text/css")
    assert "max-age=31536000" in answer["Cache-Control"]
    assert answer.content.decode() == colour.stylesheet("#ffee00")
    html = client.get(reverse("landing")).content.decode()
    assert f"{reverse('vendor_stylesheet')}?ffee00" in html


# ---- Error pages: without a database ---------------------------------------------------------


def asked(path: str = "/o/nowhere/"):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def test_404_and_400_and_500_need_no_database():
    missing = views.not_found(asked(), Http404())
    assert missing.status_code == 404
    assert "There is nothing here for you" in missing.content.decode()
    assert views.bad_request(asked(), ValueError()).status_code == 400
    broken = views.server_error(asked())
    assert broken.status_code == 500
    assert dead(broken.content.decode()) == []


def test_403_says_which_act_and_who_can():
    refusal = ActForbidden(
        "You may not authorise a partner.", act="authorise a partner", who=["Gina <b>"]
    )
    html = views.forbidden(asked(), refusal).content.decode()
    assert "You may not authorise a partner." in html
    assert "Gina &lt;b&gt;" in html


def test_a_form_sent_too_late_is_told_so():
    answer = views.csrf_failure(asked(), "CSRF cookie not set.")
    assert answer.status_code == 403
    assert "Please send the form once more" in answer.content.decode()


@pytest.mark.django_db
def test_a_wrong_method_gets_a_page():
    def answer(request):
        return HttpResponseNotAllowed(["POST"])

    got = MethodPageMiddleware(answer)(asked("/theme/"))
    assert got.status_code == 405
    assert got["Allow"] == "POST"
    assert "does not work that way" in got.content.decode()
