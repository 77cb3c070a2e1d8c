"""A chunk's rows: orders, lines, invoices, entries, tasks, acts, mails, and the next renewal of
each product (M5, M7). What stands for each product never leaves the database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation

from access.models import Act, OutgoingMail
from billing import models
from billing.references import Purpose, number_of, reference_for
from billing.renewals import sql
from billing.renewals.copying import Row, Table, public_ids, reserve, underway
from billing.renewals.due import Cursor, keyed
from billing.renewals.facts import Known, PriceList, languages
from billing.renewals.mails import accountants, mails_of
from billing.renewals.planning import Invoice, Line, Order
from billing.renewals.settling import Entry, Purse
from billing.renewals.wording import Words
from billing.services.issuing import buyer, number_text, seller
from billing.services.quoting import frozen
from billing.states import InvoiceKind, InvoiceState, OrderKind, OrderState, PaymentMethod


class Writer:
    """Writes chunks; what is the same for all of them is worked out once."""

    def __init__(self, prices: PriceList) -> None:
        self.prices = prices
        self.words = Words(prices.types)
        self.seller = seller()
        self.orders = Table(models.Order, keyed=True)
        self.lines = Table(models.OrderLine, keyed=True)
        self.invoices = Table(models.Invoice, keyed=True)
        self.invoice_lines = Table(models.InvoiceLine)
        self.entries = Table(models.Entry, keyed=True)
        self.payments = Table(models.Payment)
        self.acts = Table(Act)
        self.mails = Table(OutgoingMail)

    def write(
        self,
        cursor: Cursor,
        orders: Sequence[Order],
        entries: Sequence[Entry],
        purses: Iterable[Purse],
        known: Known,
    ) -> None:
        """All of a chunk: rows are made here while the database writes what it needs no row for.
        The counter of invoices is locked last, when only inserts are left."""
        if not orders:
            return
        now, today = timezone.now(), timezone.localdate()
        lines = [(order, line) for order in orders for line in order.lines]
        invoices = [(order, order.invoice) for order in orders if order.invoice is not None]
        payers = {order.payer.pk for order in orders}
        spoken, readers = languages(payers, known.profiles), accountants(payers, known.profiles)
        _give_keys(cursor, orders, lines, entries)
        rows: list[tuple[Table, list[tuple[Any, ...]]]] = []

        def make(table: Table, found: Iterable[Row]) -> None:
            rows.append((table, table.make(found, now)))

        with underway(cursor, (sql.PROLONG, None)):
            make(self.orders, (_order_row(order, now) for order in orders))
            make(self.lines, _line_rows(lines))
            make(self.acts, self._act_rows(orders))
            make(self.invoice_lines, self._invoice_lines(invoices, spoken))
            renewed = keyed((line.group, line.key) for _, line in lines)
        _number(cursor, [invoice for _, invoice in invoices], today.year)
        with underway(cursor, (sql.TASKS, None), (sql.LINE_PRODUCTS, renewed)):
            make(self.invoices, self._invoice_rows(invoices, spoken, today, now))
            make(self.entries, map(_entry_row, entries, public_ids(len(entries))))
            make(self.payments, _payment_rows(entries, today))
            make(self.mails, mails_of(orders, readers))
        for table, made in rows:
            table.copy(cursor, made)
        _move(cursor, purses)

    def _invoice_rows(
        self,
        invoices: Sequence[tuple[Order, Invoice]],
        spoken: dict[int, str],
        today: date,
        now: datetime,
    ) -> Iterator[Row]:
        buyers: dict[int, dict[str, Any]] = {}
        due_on = today + timedelta(days=settings.INVOICE_DUE_DAYS)
        for order, invoice in invoices:
            payer, by_transfer = order.payer, order.method == PaymentMethod.TRANSFER
            if payer.pk not in buyers:
                buyers[payer.pk] = buyer(payer)
            remind_on = due_on + timedelta(days=settings.REMINDER_DAYS[0])
            yield {
                "id": invoice.key,
                "public_id": invoice.public_id,
                "kind": InvoiceKind.INVOICE.value,
                "year": today.year,
                "sequence": invoice.sequence,
                "number": invoice.number,
                "payer_id": payer.pk,
                "method": order.method.value,
                "currency": order.currency,
                "language": spoken[payer.pk],
                "issued_on": today,
                "due_on": due_on if by_transfer else today,
                "next_reminder_on": None if invoice.settled else remind_on,
                "reference": _reference(today.year, invoice.sequence) if by_transfer else "",
                "seller": self.seller,
                "buyer": buyers[payer.pk],
                "vat_category": order.vat.category.value,
                "net": invoice.net,
                "vat": invoice.vat,
                "total": invoice.total,
                "paid": invoice.paid,
                "state": (InvoiceState.PAID if invoice.settled else InvoiceState.OPEN).value,
                "paid_at": now if invoice.settled else None,
            }

    def _invoice_lines(
        self, invoices: Sequence[tuple[Order, Invoice]], spoken: dict[int, str]
    ) -> Iterator[Row]:
        for language, some in _by_language(invoices, spoken).items():
            with translation.override(language):
                rows = [
                    self._invoice_line(order, invoice, line)
                    for order, invoice in some
                    for line in order.lines
                ]
            yield from rows

    def _invoice_line(self, order: Order, invoice: Invoice, line: Line) -> Row:
        text, detail = self.words.of(order, line)
        return {
            "invoice_id": invoice.key,
            "position": line.position,
            "order_line_id": line.key,
            "text": text,
            "detail": detail,
            "quantity": line.group.quantity,
            "unit_price": line.sums.price,
            "net": line.charge.net,
            "vat_percent": order.vat.percent,
        }

    def _act_rows(self, orders: Sequence[Order]) -> Iterator[Row]:
        for order in orders:
            described = [
                f"{line.group.quantity} × {self.prices.types[line.group.product_type]}"
                for line in order.lines
            ]
            yield {
                "organisation_id": order.client.pk,
                "person_name": "",
                "act": "order.renew",
                "object_type": "order",
                "object_id": order.public_id,
                "object_name": order.public_id,
                "after": {"products": described, "payer": order.payer.name},
            }


def _by_language(
    invoices: Sequence[tuple[Order, Invoice]], spoken: dict[int, str]
) -> dict[str, list[tuple[Order, Invoice]]]:
    found: dict[str, list[tuple[Order, Invoice]]] = defaultdict(list)
    for order, invoice in invoices:
        found[spoken[order.payer.pk]].append((order, invoice))
    return found


def _give_keys(
    cursor: Cursor,
    orders: Sequence[Order],
    lines: Sequence[tuple[Order, Line]],
    entries: Sequence[Entry],
) -> None:
    invoices = [order.invoice for order in orders if order.invoice is not None]
    keyed_rows: tuple[tuple[type[Any], Sequence[Any]], ...] = (
        (models.Order, orders),
        (models.OrderLine, [line for _, line in lines]),
        (models.Invoice, invoices),
        (models.Entry, entries),
    )
    for model, rows in keyed_rows:
        for row, key in zip(rows, reserve(cursor, model, len(rows)), strict=True):
            row.key = key
    named: list[Any] = [*orders, *invoices]
    for row, public_id in zip(named, public_ids(len(named)), strict=True):
        row.public_id = public_id


def _number(cursor: Cursor, invoices: Sequence[Invoice], year: int) -> None:
    """The next numbers of the year, in one step and without gaps (M8)."""
    if not invoices:
        return
    cursor.execute(
        "INSERT INTO billing_invoicecounter (year, last) VALUES (%s, 0) ON CONFLICT DO NOTHING",
        [year],
    )
    cursor.execute(
        "UPDATE billing_invoicecounter SET last = last + %s WHERE year = %s RETURNING last",
        [len(invoices), year],
    )
    (last,) = cursor.fetchone()
    for sequence, invoice in enumerate(invoices, start=last - len(invoices) + 1):
        invoice.sequence, invoice.number = sequence, number_text(year, sequence)


def _reference(year: int, sequence: int) -> str:
    if not settings.VENDOR_IBAN:
        return ""
    return reference_for(settings.VENDOR_IBAN, number_of(Purpose.INVOICE, year, sequence))


def _order_row(order: Order, now: datetime) -> Row:
    deal = order.deal
    return {
        "id": order.key,
        "public_id": order.public_id,
        "kind": OrderKind.RENEWAL.value,
        "state": OrderState.PLACED.value,
        "organisation_id": deal.client,
        "payer_id": deal.payer,
        "partner_id": deal.partner,
        "ordered_by": deal.orderer,
        "method": order.method.value,
        "currency": order.currency,
        "partnership_version": deal.version,
        "rates_of": order.rates_of,
        "key": f"renewal:{order.starts_on}:{min(line.group.first for line in order.lines)}",
        "placed_at": now,
        "net": order.net,
        "cashback": order.cashback,
        "discount": order.discount,
    }


def _line_rows(lines: Sequence[tuple[Order, Line]]) -> Iterator[Row]:
    names = iter(public_ids(len(lines)))
    for order, line in lines:
        group = line.group
        yield frozen(line.sums, line.charge) | {
            "id": line.key,
            "public_id": next(names),
            "order_id": order.key,
            "position": line.position,
            "product_type_id": group.product_type,
            "period": group.period,
            "starts_on": group.starts_on,
            "ends_on": group.ends_on,
            "rule": order.deal.rule,
            "basis": order.deal.basis,
            "gain": order.deal.gain,
            "payer_id": order.payer.pk,
            "to_invoice": order.invoice is None,
        }


def _entry_row(entry: Entry, public_id: str) -> Row:
    facts = entry.facts
    if entry.invoice is not None:
        facts = facts | {"invoice": entry.invoice.number}
    return {
        "id": entry.key,
        "public_id": public_id,
        "account_id": entry.purse.key,
        "number": entry.number,
        "kind": entry.kind.value,
        "amount": entry.amount,
        "balance_after": entry.balance_after,
        "reason": entry.reason,
        "facts": facts,
        "line_id": entry.line.key if entry.line is not None else entry.line_id,
        "invoice_id": entry.invoice.key if entry.invoice is not None else entry.invoice_id,
        "reverses_id": entry.reverses,
    }


def _payment_rows(entries: Sequence[Entry], today: date) -> Iterator[Row]:
    for entry in entries:
        if entry.invoice is not None:
            yield {
                "invoice_id": entry.invoice.key,
                "method": PaymentMethod.PREPAID.value,
                "amount": -entry.amount,
                "received_on": today,
                "entry_id": entry.key,
            }


def _move(cursor: Cursor, purses: Iterable[Purse]) -> None:
    """The balances, and what was taken back."""
    moved = [purse for purse in purses if purse.moved]
    if not moved:
        return
    cursor.execute(
        "UPDATE billing_account a SET balance = m.balance, last_number = m.number"
        " FROM unnest(%s::bigint[], %s::numeric[], %s::int[]) AS m (id, balance, number)"
        " WHERE a.id = m.id",
        [
            [purse.key for purse in moved],
            [purse.balance for purse in moved],
            [purse.last_number for purse in moved],
        ],
    )
    taken = [clawback for purse in moved for clawback in purse.owed]
    models.Clawback.objects.bulk_update(taken, ["taken"])
