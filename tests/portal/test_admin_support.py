"""Support in the staff's admin: found by a code, never let in by themselves (S1, S2, T29, T47)."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from access.models import Act, Organisation, SupportLookup, User
from access.services import support
from tests.portal.admin_pages import address

pytestmark = pytest.mark.django_db

FIND = "/admin/access/supportlookup/find/"
GARAGE = "garage-nord"


def code_of(world, name):
    return support.new_code(person=world.person(name))


def let_in(world, **terms):
    return support.open_access(by=world.actor("gina", GARAGE), **({"hours": 4} | terms))


def save(staff, organisation, **changes):
    """The organisation's form as it is, with `changes`."""
    names = (
        "name", "street", "postcode", "city", "registration_number", "vat_number", "website",
    )  # fmt: skip
    typed = {name: getattr(organisation, name) for name in names} | changes
    typed |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return staff.post(address("access.Organisation", "change", organisation.pk), typed)


# ---- finding by a code -----------------------------------------------------------------------


def test_a_code_leads_to_its_person_once(world, staff):
    """S1, T29"""
    code = code_of(world, "bruno")
    assert staff.get(FIND).status_code == 200
    answer = staff.post(FIND, {"code": code}, follow=True)
    page = address("access.User", "change", world.person("bruno").pk)
    assert answer.redirect_chain == [(page, 302)]
    assert "This is Bruno" in answer.content.decode()
    answer = staff.post(FIND, {"code": code})
    assert answer.status_code == 200
    assert "wrong, used, or too old" in answer.content.decode()
    lookups = SupportLookup.objects.values_list("staff__email", "found")
    assert list(lookups) == [("staff@portal.example", False), ("staff@portal.example", True)]


def test_a_vip_code_leads_to_its_organisation(world, staff):
    garage = world.organisation(GARAGE)
    support.set_premium(organisation=garage, premium=True, by=world.person("staff"))
    answer = staff.post(FIND, {"code": garage.vip_code.upper()})
    assert answer["Location"] == address("access.Organisation", "change", garage.pk)
    assert Act.objects.filter(organisation=garage, act="support.look_up").exists()


def test_five_wrong_codes_lock(world, staff):
    """T29"""
    for _try in range(5):
        assert "wrong, used" in staff.post(FIND, {"code": "0000 0000"}).content.decode()
    answer = staff.post(FIND, {"code": code_of(world, "bruno")})
    assert "locked for you until" in answer.content.decode()


@pytest.mark.parametrize("code", ["", "x" * 41, "a\x00b"])
def test_what_is_no_code_is_no_try(staff, code):
    assert staff.post(FIND, {"code": code}).status_code == 200
    assert not SupportLookup.objects.exists()


@pytest.mark.parametrize("name", ["lea", "gina"])
def test_others_find_nobody(world, name):
    code = code_of(world, "bruno")
    browser = world.client(name)
    assert browser.get(FIND, follow=True).status_code == 403
    assert browser.post(FIND, {"code": code}, follow=True).status_code == 403
    assert not SupportLookup.objects.exists()


def test_a_stranger_is_led_to_the_sign_in(world):
    assert world.client().post(FIND, {"code": "1"}).status_code == 302
    assert not SupportLookup.objects.exists()


def test_staff_need_the_right_to_see_look_ups(world):
    """Being staff alone opens no page of the admin."""
    junior = world.add_person("junior@portal.example")
    User.objects.filter(pk=junior.pk).update(is_staff=True)
    browser = world.client("junior")
    assert browser.post(FIND, {"code": "1"}).status_code == 403
    junior.user_permissions.add(Permission.objects.get(codename="view_supportlookup"))
    assert browser.get(FIND).status_code == 200


def test_no_page_of_the_admin_shows_a_code(world, staff):
    """T29: neither the plain one nor the VIP code, which identifies who calls."""
    garage = world.organisation(GARAGE)
    support.set_premium(organisation=garage, premium=True, by=world.person("staff"))
    code = code_of(world, "gina")
    pages = [
        address("access.Organisation", "change", garage.pk),
        address("access.User", "change", world.person("gina").pk),
        address("access.SupportLookup"),
    ]
    for page in pages:
        said = staff.get(page).content.decode().lower()
        assert garage.vip_code not in said
        assert code not in said


# ---- premium support -------------------------------------------------------------------------


def test_staff_give_premium_support_and_the_organisation_reads_it(world, staff):
    garage = world.organisation(GARAGE)
    assert save(staff, garage, premium_support="on").status_code == 302
    garage.refresh_from_db()
    assert (garage.premium_support, len(garage.vip_code)) == (True, 12)
    line = Act.objects.get(organisation=garage, act="support.premium")
    assert (line.person, line.after) == (world.person("staff"), {"premium_support": True})
    assert garage.vip_code not in str(vars(line))


def test_saving_something_else_keeps_the_vip_code(world, staff):
    garage = world.organisation(GARAGE)
    save(staff, garage, premium_support="on")
    code = world.organisation(GARAGE).vip_code
    save(staff, garage, premium_support="on", city="Yverdon")
    assert (world.organisation(GARAGE).vip_code, world.organisation(GARAGE).city) == (
        code,
        "Yverdon",
    )
    lines = Act.objects.filter(act="support.premium", organisation=garage)
    assert lines.count() == 1
    save(staff, garage)
    assert world.organisation(GARAGE).vip_code == ""


def test_a_vip_code_cannot_be_posted(world, staff):
    """T39"""
    save(staff, world.organisation(GARAGE), premium_support="on", vip_code="mine")
    assert Organisation.objects.get(slug=GARAGE).vip_code != "mine"


# ---- the way in ------------------------------------------------------------------------------


def pages(world):
    return [
        address("access.Organisation", "change", world.organisation(GARAGE).pk),
        address("access.User", "change", world.person("gina").pk),
    ]


def test_the_way_in_shows_only_while_support_is_let_in(world, staff):
    """S2"""
    home = f'href="{reverse("home", args=[GARAGE])}"'
    for page in pages(world):
        assert home not in staff.get(page).content.decode()
        assert "Support is not let in." in staff.get(page).content.decode()
    access = let_in(world)
    own = address("access.SupportAccess", "change", access.pk)
    for page in [*pages(world), own]:
        assert home in staff.get(page).content.decode()
    support.close_access(access=access, by=world.actor("gina", GARAGE))
    for page in [*pages(world), own]:
        assert home not in staff.get(page).content.decode()


def test_staff_open_no_access(world, staff):
    """T30, T47: not even a superuser."""
    assert staff.get(address("access.SupportAccess", "add")).status_code == 403
    access = let_in(world)
    change = address("access.SupportAccess", "change", access.pk)
    assert staff.post(change, {"may_write": "on"}).status_code == 403
    access.refresh_from_db()
    assert access.may_write is False
    assert staff.get(f"/o/{GARAGE}/support/").status_code == 403


def test_without_access_a_superuser_finds_no_organisation(world, staff):
    """S2: the same answer as for one that does not exist."""
    found = [staff.get(f"/o/{slug}/").status_code for slug in (GARAGE, "alpine-web", "nowhere")]
    assert found == [404, 404, 404]
