"""Who needs a second factor is led to one, before anything of the organisation is read (T40,
T47), and comes back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access import second_factor
from access.models import Organisation, SupportAccess
from access.second_factor import Reason
from clients.models import Partnership
from tests.access.authenticator import add_app, add_passkey
from tests.journey import ALPINE, GARAGE

pytestmark = pytest.mark.django_db

BELMONT = "clinique-belmont"
GATE = "/profile/second-factor/"


@pytest.fixture
def partners_need_it(settings):
    settings.PARTNERS_NEED_SECOND_FACTOR = True


def demand(slug):
    Organisation.objects.filter(slug=slug).update(requires_second_factor=True)


def led(response):
    """(why, where the person was going) of a redirect to the gate."""
    parts = urlsplit(response.url)
    assert (response.status_code, parts.path) == (302, GATE)
    query = parse_qs(parts.query)
    return query["why"][0], query["next"][0]


# ---- Who needs one ----------------------------------------------------------------------------


def test_nobody_needs_one_unless_it_is_asked(world):
    for name, slug in (("lea", BELMONT), ("adam", BELMONT), ("clara", BELMONT), ("lea", ALPINE)):
        assert second_factor.reason_for(world.actor(name, slug)) is None


@pytest.mark.parametrize(
    ("name", "slug", "reason"),
    [
        ("lea", BELMONT, Reason.PARTNER),
        ("adam", BELMONT, Reason.PARTNER),
        ("cora", "boulangerie-du-lac", None),
        ("lea", ALPINE, None),
        ("clara", BELMONT, None),
    ],
)
def test_partners_representatives_need_one_at_their_clients(
    world, partners_need_it, name, slug, reason
):
    assert second_factor.reason_for(world.actor(name, slug)) == reason


@pytest.mark.parametrize(
    ("asking", "name", "slug", "reason"),
    [
        (BELMONT, "clara", BELMONT, Reason.ORGANISATION),
        (BELMONT, "colin", BELMONT, Reason.ORGANISATION),
        (BELMONT, "lea", BELMONT, None),  # of its people, not of its partner's
        (ALPINE, "lea", ALPINE, Reason.ORGANISATION),
        (ALPINE, "cora", "boulangerie-du-lac", Reason.ORGANISATION),  # wherever they act for it
        (ALPINE, "clara", BELMONT, None),
    ],
)
def test_an_organisation_asks_it_of_its_people(world, asking, name, slug, reason):
    demand(asking)
    assert second_factor.reason_for(world.actor(name, slug)) == reason


def test_support_needs_one_where_staff_do(world, settings):
    SupportAccess.objects.create(
        organisation=world.organisation(BELMONT),
        opened_by=world.person("clara"),
        opened_at=timezone.now(),
        until=timezone.now() + timedelta(hours=1),
    )
    actor = world.actor("staff", BELMONT)
    assert second_factor.reason_for(actor) is None
    settings.STAFF_NEED_SECOND_FACTOR = True
    assert second_factor.reason_for(actor) == Reason.STAFF


def test_recovery_codes_alone_are_no_second_factor(world):
    lea = world.person("lea")
    add_app(lea)
    assert second_factor.has_one(lea)
    lea.authenticator_set.filter(type="totp").delete()
    assert not second_factor.has_one(lea)
    add_passkey(lea)
    assert second_factor.has_one(lea)


# ---- The gate ---------------------------------------------------------------------------------


def test_the_way_to_the_gate_tells_nothing_of_the_client(world, partners_need_it):
    lea = world.client("lea")
    response = lea.get(f"/o/{BELMONT}/products/")
    assert led(response) == ("partner", f"/o/{BELMONT}/products/")
    page = lea.get(response.url)
    assert page.status_code == 200
    assert "Who represents or administers a partner" in page.text
    secrets = [product.name for product in world.products(BELMONT)]
    for secret in ("Clinique", "Belmont", "Alpine", *secrets):
        assert secret not in page.text


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_every_page_of_the_client_leads_there(world, partners_need_it, method):
    product = world.products("boulangerie-du-lac")[0]
    for name, arguments in (
        ("home", []),
        ("products", []),
        ("product", [product.public_id]),
        ("product_settings", [product.public_id]),
    ):
        url = reverse(name, args=["boulangerie-du-lac", *arguments])
        response = getattr(world.client("lea"), method)(url)
        if response.status_code != 405:
            assert led(response)[0] == "partner"


def test_a_form_that_was_sent_changes_nothing(world, partners_need_it):
    product = world.products("boulangerie-du-lac")[0]
    url = reverse("product_settings", args=["boulangerie-du-lac", product.public_id])
    led(world.client("lea").post(url, {"notes": "changed", "auto_renewal": ""}))
    before = product.notes
    product.refresh_from_db()
    assert product.notes == before


def queries(browser, url):
    with CaptureQueriesContext(connection) as found:
        assert browser.get(url).status_code == 200
    return len(found)


def test_who_has_one_passes_without_a_query_more(world, settings):
    add_app(world.person("lea"))
    lea, url = world.client("lea"), f"/o/{BELMONT}/products/"
    queries(lea, url)
    off = queries(lea, url)
    settings.PARTNERS_NEED_SECOND_FACTOR = True
    assert queries(lea, url) == off


def test_others_pass_without_a_query(world, settings, django_assert_num_queries):
    settings.PARTNERS_NEED_SECOND_FACTOR = True
    actor = world.actor("clara", BELMONT)
    with django_assert_num_queries(0):
        assert second_factor.missing(actor) is None


def test_who_is_nobody_there_learns_nothing(world, partners_need_it):
    demand(GARAGE)
    assert world.client("lea").get(f"/o/{GARAGE}/").status_code == 404
    assert world.client("lea").get("/o/no-such-place/").status_code == 404


def test_a_collaborators_clients_stay_open(world, partners_need_it):
    assert world.client("cora").get("/o/boulangerie-du-lac/").status_code in (200, 404)


def test_answering_a_request_is_behind_the_gate_too(world):
    """The organisation's products show in the steps."""
    asked = Partnership.objects.get(asked_email="marc@musee-du-jura.example", state="requested")
    url = reverse("request_answer", args=[asked.public_id])
    assert world.client("marc").get(url).status_code == 200
    demand("musee-du-jura")
    assert led(world.client("marc").get(url)) == ("organisation", url)
    led(world.client("marc").post(url, {"go": "next"}))
    add_passkey(world.person("marc"))
    assert world.client("marc").get(url).status_code == 200


