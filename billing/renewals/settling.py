"""How renewals are paid: from the prepaid account when it holds the whole, else by transfer (M9).

The same bookings as `paying.pay_at_issue` and `ledger.book` make one by one, worked out in memory
on accounts that are locked: payment, cashback, and what is still to be taken back from it (M6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F

from billing.models import Account, Clawback
from billing.renewals.facts import Known
from billing.renewals.planning import Invoice, Line, Order
from billing.states import EntryKind, PaymentMethod

type Owner = tuple[int, str]
"""An organisation and a currency: whose account."""


@dataclass(slots=True)
class Entry:
    """A movement to be booked; `line` and `invoice` may have no key yet."""

    purse: "Purse"
    number: int
    kind: EntryKind
    amount: Decimal
    balance_after: Decimal
    reason: str
    facts: dict[str, Any]
    line: Line | None = None
    line_id: int | None = None
    invoice: Invoice | None = None
    invoice_id: int | None = None
    reverses: int | None = None
    key: int = 0


@dataclass(slots=True)
class Purse:
    """An account as it is under its lock; `owed` is to be taken back, the oldest first."""

    key: int
    balance: Decimal
    last_number: int
    owed: list[Clawback] = field(default_factory=list)
    moved: bool = False

    def book(self, kind: EntryKind, amount: Decimal, reason: str, **values: Any) -> list[Entry]:
        """The entry, and what it lets be taken back."""
        made = [self._add(kind, amount, reason, **values)]
        if amount > 0:
            made += self._collect()
        return made

    def _add(
        self, kind: EntryKind, amount: Decimal, reason: str, facts: dict[str, Any], **values: Any
    ) -> Entry:
        self.balance += amount
        self.last_number += 1
        self.moved = True
        return Entry(self, self.last_number, kind, amount, self.balance, reason, facts, **values)

    def _collect(self) -> list[Entry]:
        made = []
        for clawback in self.owed:
            amount = min(clawback.amount - clawback.taken, self.balance)
            if amount <= 0:
                continue
            original = clawback.cashback
            entry = self._add(
                EntryKind.CASHBACK,
                -amount,
                "cashback_back",
                dict(original.facts),
                line_id=original.line_id,
                invoice_id=original.invoice_id,
                reverses=original.pk,
            )
            clawback.taken += amount
            made.append(entry)
        return made


def may_prepay(order: Order, known: Known) -> bool:
    profile = known.profiles.get(order.payer.pk)
    return profile is None or profile.prepaid_first


def concerned(orders: Iterable[Order], known: Known) -> set[Owner]:
    """Whose accounts may move: payers that would pay from theirs, and who gets cashback then."""
    payers = {(order.payer.pk, order.currency) for order in orders if may_prepay(order, known)}
    rows = Account.objects.filter(organisation__in={payer for payer, _ in payers}, balance__gt=0)
    able = payers & set(rows.values_list("organisation", "currency"))
    return able | {
        (order.deal.partner, order.currency)
        for order in orders
        if order.deal.partner is not None
        and order.cashback
        and ((order.payer.pk, order.currency) in able or not order.net)
    }


def lock(owners: set[Owner], *, for_update: bool = True) -> dict[Owner, Purse]:
    """Their accounts, locked in the one order of all; missing ones are opened, so that cashback
    has a place."""
    rows = Account.objects.filter(organisation__in={owner for owner, _ in owners})
    if for_update:
        there = set(rows.values_list("organisation", "currency"))
        Account.objects.bulk_create(
            (
                Account(organisation_id=owner, currency=currency)
                for owner, currency in sorted(owners - there)
            ),
            ignore_conflicts=True,
        )
        rows = rows.select_for_update(no_key=True)
    purses = {
        (row.organisation_id, row.currency): Purse(row.pk, row.balance, row.last_number)
        for row in rows.order_by("pk")
    }
    keys = {purse.key: purse for purse in purses.values()}
    owed = Clawback.objects.filter(account__in=keys, taken__lt=F("amount"))
    for clawback in owed.select_related("cashback").order_by("pk"):
        keys[clawback.account_id].owed.append(clawback)
    return purses


def settle(
    orders: Sequence[Order], known: Known, purses: dict[Owner, Purse], kinds: dict[int, str]
) -> list[Entry]:
    """Decides how each order is paid, draws up its invoice, and books what is paid at once. A
    collective payer that does not pay at once gets its invoice at the month's end (M8). `kinds`
    are the names of product types for the entries' sentences."""
    entries: list[Entry] = []
    for order in orders:
        invoice = order.draw_up()
        purse = purses.get((order.payer.pk, order.currency))
        prepaid = (
            invoice.total > 0
            and purse is not None
            and may_prepay(order, known)
            and purse.balance >= invoice.total
            and _has_place_for_cashback(order, purses)
        )
        profile = known.profiles.get(order.payer.pk)
        if not prepaid and profile is not None and profile.collective:
            continue
        order.invoice = invoice
        if prepaid and purse is not None:
            order.method = PaymentMethod.PREPAID
            invoice.paid = invoice.total
            entries += purse.book(
                EntryKind.PAYMENT, -invoice.total, "invoice_paid", facts={}, invoice=invoice
            )
        if prepaid or not invoice.total:
            invoice.settled = True
            entries += _cashback(order, purses, kinds)
    return entries


def _has_place_for_cashback(order: Order, purses: dict[Owner, Purse]) -> bool:
    """Whether its cashback can be booked with the payment: who has become able to pay since the
    accounts were chosen pays by transfer, so that no cashback is lost (M6)."""
    if order.deal.partner is None or not order.cashback:
        return True
    return (order.deal.partner, order.currency) in purses


def _cashback(order: Order, purses: dict[Owner, Purse], kinds: dict[int, str]) -> list[Entry]:
    if order.deal.partner is None:
        return []
    purse = purses.get((order.deal.partner, order.currency))
    made: list[Entry] = []
    for line in order.lines:
        if line.charge.cashback > 0 and purse is not None:
            facts = {
                "quantity": line.group.quantity,
                "product": kinds[line.group.product_type],
                "client": order.client.name,
            }
            made += purse.book(
                EntryKind.CASHBACK,
                line.charge.cashback,
                "cashback_renewal",
                facts=facts,
                line=line,
            )
    return made
