"""What a row of a price list may hold, and from which day (C2, M8). Pure: no database, no clock.

A refusal is a PriceRowWrong with a sentence and the field that it belongs beside. Amounts are per
unit and period, excluding VAT; percentages in percent (20 means 20 %).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing.errors import PriceRowWrong
from billing.rules import CENT, HIGHEST_PARTNER_RATE, HUNDRED, MOST_UNITS, Tier

HIGHEST_PRICE = Decimal(1_000_000)
"""More for one unit is a typing mistake."""
HIGHEST_VAT_RATE = Decimal(50)
MOST_TIERS = 20


class Move(Enum):
    """What setting a row does to the list."""

    ADD = "add"
    REPLACE = "replace"
    NOTHING = "nothing"


def check_price(amount: Decimal) -> None:
    """A public price: above zero, in cents."""
    _check_amount(amount)
    if amount <= 0:
        raise PriceRowWrong(_("A public price is above zero."), field="amount")


def check_fixed_price(amount: Decimal | None) -> None:
    """A fixed partner price: zero or more, in cents; None ends it."""
    if amount is None:
        return
    _check_amount(amount)
    if amount < 0:
        raise PriceRowWrong(_("A fixed partner price is not negative."), field="amount")


def _check_amount(amount: Decimal) -> None:
    if not amount.is_finite() or abs(amount) > HIGHEST_PRICE:
        raise PriceRowWrong(
            _("A price of one is %(most)s at most.") % {"most": HIGHEST_PRICE}, field="amount"
        )
    if amount != amount.quantize(CENT):
        raise PriceRowWrong(
            _("A price has two decimals at most: %(amount)s.") % {"amount": amount}, field="amount"
        )


def check_partner_rate(percent: Decimal) -> None:
    """A partner rate: 0 to 35 percent (C2)."""
    _check_percent(percent, HIGHEST_PARTNER_RATE, _("A partner rate is 0 to %(most)s percent."))


def check_vat_rate(percent: Decimal) -> None:
    """A VAT rate: 0 to 50 percent (M8)."""
    _check_percent(percent, HIGHEST_VAT_RATE, _("A VAT rate is 0 to %(most)s percent."))


def _check_percent(percent: Decimal, most: Decimal, sentence: str) -> None:
    if not percent.is_finite() or not 0 <= percent <= most:
        raise PriceRowWrong(sentence % {"most": most}, field="percent")
    if percent != percent.quantize(CENT):
        raise PriceRowWrong(_("A percentage has two decimals at most."), field="percent")


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Volume tiers: at different thresholds, each above the one before it (C2)."""
    if fault := tier_fault(tiers):
        raise PriceRowWrong(fault[1], field="tiers")


def tier_fault(tiers: Sequence[Tier]) -> tuple[int, str] | None:
    """The index of the first tier that cannot be, and why; None when all can be."""
    if len(tiers) > MOST_TIERS:
        return MOST_TIERS, _("There are %(most)s tiers at most.") % {"most": MOST_TIERS}
    for index, tier in enumerate(tiers):
        if sentence := _limits_of(tier):
            return index, sentence
    seen: set[int] = set()
    for index, tier in enumerate(tiers):
        if tier.units in seen:
            return index, _("Two tiers begin at %(units)s units: they overlap.") % {
                "units": tier.units
            }
        seen.add(tier.units)
    order = sorted(range(len(tiers)), key=lambda index: tiers[index].units)
    for lower, index in pairwise(order):
        if tiers[index].percent <= tiers[lower].percent:
            return index, _rising(tiers[lower], tiers[index])
    return None


def _limits_of(tier: Tier) -> str:
    if not 1 <= tier.units <= MOST_UNITS:
        return _("A tier begins at 1 to %(most)s units.") % {"most": MOST_UNITS}
    if not tier.percent.is_finite() or not 0 < tier.percent < HUNDRED:
        return _("A tier takes off more than 0 and less than 100 percent.")
    if tier.percent != tier.percent.quantize(CENT):
        return _("A percentage has two decimals at most.")
    return ""


def _rising(lower: Tier, higher: Tier) -> str:
    return _(
        "From %(units)s units on there must be more off than from %(lower)s on: %(percent)s %% is "
        "not above %(least)s %%."
    ) % {
        "units": higher.units,
        "lower": lower.units,
        "percent": higher.percent,
        "least": lower.percent,
    }


def in_force(rows: Mapping[date, Any], day: date) -> date | None:
    """Since when the row counts that counts on `day`; None when none does."""
    return max((begin for begin in rows if begin <= day), default=None)


def decide(known: Mapping[date, Any], day: date, value: Any, today: date) -> Move:
    """What setting `value` from `day` on does, where `known` are the rows of the same key.

    What has begun is kept as it is, and nothing begins in the past, except the very first rows of
    a key, for a vendor that starts.
    """
    if day in known and known[day] == value:
        return Move.NOTHING
    if day > today:
        return Move.REPLACE if day in known else Move.ADD
    if day in known:
        raise PriceRowWrong(
            _("What counts since %(day)s is never changed. Choose a later day.")
            % {"day": date_format(day, "SHORT_DATE_FORMAT")},
            field="valid_from",
        )
    if day < today and known:
        raise PriceRowWrong(
            _("%(day)s is in the past. Prices and rates change from today on at the earliest.")
            % {"day": date_format(day, "SHORT_DATE_FORMAT")},
            field="valid_from",
        )
    return Move.ADD


def dearer_from(
    public: Mapping[date, Decimal], fixed: Mapping[date, Decimal | None], since: date
) -> date | None:
    """The first day from `since` on, on which the fixed partner price is above the public price
    of the same key; None when that never happens."""
    for day in sorted({since, *public, *fixed}):
        price_day, fixed_day = in_force(public, day), in_force(fixed, day)
        if day < since or price_day is None or fixed_day is None:
            continue
        amount = fixed[fixed_day]
        if amount is not None and amount > public[price_day]:
            return day
    return None
