"""End dates under many hands at once: set, prolonged, announced, over (L9, L10)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.models import OutgoingMail
from clients import services, tasks
from clients.models import Partnership
from clients.rules import Side, years_later
from tests.clients.test_end_dates import CLINIC, day, ends, prolong, set_day
from tests.journey import ALPINE, end, mailed
from tests.racing import at_once, unlocked
from tests.world import World


def test_twenty_prolong_at_once(live_world: World) -> None:
    """L10: one year, one mail to each, nineteen are told."""
    world = live_world
    clinic = set_day(world, world.partnership(CLINIC, ALPINE), day(10))
    OutgoingMail.objects.all().delete()
    assert at_once(*[lambda: prolong(world, clinic)] * 20) == {"done": 1, "OfferChanged": 19}
    clinic.refresh_from_db()
    assert clinic.ends_on == years_later(day(10), 1)
    assert OutgoingMail.objects.filter(kind="clients.end_date_changed").count() == 2


def test_two_prolong_at_once_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told that they did it."""
    world = live_world
    clinic = set_day(world, world.partnership(CLINIC, ALPINE), day(10))
    found = unlocked(
        monkeypatch,
        lambda: prolong(world, clinic),
        lambda: prolong(world, clinic),
        at="clients.services.lasting.set_end_date",
    )
    assert found == ["done", "done"]


def test_prolonging_while_it_lapses(live_world: World) -> None:
    """The end date has passed: whoever comes first, it ends, and nobody gets a year more."""
    world = live_world
    clinic = world.partnership(CLINIC, ALPINE)
    ends(clinic, timezone.now() - timedelta(seconds=1))
    calls = [lambda: prolong(world, clinic), lambda: services.lapse(partnership=clinic)]
    found = at_once(*calls * 10)
    assert found == {"done": 1, "AlreadyDecided": 19}
    clinic.refresh_from_db()
    assert clinic.state == "ended"
    assert clinic.ends_at < timezone.now()


def test_prolonging_while_it_lapses_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year is written on what has ended, and the partner is told that it goes on."""
    world = live_world
    clinic = set_day(world, world.partnership(CLINIC, ALPINE), day(10))

    def let_it_lapse() -> None:
        Partnership.objects.filter(pk=clinic.pk).update(ends_at=timezone.now())
        services.lapse(partnership=clinic)

    found = unlocked(
        monkeypatch,
        lambda: prolong(world, clinic),
        let_it_lapse,
        at="clients.services.lasting.set_end_date",
    )
    assert found == ["done", "done"]
    assert {"lea@alpineweb.example"} <= mailed("end_date_changed")


def test_ending_while_the_day_is_changed(live_world: World) -> None:
    world = live_world
    clinic = world.partnership(CLINIC, ALPINE)
    clara, lea = world.actor("clara", CLINIC), world.actor("lea", ALPINE)
    shown = clinic.version
    calls = [
        lambda: services.change_end_date(
            partnership=clinic, ends_on=day(10), version=shown, by=clara
        ),
        lambda: end(world, clinic, by=lea, side=Side.PARTNER),
    ]
    found = at_once(*calls * 10)
    assert set(found) <= {"done", "AlreadyDecided", "OfferChanged"}
    clinic.refresh_from_db()
    assert clinic.state == "ended"
    assert found["done"] == 1 + (clinic.version - shown)


def test_twenty_jobs_announce_once(live_world: World) -> None:
    world = live_world
    ends(world.partnership(CLINIC, ALPINE), services.common.end_of(day(7)))
    assert at_once(*[tasks.announce_ends] * 20) == {"done": 20}
    assert OutgoingMail.objects.filter(kind="clients.ending_soon").count() == 3
