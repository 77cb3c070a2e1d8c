"""Credit notes: an issued invoice never changes, it is corrected by another document (M8).

A credit note takes whole lines, each once. What was paid for them goes to the payer's prepaid
account, their cashback is taken back (M6, T16), and their products are cancelled unless the vendor
leaves them running.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import User
from billing import vat
from billing.errors import AlreadySettled, NothingToCredit
from billing.models import Account, Entry, Invoice, InvoiceLine, Order, OrderLine
from billing.rules import ZERO
from billing.services import paying, suspending
from billing.services.invoice_mails import tell
from billing.services.issuing import Draft, write
from billing.services.ledger import account_of, book, take_back
from billing.states import EntryKind, InvoiceKind, InvoiceState, OrderState


@transaction.atomic
def credit_order(
    *, order: Order, reason: str, by: User | None, keep_products: bool = False
) -> Invoice | None:
    """Cancels a placed order: a credit note of its lines (None while they wait for the collective
    invoice), the refund of what was paid, the cashback taken back. `reason` is for the payer's
    eyes: it stands on the credit note and in the payer's log.

    Raises AlreadySettled when the order does not count any more.
    """
    order = _lock_orders([order.pk])[0]
    if order.state != OrderState.PLACED:
        raise AlreadySettled(_("This order does not count any more: it was cancelled already."))
    lines = list(OrderLine.objects.select_for_update(no_key=True).filter(order=order))
    OrderLine.objects.filter(order=order, to_invoice=True).update(to_invoice=False)
    rows = _creditable(lines)
    note = _credit(rows[0].invoice, rows, reason=reason, by=by) if rows else None
    cancel(order)
    if note is None:
        _log_reason(order, reason)
    if not keep_products:
        suspending.cancel_credited([line.pk for line in lines], f"order-{order.pk}-cancel")
    return note


@transaction.atomic
def credit_lines(
    *,
    invoice: Invoice,
    lines: Collection[InvoiceLine],
    reason: str,
    by: User | None,
    keep_products: bool = False,
) -> Invoice:
    """A credit note of some lines of an invoice, or of all; the payer reads `reason` on it. Raises
    NothingToCredit when one of them is credited already or not on the invoice."""
    asked = {line.pk for line in lines}
    orders = OrderLine.objects.filter(invoice_lines__in=asked).values_list("order", flat=True)
    _lock_orders(sorted(set(orders)))
    found = _creditable(OrderLine.objects.filter(invoice_lines__in=asked))
    rows = [row for row in found if row.pk in asked and row.invoice_id == invoice.pk]
    if not rows or len(rows) != len(asked):
        raise NothingToCredit(
            _("Choose lines of this invoice that are not credited yet."), field="lines"
        )
    note = _credit(invoice, rows, reason=reason, by=by)
    if not keep_products:
        credited = [row.order_line_id for row in rows]
        suspending.cancel_credited(credited, f"credit-{note.pk}-cancel")
    return note


def _lock_orders(keys: Sequence[int]) -> list[Order]:
    rows = Order.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    return list(rows.select_related("organisation", "payer").order_by("pk"))


def _creditable(lines: Collection[OrderLine]) -> list[InvoiceLine]:
    """What was charged for these order lines and is not credited yet."""
    done = InvoiceLine.objects.filter(order_line__in=lines, credits=True).values("order_line")
    rows = InvoiceLine.objects.filter(order_line__in=lines, credits=False)
    return list(
        rows.exclude(order_line__in=done)
        .select_related("invoice__payer", "order_line__order__organisation")
        .order_by("position")
    )


def _credit(
    invoice: Invoice, rows: Sequence[InvoiceLine], *, reason: str, by: User | None
) -> Invoice:
    """The credit note of `rows`, and all that follows for money. The orders are locked."""
    invoice = paying.lock_invoice(invoice)
    suspending.lock_suspended(invoice)
    suspending.lock_of_lines([row.order_line_id for row in rows])
    cashbacks = _cashbacks(rows)
    account = account_of(invoice.payer, invoice.currency)
    earning = [account_of(line.order.partner.organisation, line.order.currency)
               for line in paying.lines_with_cashback(invoice) if line.order.partner]  # fmt: skip
    paying.lock_accounts(account, *earning, *(cashback.account for cashback in cashbacks))
    note = _write(invoice, rows, reason=reason, day=timezone.localdate())
    refund = _refund(invoice, note, account, by=by)
    for cashback in cashbacks:
        take_back(cashback=cashback, reason="cashback_back")
    log.write(
        organisation=invoice.payer,
        act="invoice.credit",
        by=None,
        about=invoice,
        after={"credit_note": note.number, "reason": reason},
    )
    _close_orders([row.order_line.order for row in rows])
    tell("invoice_credited", note, refund=str(refund))
    paying.settle_if_nothing_is_open(invoice)
    return note


def _cashbacks(rows: Sequence[InvoiceLine]) -> list[Entry]:
    return list(
        Entry.objects.filter(
            line__in=[row.order_line_id for row in rows],
            kind=EntryKind.CASHBACK,
            reverses__isnull=True,
        )
        .select_related("account")
        .order_by("pk")
    )


def _write(invoice: Invoice, rows: Sequence[InvoiceLine], *, reason: str, day: date) -> Invoice:
    """The document. Its VAT mirrors the invoice's: all credit notes of one invoice together take
    exactly what it charged."""
    before: dict[Decimal, Decimal] = {}
    earlier = InvoiceLine.objects.filter(invoice__corrects=invoice)
    for percent, net in earlier.values_list("vat_percent", "net"):
        before[percent] = before.get(percent, ZERO) + net
    sums = vat.sums([(row.vat_percent, row.net) for row in rows], before)
    drafts = [
        Draft(row.order_line, row.text, row.detail, row.quantity, row.unit_price, row.net,
              row.vat_percent)
        for row in rows
    ]  # fmt: skip
    return write(
        drafts,
        kind=InvoiceKind.CREDIT_NOTE,
        payer=invoice.payer,
        corrects=invoice,
        reason=reason[:200],
        method=invoice.method,
        currency=invoice.currency,
        language=invoice.language,
        issued_on=day,
        due_on=day,
        seller=invoice.seller,
        buyer=invoice.buyer,
        vat_category=invoice.vat_category,
        net=sum((each.net for each in sums), ZERO),
        vat=sum((each.vat for each in sums), ZERO),
        state=InvoiceState.CREDITED,
    )


def _refund(invoice: Invoice, note: Invoice, account: Account, *, by: User | None) -> Decimal:
    """Takes the credit note off the invoice; answers what was paid too much by that and is back on
    the account."""
    left = invoice.total - invoice.credited - note.total
    refund: Decimal = max(ZERO, invoice.paid - left)
    invoice.credited += note.total
    invoice.paid -= refund
    if invoice.credited == invoice.total:
        invoice.state = InvoiceState.CREDITED
        invoice.next_reminder_on = None
    invoice.save(update_fields=["credited", "paid", "state", "next_reminder_on"])
    if refund:
        book(
            account=account,
            kind=EntryKind.REFUND,
            amount=refund,
            reason="invoice_refunded",
            facts={"invoice": invoice.number, "credit": note.number},
            invoice=note,
            by=by,
        )
    return refund


def _close_orders(orders: Collection[Order]) -> None:
    """Orders of which every line is credited do not count any more."""
    for order in {order.pk: order for order in orders}.values():
        if order.state != OrderState.PLACED:
            continue
        credited = InvoiceLine.objects.filter(order_line__order=order, credits=True).count()
        if credited == OrderLine.objects.filter(order=order).count():
            cancel(order)


def cancel(order: Order) -> None:
    """The order does not count any more; its client reads it in the log, without amounts and
    without the words on the credit note, which is the payer's alone (M4)."""
    rows = Order.objects.filter(pk=order.pk, state=OrderState.PLACED)
    if rows.update(state=OrderState.CANCELLED):
        log.write(organisation=order.organisation, act="order.refund", by=None, about=order)


def _log_reason(order: Order, reason: str) -> None:
    """Where there is no credit note to read it on: the order was not invoiced yet."""
    log.write(
        organisation=order.payer,
        act="invoice.credit",
        by=None,
        about=order,
        after={"reason": reason},
    )
