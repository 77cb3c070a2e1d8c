"""Support (S1, S2): codes that identify, look-ups that leave a trace, access that ends."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from access import letters
from access.errors import Refused
from access.limits import TooOften
from access.models import (
    Act,
    Organisation,
    OutgoingMail,
    SupportAccess,
    SupportCode,
    SupportLookup,
)
from access.policy import supported_by
from access.rules import Capacity
from access.services import support
from access.tasks import close_support_access
from clients.models import Product
from clients.services import change_settings

pytestmark = pytest.mark.django_db

GARAGE = "garage-nord"


@pytest.fixture
def staff(world):
    return world.person("staff")


@pytest.fixture
def gina(world):
    return world.actor("gina", GARAGE)


def acts(slug=GARAGE):
    return list(Act.objects.filter(organisation__slug=slug).values_list("act", flat=True))


def told(kind):
    found = OutgoingMail.objects.filter(kind=f"access.support_{kind}")
    return sorted(found.values_list("address", flat=True))


def pass_time(access, *, hours):
    """As if the access had been opened so much earlier."""
    earlier = timedelta(hours=hours)
    SupportAccess.objects.filter(pk=access.pk).update(
        opened_at=access.opened_at - earlier, until=access.until - earlier
    )


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
            Organisation.objects.filter(slug="hotel-bellevue").update(**values)


def test_who_may_not_let_support_in_replaces_no_vip_code(world, staff):
    support.set_premium(organisation=world.organisation("clinique-belmont"), premium=True, by=staff)
    with pytest.raises(PermissionDenied):
        support.new_vip_code(by=world.actor("colin", "clinique-belmont"))


# ---- S2: access for a time (T30) -------------------------------------------------------------


def test_without_access_staff_are_nobody_even_a_superuser(world, staff):
    """S2, T30"""
    assert staff.is_superuser
    with pytest.raises(Http404):
        world.actor("staff", GARAGE)
    assert not supported_by(staff).exists()


@pytest.mark.parametrize(
    ("may_write", "capacity"),
    [(False, Capacity.SUPPORT_READ), (True, Capacity.SUPPORT_WRITE)],
)
def test_support_comes_in_as_far_as_it_was_let(world, gina, staff, may_write, capacity):
    access = support.open_access(by=gina, hours=4, may_write=may_write, reason="  Mail  stuck ")
    actor = world.actor("staff", GARAGE)
    assert (actor.capacity, actor.support, actor.acts_for) == (capacity, access, None)
    assert Product.objects.visible_to(actor).count() == len(world.products(GARAGE))
    assert [one.slug for one in supported_by(staff)] == [GARAGE]
    assert access.reason == "Mail stuck"
    for closed in ("clinique-belmont", "alpine-web"):
        with pytest.raises(Http404):
            world.actor("staff", closed)


def test_a_member_knows_until_when_support_may_come_in(world, gina):
    assert gina.support_until is None
    access = support.open_access(by=gina, hours=4)
    assert world.actor("gina", GARAGE).support_until == access.until
    assert world.actor("bruno", "boulangerie-du-lac").support_until is None
    support.close_access(access=access, by=gina)
    assert world.actor("gina", GARAGE).support_until is None


@pytest.mark.parametrize("hours", [0, -1, 169, 10_000])
def test_an_access_has_an_end_within_seven_days(gina, hours):
    """T30"""
    with pytest.raises(Refused, match="seven days"):
        support.open_access(by=gina, hours=hours)
    access = support.open_access(by=gina, hours=168)
    assert access.until - access.opened_at == timedelta(days=7)
    with pytest.raises(Refused, match="seven days"):
        support.prolong_access(access=access, by=gina, hours=hours)


def test_one_is_open_at_a_time(gina):
    support.open_access(by=gina, hours=4)
    with pytest.raises(support.AlreadyOpen):
        support.open_access(by=gina, hours=4, may_write=True)
    assert SupportAccess.objects.get().may_write is False


def test_it_ends_by_itself_with_nothing_running(world, gina, staff):
    """T30, L9's way: the time passes, the next click finds nothing, products included."""
    access = support.open_access(by=gina, hours=1, may_write=True)
    actor = world.actor("staff", GARAGE)
    pass_time(access, hours=1)
    with pytest.raises(Http404):
        world.actor("staff", GARAGE)
    assert not Product.objects.visible_to(actor).exists()
    assert not supported_by(staff).exists()
    assert world.actor("gina", GARAGE).support_until is None
    again = support.open_access(by=gina, hours=1)
    assert list(SupportAccess.objects.live()) == [again]
    assert acts()[:3] == ["support.open", "support.lapse", "support.open"]


