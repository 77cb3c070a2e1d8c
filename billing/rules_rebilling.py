"""What a partner bills its client as pure functions and tables (B12). No database or clock.

All amounts are `Decimal`, excluding VAT unless said otherwise, in the bill's one currency;
percentages are in percent (20 means 20 %).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.rules import HUNDRED, ZERO, rounded

PRICE = Decimal("0.0001")
"""To what a unit price is kept: with whole cents only, 35 units could not cost 208.32."""
LOWEST_PERCENT = Decimal(-100)
HIGHEST_PERCENT = Decimal(1000)
HIGHEST_AMOUNT = Decimal(1_000_000)
"""The highest mark-up per unit, and the highest unit price: more is a typing mistake."""
PREFIX = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,9})?|")
LAST_NUMBER = 9_999_999
LONGEST_DAYS = 120
REMINDER_DAYS = 1
"""How many days lie between two reminders of one bill, at least."""


class MarkupKind(models.TextChoices):
    """How a mark-up counts: on the cost, or for each unit in the partner's currency."""

    PERCENT = "percent", _("Percent of the cost")
    FIXED = "fixed", _("Amount per unit")


class RebillKind(models.TextChoices):
    BILL = "bill", _("Bill")
    CREDIT = "credit", pgettext_lazy("a bill", "Credit")


class RebillState(models.TextChoices):
    """A bill's way. What was issued never goes away: a credit cancels it."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    PAID = "paid", pgettext_lazy("a bill", "Paid")
    CANCELLED = "cancelled", pgettext_lazy("a bill", "Cancelled")
    CREDIT = "credit", pgettext_lazy("a bill", "Credit")


BILLED = (RebillState.OPEN, RebillState.PAID)
"""The states in which a bill counts as turnover: neither a draft nor cancelled by a credit."""


@dataclass(frozen=True, slots=True)
class Markup:
    """What is added to the cost; `client` and `product_type` are primary keys, None is any.

    `value` is in percent, or an amount per unit excluding VAT. Below zero the client pays less
    than the partner; a price never falls below zero.
    """

    kind: str
    value: Decimal
    client: int | None = None
    product_type: int | None = None

    @property
    def precision(self) -> tuple[bool, bool]:
        """The client comes before the product type (B12)."""
        return self.client is not None, self.product_type is not None


NO_MARKUP = Markup(MarkupKind.PERCENT, Decimal(0))


def markup_for(markups: Iterable[Markup], client: int, product_type: int) -> Markup:
    """The most specific mark-up that fits: client and type, client, type, general, none (B12)."""
    fitting = [
        each
        for each in markups
        if each.client in (None, client) and each.product_type in (None, product_type)
    ]
    return max(fitting, key=lambda each: each.precision, default=NO_MARKUP)


def unit_price(cost: Decimal, quantity: int, markup: Markup) -> Decimal:
    """The price of one, to 0.0001, for a line that cost the partner `cost` in all.

    The mark-up counts on the exact cost of one, so that a line without any costs what it cost.
    """
    each = cost / quantity
    if markup.kind == MarkupKind.PERCENT:
        each = each * (HUNDRED + markup.value) / HUNDRED
    else:
        each = each + markup.value
    return max(each, ZERO).quantize(PRICE, ROUND_HALF_UP)


def net_of(quantity: int, price: Decimal) -> Decimal:
    """A line's net: quantity × price of one, rounded half up to 0.01."""
    return rounded(price * quantity)


def vat_of(net: Decimal, percent: Decimal) -> Decimal:
    """The VAT on a bill's whole net at its one rate."""
    return rounded(net * percent / HUNDRED)


@dataclass(frozen=True, slots=True)
class Margin:
    """What remains for the partner; `percent` is of what was billed, None when nothing was."""

    amount: Decimal
    percent: Decimal | None


def margin_of(cost: Decimal, billed: Decimal) -> Margin:
    amount = billed - cost
    return Margin(amount, rounded(amount * HUNDRED / billed) if billed else None)


def number_of(prefix: str, year: int, sequence: int) -> str:
    """How a bill is called: "AW-2026-0007"."""
    return f"{prefix}{'-' if prefix and not prefix.endswith('-') else ''}{year}-{sequence:04}"


class NextNumber(models.TextChoices):
    """Whether a partner may give this number next; numbers of a year have no gap (B12)."""

    ALLOWED = "allowed"
    USED = "used"
    GAP = "gap"


def next_number(wanted: int, *, last: int, issued: bool) -> NextNumber:
    """`last` is the last number given, or stepped over, this year; `issued` whether this portal
    gave any. Only before the first one may the count begin elsewhere."""
    if wanted <= last and issued:
        return NextNumber.USED
    if wanted != last + 1 and issued:
        return NextNumber.GAP
    return NextNumber.ALLOWED
