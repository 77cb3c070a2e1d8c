"""A renewal paid at once books its cashback with it, or is not paid at once (M6)."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from billing.renewals.planning import Deal, Line, Order
from billing.renewals.settling import Purse, settle
from billing.rules import Rule, Terms, charge, work_out
from billing.states import EntryKind, PaymentMethod, VatCategory
from billing.vat import Vat

CLIENT, PARTNER, DAY = 1, 2, date(2026, 11, 22)


def renewal() -> Order:
    """CHF 100.00 that brings the partner CHF 20.00."""
    sums = work_out(Terms(Decimal("100.00"), Decimal(20)), 1, 1)
    who: Any = SimpleNamespace(pk=CLIENT, name="A client", currency="CHF")
    group: Any = SimpleNamespace(quantity=1, product_type=7)
    deal = Deal(CLIENT, CLIENT, PARTNER, Rule.FULL_CLIENT_CLIENT, "public", "cashback", "client", 1)
    vat = Vat(VatCategory.EXPORT, Decimal(0))
    line = Line(group, sums, charge("public", "cashback", sums))
    return Order(deal, who, who, DAY, DAY, vat, [line])


def settled(*purses: tuple[int, str]) -> tuple[Order, list[EntryKind]]:
    order, known = renewal(), SimpleNamespace(profiles={})
    there = {(owner, "CHF"): Purse(owner, Decimal(balance), 0) for owner, balance in purses}
    entries = settle([order], known, there, {7: "Web hosting"})  # type: ignore[arg-type]
    return order, [entry.kind for entry in entries]


def test_payment_and_cashback_are_booked_together() -> None:
    order, kinds = settled((CLIENT, "100.00"), (PARTNER, "0.00"))
    assert order.method == PaymentMethod.PREPAID
    assert kinds == [EntryKind.PAYMENT, EntryKind.CASHBACK]


def test_without_the_partner_s_account_it_is_paid_by_transfer() -> None:
    """The payer could not pay when the accounts to lock were chosen, and can now: by cashback of
    its own in the same chunk, or by a top-up a moment ago."""
    order, kinds = settled((CLIENT, "100.00"))
    assert order.method == PaymentMethod.TRANSFER
    assert order.invoice is not None
    assert not order.invoice.settled
    assert kinds == []
