"""Rebilling under many hands at once: numbers without a gap, nothing billed twice (B12, T15)."""

import pytest

from billing.models import Rebill, RebillCounter, RebillLine
from billing.services import rebilling
from tests.billing.rebilled import bill, day, draft, lea, ordered, sender
from tests.racing import at_once, unlocked
from tests.world import World


def drafts(world: World, number: int) -> list[Rebill]:
    made = []
    for quantity in range(1, number + 1):
        ordered(world, quantity)
        made.append(draft(world))
    return made


def test_twenty_issued_at_once_have_twenty_numbers(live_world: World) -> None:
    world = live_world
    sender(world)
    by = lea(world)
    calls = [
        lambda one=one: rebilling.issue(bill=one, version=one.version, by=by)
        for one in drafts(world, 20)
    ]
    assert at_once(*calls) == {"done": 20}
    numbers = Rebill.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == list(range(1, 21))
    assert RebillCounter.objects.get().last == 20


def test_two_issued_at_once_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the lock both take the same number, and the database refuses one."""
    world = live_world
    sender(world)
    by = lea(world)
    calls = [
        lambda one=one: rebilling.issue(bill=one, version=one.version, by=by)
        for one in drafts(world, 2)
    ]
    found = unlocked(monkeypatch, *calls, at="billing.services.rebilling.issuing.number_of")
    assert sorted(found) == ["IntegrityError", "done"]


def test_one_draft_issued_by_twenty(live_world: World) -> None:
    world = live_world
    sender(world)
    by = lea(world)
    [one] = drafts(world, 1)
    call = lambda: rebilling.issue(bill=one, version=one.version, by=by)  # noqa: E731
    assert at_once(*[call] * 20) == {"done": 1, "NoDraft": 19}
    assert RebillCounter.objects.get().last == 1


def test_twenty_drafts_of_the_same_orders(live_world: World) -> None:
    """T15: each order line gets into one draft."""
    world = live_world
    sender(world)
    by = lea(world)
    ordered(world)
    client = world.organisation("hotel-bellevue")

    def start() -> Rebill:
        return rebilling.start_draft(client=client, period_from=day(-1), period_until=day(), by=by)

    assert at_once(*[start] * 20) == {"done": 1, "NothingToBill": 19}
    assert RebillLine.objects.count() == 1


def test_two_drafts_of_the_same_orders_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the constraint alone holds it, with an error instead of words."""
    world = live_world
    sender(world)
    by = lea(world)
    ordered(world)
    client = world.organisation("hotel-bellevue")

    def start() -> Rebill:
        return rebilling.start_draft(client=client, period_from=day(-1), period_until=day(), by=by)

    found = unlocked(monkeypatch, start, start, at="billing.services.rebilling.drafting._add_lines")
    assert sorted(found) == ["IntegrityError", "done"]


def test_issued_while_it_is_changed(live_world: World) -> None:
    """What is issued is what its reader saw; whoever comes second is told."""
    world = live_world
    sender(world)
    by = lea(world)
    [one] = drafts(world, 1)
    line = one.lines.get()
    found = at_once(
        lambda: rebilling.issue(bill=one, version=one.version, by=by),
        lambda: rebilling.remove_line(line=line, by=by),
    )
    assert found["done"] == 1
    assert set(found) <= {"done", "NoDraft", "BillChanged"}


def test_paid_while_it_is_cancelled(live_world: World) -> None:
    world = live_world
    issued, by = bill(world), lea(world)
    calls = [
        lambda: rebilling.mark_paid(bill=issued, paid_on=day(), by=by),
        lambda: rebilling.cancel(bill=issued, reason="x", by=by),
    ]
    found = at_once(*calls * 5)
    assert found["done"] in (1, 2)
    issued.refresh_from_db()
    assert issued.state == "cancelled"
    assert Rebill.objects.filter(kind="credit").count() == 1
