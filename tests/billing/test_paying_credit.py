"""Credit notes: whole lines, once, with refund, cashback and products (M6, M8, T16)."""

from decimal import Decimal

import pytest

from access.models import OutgoingMail
from billing.errors import AlreadySettled, NothingToCredit
from billing.models import BillingProfile, Clawback, Entry, Invoice, InvoiceLine, Order
from billing.services import paying
from billing.services.invoicing import (
    credit_lines,
    credit_order,
    invoice_order,
    issue_collective,
)
from billing.services.requests import new_key
from billing.states import EntryKind, InvoiceKind, InvoiceState, OrderState
from clients.models import Product
from tests.billing.invoiced import (
    balance_of,
    cashbacks,
    clear_money,
    fill,
    invoice_of,
    order_of,
    today,
)
from tests.racing import at_once
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


def order_behind(invoice: Invoice) -> Order:
    return invoice.lines.first().order_line.order  # type: ignore[union-attr]


def pay(invoice: Invoice, amount: Decimal | None = None) -> None:
    paying.record_transfer(
        invoice=invoice, amount=amount or invoice.total, received_on=today(), by=None
    )


def test_a_paid_order_is_refunded_with_its_cashback(world: World) -> None:
    invoice = invoice_of(
        world, "hotel-bellevue", partner="alpine-web", quantity=35, with_products=True
    )
    order, hotel = order_behind(invoice), invoice.payer
    pay(invoice)
    note = credit_order(order=order, reason="Ordered by mistake", by=None)
    assert note is not None
    invoice.refresh_from_db()
    order.refresh_from_db()
    assert (note.kind, note.corrects, note.total) == (
        InvoiceKind.CREDIT_NOTE, invoice, invoice.total,
    )  # fmt: skip
    assert note.sequence == invoice.sequence + 1
    assert (note.net, note.vat) == (invoice.net, invoice.vat)
    assert (invoice.state, invoice.paid, invoice.credited) == (
        InvoiceState.CREDITED, 0, invoice.total,
    )  # fmt: skip
    assert balance_of(hotel).balance == Decimal("281.49")
    assert Entry.objects.get(account__organisation=hotel).kind == EntryKind.REFUND
    assert cashbacks(order) == [Decimal("52.08"), Decimal("-52.08")]
    assert order.state == OrderState.CANCELLED
    assert set(Product.objects.filter(line_products__line__order=order).values_list(
        "state", flat=True)) == {"cancelled"}  # fmt: skip
    assert OutgoingMail.objects.filter(kind="billing.invoice_credited").exists()


def test_an_unpaid_order_is_only_credited(world: World) -> None:
    invoice = invoice_of(world, with_products=True)
    order = order_behind(invoice)
    credit_order(order=order, reason="Not wanted", by=None, keep_products=True)
    assert not Entry.objects.exists()
    assert Product.objects.get(line_products__line__order=order).state == "active"
    with pytest.raises(AlreadySettled):
        credit_order(order=order, reason="Again", by=None)
    with pytest.raises(AlreadySettled):
        pay(invoice)


def test_what_was_spent_is_taken_from_what_comes_next(world: World) -> None:
    """M6: a balance can't go below zero."""
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", quantity=35)
    pay(invoice)
    alpine = world.organisation("alpine-web")
    own = invoice_of(world, "alpine-web")
    paying.pay_from_prepaid(
        key=new_key(), invoice=own, amount=own.total, by=world.actor("lea", "alpine-web")
    )
    credit_order(order=order_behind(invoice), reason="Refund", by=None)
    assert balance_of(alpine).balance == 0
    assert Clawback.objects.get().taken == Decimal("52.08") - own.total
    fill(alpine, "100")
    assert balance_of(alpine).balance == 100 - own.total


def _collective(world: World, clients: int = 3) -> Invoice:
    garage = world.organisation("garage-nord")
    BillingProfile.objects.create(organisation=garage, collective=True)
    for quantity in range(1, clients + 1):
        order = order_of(world, quantity=quantity, placed_on=today().replace(day=1))
        assert invoice_order(order=order) is None
    invoice = issue_collective(payer=garage, month_first_day=today().replace(day=1))
    assert invoice is not None
    return invoice


def test_lines_are_credited_one_by_one_and_vat_adds_up(world: World) -> None:
    invoice = _collective(world)
    pay(invoice)
    notes = [
        credit_lines(invoice=invoice, lines=[line], reason="One of them", by=None)
        for line in invoice.lines.all()
    ]
    assert sum(note.vat for note in notes) == invoice.vat
    assert sum(note.total for note in notes) == invoice.total
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.CREDITED
    assert balance_of(invoice.payer).balance == invoice.total
    assert set(Order.objects.values_list("state", flat=True)) == {OrderState.CANCELLED}


def test_the_rest_that_was_paid_settles_it(world: World) -> None:
    invoice = _collective(world, 2)
    first, second = invoice.lines.all()
    pay(invoice, Decimal("21.45"))
    note = credit_lines(invoice=invoice, lines=[first], reason="One too many", by=None)
    invoice.refresh_from_db()
    assert invoice.total - note.total == Decimal("21.45")
    assert (invoice.state, invoice.open_amount) == (InvoiceState.PAID, 0)
    with pytest.raises(NothingToCredit):
        credit_lines(invoice=invoice, lines=[first, second], reason="Again", by=None)


def test_lines_of_another_invoice_are_refused(world: World) -> None:
    invoice, other = invoice_of(world), invoice_of(world)
    with pytest.raises(NothingToCredit):
        credit_lines(invoice=invoice, lines=list(other.lines.all()), reason="No", by=None)
    assert not Invoice.objects.filter(kind=InvoiceKind.CREDIT_NOTE).exists()


def test_an_order_that_waits_for_the_month_needs_no_credit_note(world: World) -> None:
    BillingProfile.objects.create(organisation=world.organisation("garage-nord"), collective=True)
    order = order_of(world)
    invoice_order(order=order)
    assert credit_order(order=order, reason="Not wanted", by=None) is None
    assert not InvoiceLine.objects.exists()
    month = today().replace(day=1)
    assert issue_collective(payer=order.payer, month_first_day=month) is None


@pytest.mark.django_db(transaction=True)
def test_two_of_staff_credit_once(live_world: World) -> None:
    invoice = invoice_of(live_world, "hotel-bellevue", partner="alpine-web", quantity=35)
    pay(invoice)
    order = order_behind(invoice)
    results = at_once(*[lambda: credit_order(order=order, reason="Refund", by=None)] * 3)
    assert results == {"done": 1, "AlreadySettled": 2}
    assert cashbacks(order) == [Decimal("52.08"), Decimal("-52.08")]
