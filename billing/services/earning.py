"""What a partner earns: what its clients' orders brought, and what still comes of them (M6).

All amounts exclude VAT and are in the currency of the orders; currencies are never added up (T20).
Read only: cashback is booked by `paying`, discounts are taken off at once.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from access.models import Organisation
from billing.models import InvoiceLine, Order, OrderLine
from billing.rules import ZERO
from billing.services.statements import month_before
from billing.states import InvoiceState, OrderState
from clients.models import Category, Partnership

PAST_MONTHS = 12
CLIENTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Earned:
    """What something brought the partner; `key` is a month, a client or a category."""

    key: Any
    cashback: Decimal = ZERO
    discount: Decimal = ZERO
    orders: int = 0

    @property
    def total(self) -> Decimal:
        return self.cashback + self.discount


# ---- What was earned ------------------------------------------------------------------------


def first_month(today: date) -> date:
    """The first day of the month with which the report begins: twelve months ago."""
    month = today.replace(day=1)
    for _month in range(PAST_MONTHS):
        month = month_before(month)
    return month


def currencies(partner: Organisation) -> list[str]:
    """In which currencies the partner has earned; its own one comes first."""
    rows = Order.objects.filter(partner=partner.pk).order_by().values_list("currency", flat=True)
    return sorted({partner.currency, *rows.distinct()}, key=lambda one: one != partner.currency)


def _orders(partner: Organisation, currency: str, today: date) -> QuerySet[Order]:
    """The placed orders that brought something; what was cancelled brought nothing."""
    return Order.objects.filter(
        Q(cashback__gt=0) | Q(discount__gt=0),
        partner=partner.pk,
        state=OrderState.PLACED,
        currency=currency,
        rates_of__gte=first_month(today),
        rates_of__lte=today,
    ).order_by()


def by_month(partner: Organisation, currency: str, today: date) -> list[Earned]:
    """This month and the twelve before it, the oldest first; by the day whose rates count."""
    rows = (
        _orders(partner, currency, today)
        .annotate(month=TruncMonth("rates_of"))
        .values("month")
        .annotate(cash=Sum("cashback"), off=Sum("discount"), number=Count("pk"))
    )
    found = {
        row["month"]: Earned(row["month"], row["cash"], row["off"], row["number"]) for row in rows
    }
    months, month = [], today.replace(day=1)
    for _month in range(PAST_MONTHS + 1):
        months.append(found.get(month, Earned(month)))
        month = month_before(month)
    return months[::-1]


def by_client(partner: Organisation, currency: str, today: date) -> list[Earned]:
    """Each client with what its orders brought over the same months, the most first."""
    rows = (
        _orders(partner, currency, today)
        .values("organisation__name", "organisation")
        .annotate(cash=Sum("cashback"), off=Sum("discount"), number=Count("pk"))
    )
    found = [
        Earned(row["organisation__name"], row["cash"], row["off"], row["number"]) for row in rows
    ]
    return sorted(found, key=lambda one: (-one.total, one.key))


def by_category(partner: Organisation, currency: str, today: date) -> list[Earned]:
    """Each category of products with what it brought over the same months, the most first."""
    rows = (
        OrderLine.objects.filter(order__in=_orders(partner, currency, today))
        .order_by()
        .values("product_type__category")
        .annotate(cash=Sum("cashback"), off=Sum("discount"), number=Count("order", distinct=True))
    )
    names = Category.objects.in_bulk()
    found = [
        Earned(names[row["product_type__category"]], row["cash"], row["off"], row["number"])
        for row in rows
    ]
    return sorted(found, key=lambda one: (-one.total, str(one.key)))


def of_month(partner: Organisation, today: date) -> Earned:
    """What this month brought so far, in the partner's own currency."""
    sums = (
        _orders(partner, partner.currency, today)
        .filter(rates_of__gte=today.replace(day=1))
        .aggregate(cash=Sum("cashback"), off=Sum("discount"), number=Count("pk"))
    )
    return Earned(today, sums["cash"] or ZERO, sums["off"] or ZERO, sums["number"])


# ---- Cashback that still comes --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToCome:
    """Cashback of orders whose invoice is not paid: it comes once it is, whatever becomes of the
    partnership (T16). `amounts` by currency; `invoices`: how many are open."""

    amounts: dict[str, Decimal]
    invoices: int


def _unpaid(lines: QuerySet[OrderLine]) -> QuerySet[OrderLine]:
    """Those whose cashback waits: for a payment, or for the collective invoice."""
    opened = InvoiceLine.objects.filter(
        order_line=OuterRef("pk"), credits=False, invoice__state=InvoiceState.OPEN
    )
    credited = InvoiceLine.objects.filter(order_line=OuterRef("pk"), credits=True)
    return lines.filter(
        Q(to_invoice=True) | Q(Exists(opened)),
        ~Exists(credited),
        order__state=OrderState.PLACED,
        cashback__gt=0,
    ).order_by()


def unpaid_cashback(partner: Organisation, currency: str) -> Decimal:
    """All cashback of the partner that waits for its clients' payments."""
    lines = OrderLine.objects.filter(order__partner=partner.pk, order__currency=currency)
    return _unpaid(lines).aggregate(sum=Sum("cashback"))["sum"] or ZERO


def cashback_to_come(partnership: Partnership, *, payer: Organisation | None = None) -> ToCome:
    """What the client's unpaid invoices still bring the partner (L6). Renewals bring nothing any
    more once the partnership has ended.

    With a `payer`, only what that organisation pays: nobody is told of the other side's invoices
    (M4).
    """
    lines = OrderLine.objects.filter(
        order__organisation=partnership.client_id, order__partner=partnership.partner_id
    )
    if payer is not None:
        lines = lines.filter(order__payer=payer)
    waiting = _unpaid(lines)
    amounts = waiting.values_list("order__currency").annotate(sum=Sum("cashback"))
    invoices = InvoiceLine.objects.filter(order_line__in=waiting, credits=False)
    return ToCome(
        amounts=dict(amounts.order_by("order__currency")),
        invoices=invoices.order_by().values("invoice").distinct().count(),
    )
