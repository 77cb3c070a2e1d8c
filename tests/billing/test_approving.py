"""A client's order that its partner would pay: approve, refuse, withdraw, remind, expire (M3)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.models import OutgoingMail
from billing.errors import AlreadySettled, AmountWrong, NotEnoughBalance, PartnerSuspended
from billing.models import Invoice, LineProduct, Order, Price
from billing.services.approving import refuse_order, set_limit, withdraw_order
from billing.services.ledger import account_of, book
from billing.services.quoting import limit_of
from billing.states import EntryKind
from billing.tasks.orders import close_orders, remind_orders
from clients.errors import OtherSide
from clients.rules import Offer
from partners import services as programme
from tests.billing.ordering import ALPINE, HOTEL, RHONE, approve, confirmed, hostings, order
from tests.journey import change, logged
from tests.world import World


@pytest.fixture
def waiting(world: World) -> Order:
    """Hugo of the hotel, for which Alpine Web pays, orders three web hostings."""
    return order(world.actor("hugo", HOTEL), hostings(world, 3))


def mailed(kind: str) -> set[str]:
    rows = OutgoingMail.objects.filter(kind=f"billing.{kind}")
    return {address.partition("@")[0] for address in rows.values_list("address", flat=True)}


def later(order: Order, days: int) -> None:
    """As if the order had been made so many days ago."""
    Order.objects.filter(pk=order.pk).update(
        created_at=order.created_at - timedelta(days=days),
        expires_at=order.expires_at - timedelta(days=days),  # type: ignore[operator]
    )


def test_approved_at_the_prices_of_its_moment(world: World, waiting: Order) -> None:
    """M3, M7: what the client saw counts, whatever the prices are on the day of the approval."""
    Price.objects.create(
        product_type=world.product_type("web-hosting"),
        currency="CHF",
        period="monthly",
        amount=Decimal("99.00"),
        valid_from=timezone.localdate() + timedelta(days=1),
    )
    placed = approve(world, waiting)
    assert (placed.state, placed.net) == ("placed", waiting.net)
    assert LineProduct.objects.filter(line__order=placed).count() == 3
    assert Invoice.objects.get().payer.slug == ALPINE
    assert placed.cashback > 0  # M3, row four: the public price, and the cashback
    assert mailed("order_approved") == {"hugo"}
    assert logged(HOTEL)[0] == "order.approve" == logged(ALPINE)[0]


def test_the_term_begins_with_the_approval(world: World, waiting: Order) -> None:
    today = timezone.localdate()
    line = waiting.lines.get()
    line.starts_on, line.ends_on = today - timedelta(days=5), today + timedelta(days=25)
    line.save()
    approve(world, waiting)
    line.refresh_from_db()
    assert line.starts_on == today
    assert {row.starts_on for row in line.line_products.all()} == {today}


def test_paid_from_the_partners_account(world: World, waiting: Order) -> None:
    account = account_of(world.organisation(ALPINE))
    with pytest.raises(NotEnoughBalance):
        approve(world, waiting, method="prepaid")
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert not LineProduct.objects.exists()
    top_up = {"kind": EntryKind.TOP_UP, "reason": "top_up_transfer"}
    book(account=account, amount=Decimal("500.00"), **top_up)  # type: ignore[arg-type]
    approve(world, waiting, method="prepaid")
    assert Invoice.objects.get().state == "paid"


def test_refused_with_a_reason(world: World, waiting: Order) -> None:
    by = world.actor("adam", ALPINE)
    refused = refuse_order(order=waiting, reason="Too  many.", by=by)
    assert (refused.state, refused.reason) == ("refused", "Too many.")
    assert mailed("order_refused") == {"hugo"}
    with pytest.raises(AlreadySettled):
        approve(world, waiting)
    assert not LineProduct.objects.exists()


def test_withdrawn_by_the_client_only(world: World, waiting: Order) -> None:
    with pytest.raises(OtherSide):
        withdraw_order(order=waiting, by=world.actor("lea", HOTEL))
    withdraw_order(order=waiting, by=world.actor("hugo", HOTEL))
    assert mailed("order_withdrawn") == {"lea", "adam"}
    with pytest.raises(AlreadySettled):
        approve(world, waiting)


def test_nobody_else_decides(world: World, waiting: Order) -> None:
    with pytest.raises(OtherSide):
        approve(world, waiting, by="remi")
    with pytest.raises(OtherSide):
        refuse_order(order=waiting, reason="x", by=world.actor("remi", RHONE))


def test_a_suspended_partner_approves_nothing(world: World, waiting: Order) -> None:
    """T45"""
    programme.suspend(partner=world.partner(ALPINE), by=None)
    with pytest.raises(PartnerSuspended):
        approve(world, waiting)


def test_who_pays_no_more_cannot_approve(world: World, waiting: Order) -> None:
    """T13: the client pays itself again since; nothing is charged to the partner."""
    change(world, world.partnership(HOTEL, ALPINE), Offer.full("client"))
    with pytest.raises(AlreadySettled):
        approve(world, waiting)
    assert not Invoice.objects.exists()


def test_reminded_once_and_expired_once(world: World, waiting: Order) -> None:
    assert remind_orders() == 0
    later(waiting, 3)
    assert [remind_orders(), remind_orders()] == [1, 0]
    assert mailed("order_reminder") == {"lea", "adam"}
    assert close_orders() == 0
    later(waiting, 15)
    with pytest.raises(AlreadySettled):
        approve(world, waiting)
    assert [close_orders(), close_orders()] == [1, 0]
    assert mailed("order_expired") == {"hugo", "lea", "adam"}
    waiting.refresh_from_db()
    assert waiting.state == "expired"


def test_the_limit_of_a_client(world: World) -> None:
    """M3: below it orders pass; without the partner's word none does (M10)."""
    partnership = confirmed(world.partnership(HOTEL, ALPINE))
    by = world.actor("lea", ALPINE)
    with pytest.raises(AmountWrong):
        set_limit(partnership=partnership, amount=Decimal("-1"), by=by)
    with pytest.raises(OtherSide):
        set_limit(partnership=partnership, amount=Decimal(1), by=world.actor("remi", RHONE))
    set_limit(partnership=partnership, amount=Decimal("50.00"), by=by)
    assert limit_of(partnership) == Decimal("50.00")
    assert logged(ALPINE)[0] == "order.limit"
    hugo = world.actor("hugo", HOTEL)
    assert order(hugo, hostings(world, 2)).state == "placed"
    assert order(hugo, hostings(world, 20)).state == "waiting"
    assert limit_of(confirmed(partnership, yes=False)) == 0
