"""The pages of support: letting it in, the codes, and every page of an organisation as support
(S1, S2, A3, threats T29, T30)."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Act, SupportAccess, SupportCode, SupportLookup
from access.services import support
from clients.models import Product

pytestmark = pytest.mark.django_db

GARAGE, CLINIC = "garage-nord", "clinique-belmont"
PAGE = f"/o/{GARAGE}/support/"


@pytest.fixture
def gina(world):
    return world.client("gina")


@pytest.fixture
def staff(world):
    return world.client("staff")


def let_in(world, name="gina", slug=GARAGE, **terms):
    return support.open_access(by=world.actor(name, slug), **({"hours": 4} | terms))


def premium(world, slug=GARAGE):
    organisation = world.organisation(slug)
    support.set_premium(organisation=organisation, premium=True, by=world.person("staff"))
    return organisation.vip_code


def text_of(response):
    """The page's words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def strip_of(response):
    """What the banner says."""
    found = re.search(
        r'<section class="strip strip-partner".*?</section>', response.content.decode(), re.S
    )
    return " ".join(re.sub(r"<[^>]+>", "", found.group()).split()) if found else ""


def close_url(access):
    return reverse("support_close", args=[access.organisation.slug, access.public_id])


def prolong_url(access):
    return reverse("support_prolong", args=[access.organisation.slug, access.public_id])


# ---- letting support in ----------------------------------------------------------------------


def test_the_organisation_lets_support_in_to_look_only_unless_ticked(world, gina, staff):
    """S2, T30"""
    assert staff.get(f"/o/{GARAGE}/").status_code == 404
    answer = gina.post(PAGE, {"hours": "4", "reason": "An old certificate"}, follow=True)
    access = SupportAccess.objects.get()
    assert (access.may_write, access.reason) == (False, "An old certificate")
    for words in ("3 hours, 59 minutes left", "Look, but change nothing", "An old certificate"):
        assert words in text_of(answer)
    assert staff.get(f"/o/{GARAGE}/").status_code == 200


def test_ticked_it_may_change(world, gina):
    gina.post(PAGE, {"hours": "168", "may_write": "on"})
    access = SupportAccess.objects.get()
    assert (access.may_write, access.until - access.opened_at) == (True, timedelta(days=7))


