"""What remains for a partner, by client and over a period (B12)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Round

from access.models import Organisation
from access.policy import Actor
from billing.models import Rebill
from billing.rules import ZERO
from billing.rules_rebilling import BILLED, Margin, RebillState, margin_of

MONEY: Any = DecimalField(max_digits=16, decimal_places=2)
OPEN, PAID = Q(state=RebillState.OPEN), Q(state=RebillState.PAID)


@dataclass(frozen=True, slots=True)
class Totals:
    """Cost and billed exclude VAT, paid and open include it."""

    cost: Decimal
    billed: Decimal
    paid: Decimal
    open: Decimal

    @property
    def margin(self) -> Margin:
        return margin_of(self.cost, self.billed)


def billed_in(actor: Actor, start: date | None, until: date | None) -> "QuerySet[Rebill]":
    """The bills dated within the days that count: neither drafts nor cancelled ones."""
    bills = Rebill.objects.visible_to_partner(actor).issued_between(start, until)
    return bills.filter(state__in=BILLED)


def margins(actor: Actor, start: date | None, until: date | None) -> "QuerySet[Organisation]":
    """Each client that was billed, with `cost`, `billed`, `margin`, `percent` (of what was
    billed), excluding VAT, and `paid` and `open`, including VAT."""
    bills = billed_in(actor, start, until)
    of_client = bills.filter(client=OuterRef("pk")).order_by().values("client")

    def summed(name: str, which: Q | None = None) -> Any:
        found = of_client.annotate(found=Sum(name, filter=which)).values("found")
        return Coalesce(Subquery(found), ZERO, output_field=MONEY)

    rows = Organisation.objects.filter(pk__in=bills.values("client")).annotate(
        cost=summed("cost"),
        billed=summed("net"),
        paid=summed("total", PAID),
        open=summed("total", OPEN),
    )
    return rows.annotate(margin=F("billed") - F("cost")).annotate(
        percent=Case(
            When(billed=0, then=Value(None)),
            default=Round(F("margin") * 100 / F("billed"), precision=2),
            output_field=MONEY,
        )
    )


def totals(actor: Actor, start: date | None, until: date | None) -> Totals:
    """The same for all clients together."""
    sums = billed_in(actor, start, until).aggregate(
        cost=Sum("cost", default=ZERO),
        billed=Sum("net", default=ZERO),
        paid=Sum("total", filter=PAID, default=ZERO),
        open=Sum("total", filter=OPEN, default=ZERO),
    )
    return Totals(**sums)