# ---- The gate's page --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "page"), [("app", "mfa_activate_totp"), ("passkey", "mfa_add_webauthn")]
)
def test_the_chosen_way_and_back(world, partners_need_it, way, page):
    lea = world.client("lea")
    response = lea.post(GATE, {"way": way, "next": f"/o/{BELMONT}/"})
    assert response.url == reverse(page)
    add_app(world.person("lea"))
    assert "Go on" in lea.get(reverse("mfa_index")).text
    assert lea.post(GATE, {"way": "onward"}).url == f"/o/{BELMONT}/"
    assert "Go on" not in lea.get(reverse("mfa_index")).text


def test_nowhere_to_go_is_the_start(world):
    assert world.client("lea").post(GATE, {"way": "onward"}).url == reverse("start")
    assert world.client("lea").post(GATE, {}).url == reverse("start")


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_way_back_stays_here(world, target):
    """T36"""
    lea = world.client("lea")
    lea.post(GATE, {"way": "app", "next": target})
    assert lea.post(GATE, {"way": "onward"}).url == reverse("start")
    add_app(world.person("lea"))
    assert lea.get(GATE, {"next": target}).url == reverse("mfa_index")


def test_who_has_one_already_goes_straight_on(world):
    add_app(world.person("lea"))
    assert world.client("lea").get(GATE, {"next": f"/o/{BELMONT}/"}).url == f"/o/{BELMONT}/"


@pytest.mark.parametrize("why", ["", "nonsense", "<script>"])
def test_an_unknown_reason_is_none(world, why):
    page = world.client("lea").get(GATE, {"why": why})
    assert page.status_code == 200
    assert "<script>" not in page.text.replace("<script src", "")


def test_strangers_sign_in_first(world):
    assert reverse("account_login") in world.client().get(GATE).url


# ---- The staff's admin (T47) ------------------------------------------------------------------


def test_staff_are_led_to_one_and_back(world, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    staff = world.client("staff")
    response = staff.get("/admin/access/user/")
    assert urlsplit(response.url).path == "/admin/login/"
    assert led(staff.get(response.url)) == ("staff", "/admin/access/user/")
    assert led(staff.get("/admin/login/")) == ("staff", "/admin/")
    add_app(world.person("staff"))
    assert staff.get("/admin/access/user/").status_code == 200


def test_in_the_demonstration_staff_need_none(world):
    assert world.client("staff").get("/admin/").status_code == 200


def test_the_admin_stays_shut_for_others(world, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    add_app(world.person("lea"))
    assert world.client("lea").get("/admin/login/").status_code == 403


def test_the_admin_shows_no_secret(world):
    secret = add_app(world.person("lea"))
    staff = world.client("staff")
    for path in ("mfa/authenticator/", "usersessions/usersession/"):
        assert staff.get(f"/admin/{path}").status_code == 404
    page = staff.get(f"/admin/access/user/{world.person('lea').pk}/change/").text
    assert "TOTP" in page
    kept = world.person("lea").authenticator_set.get(type="totp").data["secret"]
    assert secret not in page
    assert kept not in page


# ---- Said where it is off ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path", "said"),
    [
        ("lea", f"/o/{BELMONT}/", True),
        ("lea", f"/o/{ALPINE}/reseller/clients/", True),
        ("lea", f"/o/{ALPINE}/", False),
        ("clara", f"/o/{BELMONT}/", False),
    ],
)
def test_pages_say_that_it_is_off(world, settings, name, path, said):
    sentence = "need no second factor"
    settings.DEMO = True
    assert (sentence in world.client(name).get(path).text) is said
    settings.PARTNERS_NEED_SECOND_FACTOR = True
    add_app(world.person(name))
    assert sentence not in world.client(name).get(path).text


def test_outside_of_a_demonstration_it_says_so_too(world):
    page = world.client("lea").get(f"/o/{BELMONT}/").text
    assert "is switched off" in page
    assert "demonstration" not in page