@pytest.mark.parametrize(
    "typed",
    [
        {"hours": "169"},
        {"hours": "0"},
        {"hours": "x"},
        {"hours": ""},
        {"hours": "4", "reason": "r" * 201},
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_opens_nothing(gina, typed):
    answer = gina.post(PAGE, typed)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not SupportAccess.objects.exists()


def test_letting_in_twice_is_told(world, gina):
    """Two tabs: the second reads that it is open, with the terms of the first."""
    gina.post(PAGE, {"hours": "4"})
    answer = gina.post(PAGE, {"hours": "24", "may_write": "on"}, follow=True)
    assert "Support has been let in already" in text_of(answer)
    assert SupportAccess.objects.get().may_write is False


def test_prolonging_and_shutting_out(world, gina, staff):
    access = let_in(world, hours=1)
    answer = gina.post(prolong_url(access), {"hours": "24"}, follow=True)
    assert "23 hours, 59 minutes left" in text_of(answer)
    answer = gina.post(close_url(access), follow=True)
    assert "Support is shut out" in text_of(answer)
    assert "shut out by Gina Romano" in text_of(answer)
    assert staff.get(f"/o/{GARAGE}/products/").status_code == 404
    for url in (close_url(access), prolong_url(access)):
        assert "over already" in text_of(gina.post(url, {"hours": "4"}, follow=True))
    assert not SupportAccess.objects.live().exists()


@pytest.mark.parametrize("hours", ["", "169", "x"])
def test_a_wrong_time_prolongs_nothing(world, gina, hours):
    access = let_in(world, hours=1)
    answer = gina.post(prolong_url(access), {"hours": hours}, follow=True)
    assert "Choose how long" in text_of(answer)
    assert SupportAccess.objects.get().until == access.until


def test_get_changes_nothing(world, gina):
    access = let_in(world)
    for url in (close_url(access), prolong_url(access), f"/o/{GARAGE}/premium/renew/"):
        assert gina.get(url).status_code == 405
    assert SupportAccess.objects.live().exists()


def test_who_may_let_support_in(world):
    """An administrator may; a collaborator reads who can (403); a partner's person finds nothing
    (404), and so does a stranger to the organisation."""
    world.add_member(CLINIC, "anna", "administrator")
    answers = {
        name: world.client(name).get(f"/o/{CLINIC}/support/").status_code
        for name in ("clara", "anna", "colin", "lea", "gina", "staff")
    }
    assert answers == {
        "clara": 200, "anna": 200, "colin": 403, "lea": 404, "gina": 404, "staff": 404
    }  # fmt: skip
    assert world.client().get(f"/o/{CLINIC}/support/").status_code == 302


def test_a_refused_try_is_in_the_log(world):
    """T9"""
    assert world.client("colin").post(f"/o/{CLINIC}/support/", {"hours": "4"}).status_code == 403
    assert not SupportAccess.objects.exists()
    assert Act.objects.filter(act="support.open", allowed=False).get().person == world.person(
        "colin"
    )


@pytest.mark.parametrize("other", ["another organisation's", "unknown"])
def test_an_access_of_others_answers_like_none(world, gina, other):
    """T43"""
    theirs = let_in(world, "hugo", "hotel-bellevue")
    public_id = theirs.public_id if other != "unknown" else "x" * 16
    for name in ("support_close", "support_prolong"):
        url = reverse(name, args=[GARAGE, public_id])
        assert gina.post(url, {"hours": "4"}).status_code == 404
    assert SupportAccess.objects.live().exists()


def test_the_history_stays_and_is_paged(world, gina, django_assert_num_queries):
    for number in range(25):
        access = let_in(world, reason=f"Case {number}")
        support.close_access(access=access, by=world.actor("gina", GARAGE))
        if number == 0:
            with CaptureQueriesContext(connection) as few:
                gina.get(PAGE)
    with django_assert_num_queries(len(few)):
        first = text_of(gina.get(PAGE))
    assert "Case 24" in first
    assert "Case 3 " not in first
    assert "Case 3 " in text_of(gina.get(PAGE, {"page": "2"}))


# ---- the banner (A3, T30) --------------------------------------------------------------------


def test_support_reads_where_it_is_until_when_and_what_it_may(world, staff):
    """A3"""
    access = let_in(world)
    until = access.until.astimezone().strftime("%H:%M")
    for path in ("", "products/", "people/"):
        said = strip_of(staff.get(f"/o/{GARAGE}/{path}"))
        assert said.startswith("You are in Garage Nord's organisation as Example Cloud's support")
        assert f"{until}, you may look only" in said
    support.close_access(access=access, by=world.actor("gina", GARAGE))
    let_in(world, may_write=True)
    assert "you may look and change settings" in strip_of(staff.get(f"/o/{GARAGE}/"))


def test_members_read_that_support_may_come_in(world):
    let_in(world, "clara", CLINIC)
    clara, colin = (
        strip_of(world.client(name).get(f"/o/{CLINIC}/")) for name in ("clara", "colin")
    )
    assert "Example Cloud's support may come into this organisation until" in clara
    assert "See or shut out" in clara
    assert "may come into this organisation" in colin
    assert "shut out" not in colin
    lea = strip_of(world.client("lea").get(f"/o/{CLINIC}/"))
    assert "support may come" not in lea
    assert strip_of(world.client("gina").get(f"/o/{GARAGE}/")) == ""


# ---- every page as support -------------------------------------------------------------------

READ = ["", "products/", "products/products.csv", "people/", "organisation/"]
REFUSED = [("support/", 403), ("organisation/edit/", 403)]
HIDDEN = ["partners/", "premium/", "reseller/clients/"]


@pytest.mark.parametrize("may_write", [False, True])
def test_the_pages_of_an_organisation_as_support(world, staff, may_write):
    premium(world)
    let_in(world, may_write=may_write)
    root = f"/o/{GARAGE}/"
    assert {path: staff.get(root + path).status_code for path in READ} == dict.fromkeys(READ, 200)
    refused = [(path, staff.get(root + path).status_code) for path, _said in REFUSED]
    assert refused == REFUSED
    assert [staff.get(root + path).status_code for path in HIDDEN] == [404] * 3


def test_support_reads_names_but_no_addresses(world, staff):
    """Section 6's "names": what a helper needs to know whom it speaks of."""
    let_in(world)
    person = reverse("member", args=[GARAGE, world.membership("gina", GARAGE).public_id])
    assert "Gina Romano" in text_of(staff.get(person))
    for path in [*READ, person.removeprefix(f"/o/{GARAGE}/")]:
        answer = staff.get(f"/o/{GARAGE}/{path}")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"gina@garage-nord.example" not in body


def test_reading_support_changes_nothing(world, staff):
    let_in(world)
    product = world.products(GARAGE)[0]
    url = reverse("product_settings", args=[GARAGE, product.public_id])
    page = reverse("product", args=[GARAGE, product.public_id])
    assert url not in staff.get(page).content.decode()
    assert staff.get(url).status_code == 403
    assert staff.post(url, {"name": "Taken"}).status_code == 403
    assert Product.objects.get(pk=product.pk).name == product.name
    assert Act.objects.filter(act="product.change_settings", allowed=False).exists()


def test_writing_support_changes_settings_in_its_own_name(world, staff):
    """T30, T31: the line names the person of the staff, acting for no organisation."""
    let_in(world, may_write=True)
    product = world.products(GARAGE)[0]
    url = reverse("product_settings", args=[GARAGE, product.public_id])
    assert staff.get(url).status_code == 200
    typed = {"name": "Repaired", "technical_contact": "", "notes": "", "auto_renewal": "on"}
    answer = staff.post(url, typed, follow=True)
    assert "The settings of Repaired are saved." in text_of(answer)
    line = Act.objects.filter(act="product.change_settings").get()
    assert (line.person.email, line.acted_for, line.capacity) == (
        "staff@portal.example",
        None,
        "support_write",
    )


def test_the_switcher_leads_staff_to_what_is_open(world, staff):
    assert "Nobody has let support in" in text_of(staff.get("/switch/", {"tab": "support"}))
    let_in(world)
    assert f'href="/o/{GARAGE}/"' in staff.get("/switch/", {"tab": "support"}).content.decode()
    home = staff.get(f"/o/{GARAGE}/").content.decode()
    assert "Open to support" in home
    gina = world.client("gina")
    assert "Open to support" not in gina.get("/switch/").content.decode()
    assert "tab=support" not in gina.get(f"/o/{GARAGE}/").content.decode()


def test_the_notice_costs_a_members_page_no_query(world, gina):
    url = f"/o/{GARAGE}/products/"
    gina.get(url)
    with CaptureQueriesContext(connection) as before:
        gina.get(url)
    let_in(world)
    with CaptureQueriesContext(connection) as after:
        gina.get(url)
    assert len(after) == len(before)


# ---- the person's code (T29) -----------------------------------------------------------------


def test_the_code_is_shown_once(world, gina):
    """T29: in the answer to the POST, and on no page afterwards."""
    assert "You have no code yet" in text_of(gina.get("/support-code/"))
    assert not SupportCode.objects.exists()
    answer = gina.post("/support-code/")
    code = re.search(r"<code>(\d{4} \d{4})</code>", answer.content.decode()).group(1)
    assert "no-store" in answer["Cache-Control"]
    again = gina.get("/support-code/").content.decode()
    assert code not in again
    assert "If you no longer have it, make another" in again
    found = support.look_up(code=code, staff=world.person("staff"))
    assert found.person == world.person("gina")


def test_the_page_tells_who_looked_the_person_up(world, gina):
    """T29"""
    assert "Nobody has found you" in text_of(gina.get("/support-code/"))
    staff = world.person("staff")
    support.look_up(code=support.new_code(person=world.person("gina")), staff=staff)
    said = text_of(gina.get("/support-code/"))
    assert f"{staff.name} Example Cloud's support" in said
    assert "was used at" in said
    assert "Nobody has found you" in text_of(world.client("bruno").get("/support-code/"))


def test_a_code_that_ran_out_is_told(world, gina):
    support.new_code(person=world.person("gina"))
    kept = SupportCode.objects.get()
    SupportCode.objects.update(expires_at=kept.expires_at - timedelta(hours=25))
    assert "ran out" in text_of(gina.get("/support-code/"))


def test_the_page_says_what_the_code_is_not(world, gina):
    """S1: "and the page says so"."""
    premium(world)
    for url in ("/support-code/", f"/o/{GARAGE}/premium/", PAGE):
        said = text_of(gina.get(url))
        assert "Authorisation code of a domain transfer Neither of the two." in said


def test_the_code_page_is_for_people_who_signed_in(world):
    assert world.client().post("/support-code/").status_code == 302
    assert not SupportCode.objects.exists()


def test_many_look_ups_are_paged(world, gina):
    SupportLookup.objects.bulk_create(
        SupportLookup(
            staff=world.person("staff"), user=world.person("gina"), kind="support", found=True
        )
        for _number in range(25)
    )
    assert "1–20 of 25" in text_of(gina.get("/support-code/"))


# ---- the VIP code ----------------------------------------------------------------------------


def grouped(code):
    code = code.upper()
    return f"{code[:4]} {code[4:8]} {code[8:]}"


def test_members_read_the_vip_code_and_nobody_else(world):
    """S1: on the premium page; partners and support do not see it."""
    code = grouped(premium(world, CLINIC))
    let_in(world, "clara", CLINIC)
    for name in ("clara", "colin"):
        assert code in world.client(name).get(f"/o/{CLINIC}/premium/").content.decode()
    for name in ("lea", "staff", "gina"):
        assert world.client(name).get(f"/o/{CLINIC}/premium/").status_code == 404


def test_without_premium_support_there_is_no_such_page(world, gina):
    assert gina.get(f"/o/{GARAGE}/premium/").status_code == 404
    assert "premium/" not in gina.get(f"/o/{GARAGE}/").content.decode()
    premium(world)
    assert f"/o/{GARAGE}/premium/" in gina.get(f"/o/{GARAGE}/").content.decode()


def test_the_vip_code_is_replaced_by_who_answers_for_the_organisation(world, gina):
    old = premium(world)
    answer = gina.post(f"/o/{GARAGE}/premium/renew/", follow=True)
    new = world.organisation(GARAGE).vip_code
    assert new != old
    assert grouped(new) in answer.content.decode()
    premium(world, CLINIC)
    assert world.client("colin").post(f"/o/{CLINIC}/premium/renew/").status_code == 403


def test_replacing_a_vip_code_without_premium_support(world, gina):
    assert gina.post(f"/o/{GARAGE}/premium/renew/").status_code == 404
    assert world.organisation(GARAGE).vip_code == ""
