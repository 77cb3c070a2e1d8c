"""Invoices of orders: one per payer and order, or one a month for all of a payer's (M4, M8).

Amounts are in the payer's currency; lines exclude VAT, totals include it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from access.models import Organisation
from billing.models import Invoice, InvoiceLine, Order, OrderLine
from billing.services import paying
from billing.services.crediting import credit_lines, credit_order
from billing.services.invoice_mails import tell
from billing.services.issuing import Draft, draft_of, issue, language_of, profile_of
from billing.services.ledger import account_of
from billing.states import OrderState, PaymentMethod
from billing.vat import Vat, vat_for

__all__ = [
    "credit_lines",
    "credit_order",
    "invoice_order",
    "issue_collective",
    "payers_to_invoice",
]

FACTS = ("order__organisation", "order__partner__organisation", "product_type")


@transaction.atomic
def invoice_order(*, order: Order, day: date | None = None) -> Invoice | None:
    """Issues the order's invoice inside the transaction that places it, dated `day` (today).

    A payer with a collective invoice that pays by transfer gets it at the month's end: None then.
    An order by prepaid account is paid whole; NotEnoughBalance rolls all of it back (M9). The same
    order again answers the invoice that it has.
    """
    made = InvoiceLine.objects.filter(order_line__order=order, credits=False).first()
    if made is not None:
        return made.invoice
    payer, profile = order.payer, profile_of(order.payer)
    rows = OrderLine.objects.filter(order=order).select_related(*FACTS).order_by("position")
    if profile.collective and order.method == PaymentMethod.TRANSFER:
        rows.update(to_invoice=True)
        return None
    lines, day = list(rows), day or timezone.localdate()
    if order.method == PaymentMethod.PREPAID:
        _lock_accounts(payer, order.currency, lines)
    invoice = _issue(payer, lines, method=order.method, currency=order.currency, day=day)
    if order.method == PaymentMethod.PREPAID or not invoice.total:
        paying.pay_at_issue(invoice, by=order.created_by)
    tell("invoice_issued", invoice)
    return invoice


def _lock_accounts(payer: Organisation, currency: str, lines: Sequence[OrderLine]) -> None:
    """The payer's account and those that get cashback, before the counter of invoices."""
    partners = {
        line.order.partner_id: line.order.partner.organisation
        for line in lines
        if line.cashback and line.order.partner is not None
    }
    accounts = [account_of(partner, currency) for partner in partners.values()]
    paying.lock_accounts(account_of(payer, currency), *accounts)


def _issue(
    payer: Organisation,
    lines: Sequence[OrderLine],
    *,
    method: str,
    currency: str,
    day: date,
    period: tuple[date, date] | None = None,
) -> Invoice:
    """The invoice of order lines; each has the VAT rate of the day whose prices it has (M8)."""
    language = language_of(payer, profile_of(payer))
    vats: dict[date, Vat] = {}
    drafts: list[Draft] = []
    with translation.override(language):
        for line in lines:
            on = line.order.rates_of
            if on not in vats:
                vats[on] = vat_for(payer, on)
            drafts.append(draft_of(line, payer, vats[on].percent))
    return issue(
        payer=payer,
        drafts=drafts,
        category=next(iter(vats.values())).category,
        method=method,
        day=day,
        language=language,
        currency=currency,
        period=period,
    )


# ---- Once a month ---------------------------------------------------------------------------


def first_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return first_of(first_of(day) + timedelta(days=32))


def payers_to_invoice(day: date) -> list[Organisation]:
    """Who waits on `day` for the collective invoice of a month that is over."""
    rows = _waiting(first_of(day)).order_by().values("payer")
    return list(Organisation.objects.filter(pk__in=rows).order_by("pk"))


@transaction.atomic
def issue_collective(
    *, payer: Organisation, month_first_day: date, day: date | None = None
) -> Invoice | None:
    """The invoice of all that the payer ordered and renewed by transfer until the end of the month,
    dated `day` (today); None when nothing waits: the second of two finds nothing (M8)."""
    until = next_month(month_first_day)
    rows = _waiting(until).filter(payer=payer).select_related(*FACTS)
    lines = list(rows.select_for_update(of=("self",), no_key=True).order_by("order_id", "position"))
    if not lines:
        return None
    OrderLine.objects.filter(pk__in=[line.pk for line in lines]).update(to_invoice=False)
    invoice = _issue(
        payer,
        lines,
        method=PaymentMethod.TRANSFER,
        currency=lines[0].order.currency,
        day=day or timezone.localdate(),
        period=(first_of(min(map(_placed_on, lines))), until - timedelta(days=1)),
    )
    if not invoice.total:
        paying.pay_at_issue(invoice, by=None)
    tell("invoice_issued", invoice)
    return invoice


def _waiting(until: date) -> QuerySet[OrderLine]:
    """Lines that wait for a collective invoice, of orders placed before the day `until`."""
    moment = timezone.make_aware(datetime.combine(until, time.min))
    return OrderLine.objects.filter(
        to_invoice=True, order__state=OrderState.PLACED, order__placed_at__lt=moment
    )


def _placed_on(line: OrderLine) -> date:
    placed_at = line.order.placed_at
    assert placed_at is not None  # noqa: S101 - a constraint on placed orders
    return timezone.localtime(placed_at).date()
