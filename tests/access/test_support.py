"""Support access for a time (S2, T30): opened by the organisation, seen by all, ended by itself."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from access import letters
from access.errors import Refused
from access.models import Act, OutgoingMail, SupportAccess
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


def test_only_staff_come_in_as_support(world, gina):
    """S2, T30: who is nobody there stays nobody, however far support was let in."""
    support.open_access(by=gina, hours=2, may_write=True)
    with pytest.raises(Http404):
        world.actor("lea", GARAGE)


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