def test_closing_shuts_out_at_once_also_who_is_in_the_middle_of_a_change(world, gina):
    access = support.open_access(by=gina, hours=4, may_write=True)
    actor, product = world.actor("staff", GARAGE), world.products(GARAGE)[0]
    support.close_access(access=access, by=gina)
    with pytest.raises(Refused):
        change_settings(
            product=product, by=actor, name="Taken", notes="", technical_contact="",
            auto_renewal=True,
        )  # fmt: skip
    with pytest.raises(Http404):
        world.actor("staff", GARAGE)
    with pytest.raises(support.NotOpen):
        support.close_access(access=access, by=gina)
    with pytest.raises(support.NotOpen):
        support.prolong_access(access=access, by=gina, hours=1)


def test_prolonging_counts_from_now(world, gina):
    access = support.open_access(by=gina, hours=1)
    longer = support.prolong_access(access=access, by=gina, hours=24)
    assert timedelta(hours=23) < longer.until - timezone.now() <= timedelta(hours=24)
    assert acts()[0] == "support.prolong"
    line = Act.objects.filter(act="support.prolong").get()
    assert (line.before["until"], line.after["until"]) == (
        access.until.isoformat(),
        longer.until.isoformat(),
    )


@pytest.mark.parametrize("name", ["colin", "lea"])
def test_only_who_answers_for_the_organisation_lets_support_in(world, name):
    """A collaborator reads who may (403); a partner's person finds nothing (404), and neither
    does support itself."""
    actor = world.actor(name, "clinique-belmont")
    with pytest.raises((PermissionDenied, Http404)):
        support.open_access(by=actor, hours=1)
    assert not SupportAccess.objects.exists()


def test_support_cannot_prolong_its_own_access(world, gina):
    access = support.open_access(by=gina, hours=1, may_write=True)
    actor = world.actor("staff", GARAGE)
    for verb in (
        lambda: support.prolong_access(access=access, by=actor, hours=1),
        lambda: support.close_access(access=access, by=actor),
        lambda: support.open_access(by=actor, hours=1),
    ):
        with pytest.raises(PermissionDenied):
            verb()


def test_an_access_of_another_organisation_is_not_touched(world, gina):
    access = support.open_access(by=gina, hours=1)
    with pytest.raises(support.NotOpen):
        support.close_access(access=access, by=world.actor("hugo", "hotel-bellevue"))
    assert SupportAccess.objects.live().exists()


def test_what_support_changes_is_logged_as_support(world, gina, staff):
    """T30: every action logged as staff for the customer."""
    support.open_access(by=gina, hours=4, may_write=True)
    product = world.products(GARAGE)[0]
    change_settings(
        product=product, by=world.actor("staff", GARAGE), name="Repaired", notes="",
        technical_contact="", auto_renewal=True,
    )  # fmt: skip
    line = Act.objects.filter(act="product.change_settings").latest("pk")
    assert (line.organisation, line.person, line.acted_for, line.capacity) == (
        gina.organisation,
        staff,
        None,
        "support_write",
    )


# ---- what is told ----------------------------------------------------------------------------


def test_who_answers_for_the_organisation_is_told(world):
    """Opened, prolonged, closed: legal representatives and administrators, nobody else."""
    lea = world.actor("lea", "alpine-web")
    access = support.open_access(by=lea, hours=4)
    support.prolong_access(access=access, by=lea, hours=24)
    support.close_access(access=access, by=lea)
    both = ["adam@alpineweb.example", "lea@alpineweb.example"]
    assert [told(kind) for kind in ("opened", "prolonged", "closed")] == [both] * 3


def written(kind):
    mail = OutgoingMail.objects.get(kind=f"access.support_{kind}")
    return letters.write(mail.kind, mail.context, language="en", name=mail.name)


def test_the_letters_say_who_until_when_and_what(gina):
    access = support.open_access(by=gina, hours=4, may_write=True, reason="See www.evil.example")
    opened = written("opened")
    assert opened.subject == "Example Cloud's support was let into Garage Nord"
    for words in ("Gina", "Look, and change settings", "/o/garage-nord/support/"):
        assert words in opened.text
    assert "www.evil.example" not in opened.text  # T34
    support.close_access(access=access, by=gina)
    assert written("opened") is None
    assert "shut the support of Example Cloud out" in " ".join(written("closed").text.split())


def test_the_letter_of_the_end_by_itself(gina):
    access = support.open_access(by=gina, hours=1)
    pass_time(access, hours=1)
    assert close_support_access() == 1
    text = " ".join(written("closed").text.split())
    assert "is over" in text
    assert "Look, but change nothing" in text


def test_the_task_is_safe_to_run_twice(gina):
    access = support.open_access(by=gina, hours=1)
    assert close_support_access() == 0
    pass_time(access, hours=1)
    assert (close_support_access(), close_support_access()) == (1, 0)
    access.refresh_from_db()
    assert (access.closed_at, access.closed_by) == (access.until, None)
    assert acts().count("support.lapse") == 1
    assert told("closed") == ["gina@garage-nord.example"]
