"""Codes of support (S1, T29): they identify once, and who uses them leaves a trace."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from access.errors import Refused
from access.limits import TooOften
from access.models import Act, Organisation, OutgoingMail, SupportCode, SupportLookup
from access.services import support

pytestmark = pytest.mark.django_db

GARAGE = "garage-nord"


@pytest.fixture
def staff(world):
    return world.person("staff")


def acts():
    return list(Act.objects.filter(organisation__slug=GARAGE).values_list("act", flat=True))


def wrong_codes(staff, number):
    return [support.look_up(code=f"wrong {n}", staff=staff) for n in range(number)]


# ---- S1: the person's code (T29) -------------------------------------------------------------


def test_a_code_finds_its_person_once(world, staff):
    """T29: rotates on use."""
    code = support.new_code(person=world.person("bruno"))
    assert support.look_up(code=code, staff=staff).person == world.person("bruno")
    assert support.look_up(code=code, staff=staff) is None
    assert list(SupportLookup.objects.values_list("found", "kind")) == [
        (False, "support"),
        (True, "support"),
    ]


def test_a_code_is_eight_random_digits_and_its_hash_is_all_that_is_kept(world):
    bruno = world.person("bruno")
    codes = {support.new_code(person=bruno) for _ in range(20)}
    assert len(codes) == 20
    for code in codes:
        first, second = code.split()
        assert (first + second).isdigit()
        assert (len(first), len(second)) == (4, 4)
    kept = SupportCode.objects.get(user=bruno)
    plain = code.replace(" ", "")
    assert plain not in str(vars(kept))
    assert len(kept.code_hash) == 64


def test_the_hash_needs_the_portals_key(settings):
    before = SupportCode.hash_of("12345678")
    settings.SECRET_KEY = "another"
    assert SupportCode.hash_of("12345678") != before


@pytest.mark.parametrize("typed", ["{} {}", "{}{}", " {}-{} ", "{}.{}"])
def test_how_it_is_typed_does_not_matter(world, staff, typed):
    code = support.new_code(person=world.person("bruno"))
    assert support.look_up(code=typed.format(*code.split()), staff=staff) is not None


def test_a_new_code_replaces_the_one_before(world, staff):
    bruno = world.person("bruno")
    old = support.new_code(person=bruno)
    new = support.new_code(person=bruno)
    assert support.look_up(code=old, staff=staff) is None
    assert support.look_up(code=new, staff=staff).person == bruno


def test_a_code_lives_a_day_at_most(world, staff):
    """T29"""
    code = support.new_code(person=world.person("bruno"))
    kept = SupportCode.objects.get(user=world.person("bruno"))
    assert kept.expires_at - kept.created_at == timedelta(hours=24)
    SupportCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert support.look_up(code=code, staff=staff) is None


def test_a_code_that_somebody_else_has_is_drawn_again(world, monkeypatch):
    drawn = iter("11111111" + "11111111" + "22222222")
    monkeypatch.setattr("access.services.support.secrets.choice", lambda digits: next(drawn))
    assert support.new_code(person=world.person("bruno")) == "1111 1111"
    assert support.new_code(person=world.person("lea")) == "2222 2222"


def test_five_wrong_codes_lock_the_look_up(world, staff):
    """T29: the right code is not even looked at any more, and nobody else is locked."""
    code = support.new_code(person=world.person("bruno"))
    assert wrong_codes(staff, 5) == [None] * 5
    with pytest.raises(TooOften, match="locked for you until"):
        support.look_up(code=code, staff=staff)
    assert SupportCode.objects.get(user=world.person("bruno")).used_at is None
    other = world.add_person("second@portal.example")
    other.is_staff = True
    other.save()
    assert support.look_up(code=code, staff=other) is not None


def test_a_right_code_does_not_wipe_the_wrong_ones_out(world, staff):
    """Who knows one code, their own say, could else try for ever."""
    wrong_codes(staff, 4)
    assert support.look_up(code=support.new_code(person=world.person("bruno")), staff=staff)
    wrong_codes(staff, 1)
    with pytest.raises(TooOften):
        wrong_codes(staff, 1)


def test_the_lock_opens_after_an_hour(world, staff, monkeypatch):
    wrong_codes(staff, 5)
    later = timezone.now() + support.LOCKED_FOR + timedelta(seconds=1)
    monkeypatch.setattr("access.services.support.timezone.now", lambda: later)
    assert wrong_codes(staff, 1) == [None]


def test_only_staff_look_up(world):
    code = support.new_code(person=world.person("bruno"))
    with pytest.raises(Refused, match="staff"):
        support.look_up(code=code, staff=world.person("lea"))
    assert not SupportLookup.objects.exists()


def test_a_look_up_is_shown_to_its_person_and_to_nobody_else(world, staff):
    support.look_up(code=support.new_code(person=world.person("bruno")), staff=staff)
    wrong_codes(staff, 1)
    assert [one.staff for one in SupportLookup.objects.about_person(world.person("bruno"))] == [
        staff
    ]
    assert not SupportLookup.objects.about_person(world.person("lea")).exists()


@pytest.mark.parametrize("change", [{"found": False}, {"user": None}, None])
def test_look_ups_are_only_added(world, staff, change):
    """T29: the database refuses to change or delete one."""
    support.look_up(code=support.new_code(person=world.person("bruno")), staff=staff)
    rows = SupportLookup.objects.all()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        rows.delete() if change is None else rows.update(**change)


def test_no_code_is_in_a_mail_or_a_log(world, staff):
    """T29"""
    garage = world.organisation(GARAGE)
    support.set_premium(organisation=garage, premium=True, by=staff)
    code = support.new_code(person=world.person("gina")).replace(" ", "")
    support.look_up(code=code, staff=staff)
    support.look_up(code=garage.vip_code, staff=staff)
    support.new_vip_code(by=world.actor("gina", GARAGE))
    kept = [str(vars(row)) for row in (*Act.objects.all(), *SupportLookup.objects.all())]
    kept += [str(vars(mail)) for mail in OutgoingMail.objects.all()]
    secrets = (code, garage.vip_code, world.organisation(GARAGE).vip_code)
    assert [row for row in kept for secret in secrets if secret in row] == []


# ---- S1: the VIP code ------------------------------------------------------------------------


def test_premium_support_comes_with_a_vip_code_and_goes_with_it(world, staff):
    garage = world.organisation(GARAGE)
    support.set_premium(organisation=garage, premium=True, by=staff)
    code = world.organisation(GARAGE).vip_code
    assert len(code) == 12
    assert support.look_up(code=code, staff=staff).organisation == garage
    support.set_premium(organisation=garage, premium=False, by=staff)
    assert world.organisation(GARAGE).vip_code == ""
    assert support.look_up(code=code, staff=staff) is None
    assert acts()[:3] == ["support.premium", "support.look_up", "support.premium"]


def test_a_vip_code_stays_works_again_and_is_replaced(world, staff):
    garage = world.organisation(GARAGE)
    support.set_premium(organisation=garage, premium=True, by=staff)
    code = garage.vip_code
    support.set_premium(organisation=garage, premium=True, by=staff)
    typed = f"{code[:4]} {code[4:8]}-{code[8:]}".upper()
    for _again in range(2):
        assert support.look_up(code=typed, staff=staff).organisation == garage
    support.new_vip_code(by=world.actor("gina", GARAGE))
    assert support.look_up(code=code, staff=staff) is None


@pytest.mark.parametrize("typed", ["", "-", "x", "abcd"])
def test_an_empty_or_short_code_finds_nobody(world, staff, typed):
    """Most organisations have no VIP code: none is found by it."""
    support.set_premium(organisation=world.organisation(GARAGE), premium=True, by=staff)
    assert support.look_up(code=typed, staff=staff) is None


def test_the_database_keeps_vip_codes_apart_and_with_premium_support(world, staff):
    support.set_premium(organisation=world.organisation(GARAGE), premium=True, by=staff)
    code = world.organisation(GARAGE).vip_code
    for values in ({"vip_code": code, "premium_support": True}, {"vip_code": "lonely"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organisation.objects.filter(slug="musee-du-jura").update(**values)


def test_who_may_not_let_support_in_replaces_no_vip_code(world, staff):
    support.set_premium(organisation=world.organisation("clinique-belmont"), premium=True, by=staff)
    with pytest.raises(PermissionDenied):
        support.new_vip_code(by=world.actor("colin", "clinique-belmont"))
