"""What partners read about prices: beside the public price, and step by step (C2, M1, M2).

All amounts exclude VAT and are in one currency; percentages are in percent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from access.models import Organisation
from billing.errors import NotOffered
from billing.models import Price
from billing.rules import CENT, HUNDRED, Arithmetic, Terms, Tier, work_out
from billing.services import pricing
from clients.models import ProductType


def off_in_all(terms: Terms, tier_percent: Decimal = Decimal(0)) -> Decimal:
    """How many percent of price × quantity a partner pays less at these terms (M1)."""
    left = HUNDRED - terms.partner_percent
    if terms.fixed is not None:
        left = HUNDRED * terms.fixed / terms.price
    return (HUNDRED - left * (HUNDRED - tier_percent) / HUNDRED).quantize(CENT)


@dataclass(frozen=True, slots=True)
class TierOff:
    """A volume tier, with what it makes of the partner's advantage in all."""

    tier: Tier
    in_all: Decimal


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A product type in one period: the public price of one and the partner's."""

    price: Price
    terms: Terms
    sums: Arithmetic

    @property
    def in_all(self) -> Decimal:
        return off_in_all(self.terms, self.sums.tier.percent)

    @property
    def tiers(self) -> list[TierOff]:
        return [TierOff(tier, off_in_all(self.terms, tier.percent)) for tier in self.terms.tiers]


def price_lines(prices: Iterable[Price], currency: str, day: date) -> list[PriceLine]:
    """The lines of these prices on `day`; a few queries, however many there are."""
    prices = list(prices)
    terms = pricing.terms_on({price.product_type_id for price in prices}, currency, day)
    found = [(price, terms[price.product_type_id, price.period]) for price in prices]
    return [PriceLine(price, terms, work_out(terms, 1, 1)) for price, terms in found]


@dataclass(frozen=True, slots=True)
class Calculation:
    """A line as a partner would order it, with each step of M1 and M2."""

    product_type: ProductType
    period: str
    terms: Terms
    sums: Arithmetic
    paid: int
    """units that the payer pays already, this line not included"""

    @property
    def rate_off(self) -> Decimal:
        return self.sums.list_total - self.sums.after_rate

    @property
    def tier_off(self) -> Decimal:
        return self.sums.after_rate - self.sums.partner

    @property
    def public_tier_off(self) -> Decimal:
        return self.sums.list_total - self.sums.public

    @property
    def in_all(self) -> Decimal:
        return off_in_all(self.terms, self.sums.tier.percent)

    @property
    def next_tier(self) -> Tier | None:
        """The tier that more units would reach."""
        above = [tier for tier in self.terms.tiers if tier.units > self.sums.units]
        return min(above, default=None)


def calculate(
    *,
    product_type: ProductType,
    period: str,
    quantity: int,
    payer: Organisation,
    day: date,
    paid: int | None = None,
) -> Calculation:
    """What `quantity` costs when `payer` orders it on `day`, in the payer's currency.

    `paid`: how many units count as paid already; None counts those that the payer pays now (M2).
    Raises NotOffered where there is no price in this period.
    """
    terms = pricing.terms_for(product_type, payer.currency, period, day)
    if not product_type.is_offered:
        raise NotOffered(str(product_type), field="product_type")
    if paid is None:
        paid = pricing.units_paid(payer, [product_type]).get(product_type.pk, 0)
    return Calculation(
        product_type, period, terms, work_out(terms, quantity, paid + quantity), paid
    )


def csv_rows(lines: Sequence[PriceLine], decimal: str) -> Iterable[list[Any]]:
    """The lines as the CSV file has them; `decimal` is the reader's decimal sign."""

    def number(value: Decimal) -> str:
        return f"{value:.2f}".replace(".", decimal)

    for line in lines:
        tiers = ", ".join(f"{off.tier.units}+: {number(off.tier.percent)}" for off in line.tiers)
        yield [
            line.price.shown_name,  # type: ignore[attr-defined]
            line.price.product_type.category,
            line.price.get_period_display(),
            line.price.currency,
            number(line.sums.public),
            number(line.sums.partner),
            number(line.in_all),
            tiers,
            line.price.valid_from.isoformat(),
        ]
