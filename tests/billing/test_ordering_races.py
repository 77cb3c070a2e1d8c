"""Orders at once: exactly one, at the price that was shown, paid by who was named (T13, T15).

Each race has a control: the same with the locks taken away, in the order that does the harm.
"""

import pytest

from billing.models import Invoice, LineProduct, Order
from billing.services.approving import approve_order, withdraw_order
from billing.services.ordering import new_key, place_order
from billing.services.quoting import Quote
from clients.rules import Offer
from tests.billing.ordering import ALPINE, BAKERY, GARAGE, HOTEL, hostings, order, quoted
from tests.journey import change
from tests.racing import at_once, unlocked
from tests.world import World


def place(world: World, name: str, slug: str, shown: Quote, key: str) -> Order:
    return place_order(
        by=world.actor(name, slug),
        wishes=[line.wish for line in shown.lines],
        method="transfer",
        key=key,
        version=shown.version,
        digest=shown.digest,
    )


def test_the_same_order_twenty_times(live_world: World) -> None:
    """T15: one key is one order, however often the button is pressed."""
    world, key = live_world, new_key()
    shown = quoted(world.actor("gina", GARAGE), hostings(world, 2))
    found = at_once(*[lambda: place(world, "gina", GARAGE, shown, key)] * 20)
    assert found == {"done": 20}
    assert Order.objects.count() == Invoice.objects.count() == 1
    assert LineProduct.objects.count() == 2


def test_the_same_order_twice_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database refuses the second one; without it there would be two."""
    world, key = live_world, new_key()
    shown = quoted(world.actor("gina", GARAGE), hostings(world, 2))
    found = unlocked(
        monkeypatch,
        lambda: place(world, "gina", GARAGE, shown, key),
        lambda: place(world, "gina", GARAGE, shown, key),
        at="billing.services.ordering._write",
    )
    assert found == ["IntegrityError", "done"]


def test_ordering_while_the_payer_changes(live_world: World) -> None:
    """T13: ten orders at the price shown, one change of who pays. Whoever comes after it orders
    nothing; whoever came before is charged what was shown."""
    world = live_world
    shown = quoted(world.actor("bruno", BAKERY), hostings(world, 1))
    partnership = world.partnership(BAKERY, ALPINE)
    found = at_once(
        *[lambda: place(world, "bruno", BAKERY, shown, new_key())] * 10,
        lambda: change(world, partnership, Offer.full("partner")),
    )
    assert set(found) <= {"done", "QuoteChanged"}
    placed = Order.objects.all()
    assert found["done"] == len(placed) + 1
    assert {order.payer.slug for order in placed} <= {BAKERY}
    assert {order.state for order in placed} <= {"placed"}


def test_ordering_while_the_payer_changes_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order was quoted for one payer and placed when another one pays already."""
    world = live_world
    shown = quoted(world.actor("bruno", BAKERY), hostings(world, 1))
    partnership = world.partnership(BAKERY, ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: place(world, "bruno", BAKERY, shown, new_key()),
        lambda: change(world, partnership, Offer.full("partner")),
        at="billing.services.ordering._write",
    )
    assert found == ["done", "done"]
    placed = Order.objects.get()
    partnership.refresh_from_db()
    assert placed.payer.slug == BAKERY
    assert placed.partnership_version != partnership.version


def test_approving_while_the_client_withdraws(live_world: World) -> None:
    """L10: exactly one wins, the others are told."""
    world = live_world
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 1))
    lea, hugo = world.actor("lea", ALPINE), world.actor("hugo", HOTEL)
    found = at_once(
        *[lambda: approve_order(order=waiting, method="transfer", by=lea)] * 10,
        *[lambda: withdraw_order(order=waiting, by=hugo)] * 10,
    )
    assert found == {"done": 1, "AlreadySettled": 19}
    waiting.refresh_from_db()
    approved = waiting.state == "placed"
    assert LineProduct.objects.count() == Invoice.objects.count() == (1 if approved else 0)


def test_approving_while_the_client_withdraws_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The products are there and the invoice is issued, though the client took it back."""
    world = live_world
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 1))
    lea, hugo = world.actor("lea", ALPINE), world.actor("hugo", HOTEL)
    found = unlocked(
        monkeypatch,
        lambda: approve_order(order=waiting, method="transfer", by=lea),
        lambda: withdraw_order(order=waiting, by=hugo),
        at="billing.services.approving._decide",
    )
    assert found == ["done", "done"]
