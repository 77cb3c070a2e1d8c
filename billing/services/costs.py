"""What runs and what it costs, as far as the reader may see it (issue 4.9, M3-M5, ◇).

A figure is shown to who pays the next renewal, and to the partner that gains from it: a client
reads no price at all of what its partner pays. Prices are today's, exclude VAT, and are in the
currency of who pays.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from access import grants
from access.models import Organisation
from access.policy import Actor
from billing import sight
from billing.renewals.facts import Managing
from billing.renewals.planning import deal_of
from billing.rules import ZERO, Arithmetic, Terms, charge, work_out
from billing.services.pricing import Key, terms_on, units_paid
from clients.models import Partnership, Product, ProductType
from clients.rules import MONTHS, Period, ProductState

RUNNING = (ProductState.ORDERED, ProductState.ACTIVE, ProductState.SUSPENDED)
YEAR = 12


@dataclass(frozen=True, slots=True)
class Part:
    """Who pays a product from now on, by which row of M3, and what the reader may see of it."""

    payer: Organisation
    basis: str
    gain: str
    sees_amount: bool
    sees_gain: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A product with who pays it, and the public price of one where the reader may see it."""

    product: Product
    part: Part
    price: Decimal | None
    currency: str


@dataclass(slots=True)
class Total:
    """Products of one type and period with one payer: what a renewal of all costs, per period.

    `net` is what the payer is charged, `cashback` and `discount` what the partner gets, for the
    partner's eyes only (else 0)."""

    product_type: ProductType
    period: str
    part: Part
    currency: str
    price: Decimal | None
    quantity: int = 0
    tier_percent: Decimal = ZERO
    net: Decimal = ZERO
    cashback: Decimal = ZERO
    discount: Decimal = ZERO

    @property
    def times(self) -> int:
        return YEAR // MONTHS[Period(self.period)]

    @property
    def a_year(self) -> Decimal:
        return self.net * self.times

    @property
    def gain_a_year(self) -> Decimal:
        """Cashback or discount of a year."""
        return (self.cashback + self.discount) * self.times

    @property
    def period_label(self) -> str:
        return str(Period(self.period).label)


class CostSheet:
    """The sheet of `actor` over `products`, which run and which the actor may see.

    The number of queries does not depend on the number of products. `day` is the day whose prices
    and rates count.
    """

    def __init__(self, actor: Actor, products: QuerySet[Product], day: date) -> None:
        self.actor = actor
        self.products = products
        self.day = day
        self._parts: dict[int, Part] = {}
        self._terms: dict[str, Mapping[Key, Terms]] = {}
        self._units: dict[int, Mapping[int, int]] = {}

    # ---- who pays ----------------------------------------------------------------------------

    @cached_property
    def _held(self) -> dict[int, Partnership]:
        return grants.holders(self.products.order_by())

    @cached_property
    def _whole(self) -> Partnership | None:
        return grants.full_access_holder(self.actor.organisation)

    def part_of(self, product_id: int) -> Part:
        """Who pays the product's next renewal, and what the reader may see of it (M4, M5)."""
        partnership = self._held.get(product_id) or self._whole
        key = partnership.pk if partnership is not None else 0
        if key not in self._parts:
            self._parts[key] = self._part(partnership)
        return self._parts[key]

    def _part(self, partnership: Any) -> Part:
        deal = deal_of(self.actor.organisation.pk, _managing(partnership))
        payer = self.actor.organisation
        if deal.payer != payer.pk:
            payer = partnership.partner.organisation
        shown = _Paid(payer.pk, deal.partner)
        return Part(
            payer=payer,
            basis=deal.basis,
            gain=deal.gain,
            sees_amount=sight.may_see_amount(self.actor, shown),
            sees_gain=sight.may_see_cashback(self.actor, shown),
        )

    # ---- figures -----------------------------------------------------------------------------

    def rows(self, products: Iterable[Product]) -> list[Row]:
        """Those of the products that stand on a page, in their order."""
        return [self._row(product) for product in products]

    def _row(self, product: Product) -> Row:
        part = self.part_of(product.pk)
        terms = self._terms_of(part, product.product_type_id, product.period)
        return Row(product, part, terms.price if terms else None, part.payer.currency)

    def _terms_of(self, part: Part, product_type: int, period: str) -> Terms | None:
        if not part.sees_amount:
            return None
        currency = part.payer.currency
        if currency not in self._terms:
            self._terms[currency] = terms_on(self._types, currency, self.day)
        return self._terms[currency].get((product_type, period))

    @cached_property
    def _types(self) -> dict[int, ProductType]:
        return ProductType.objects.select_related("category").in_bulk()

    def _units_of(self, payer: Organisation, product_type: int) -> int:
        if payer.pk not in self._units:
            self._units[payer.pk] = units_paid(payer, self._types)
        return self._units[payer.pk].get(product_type, 0)

    @cached_property
    def totals(self) -> list[Total]:
        """By product type and period, over what is renewed and whose figures the reader sees:
        each as the renewals of the same day would be grouped into lines (M5)."""
        groups: dict[tuple[int, str, int], dict[date | None, int]] = {}
        parts: dict[int, Part] = {}
        fields = ("pk", "product_type_id", "period", "renews_on")
        renewed = self.products.filter(auto_renewal=True, renews_on__isnull=False).order_by()
        for pk, kind, period, day in renewed.values_list(*fields):
            part = self.part_of(pk)
            if part.sees_amount:
                parts[id(part)] = part
                days = groups.setdefault((kind, period, id(part)), defaultdict(int))
                days[day] += 1
        found = [
            self._total(self._types[kind], period, parts[key], days)
            for (kind, period, key), days in groups.items()
        ]
        return sorted(found, key=lambda total: (_place(total.product_type), total.period))

    def _total(
        self, kind: ProductType, period: str, part: Part, days: Mapping[date | None, int]
    ) -> Total:
        terms = self._terms_of(part, kind.pk, period)
        total = Total(kind, period, part, part.payer.currency, terms.price if terms else None)
        for quantity in days.values():
            total.quantity += quantity
            if terms is None:
                continue
            units = max(self._units_of(part.payer, kind.pk), quantity)
            _add(total, work_out(terms, quantity, units))
        return total

    @property
    def sums(self) -> dict[str, tuple[Decimal, Decimal]]:
        """By currency, what a year costs and what the partner gets of it."""
        found: dict[str, tuple[Decimal, Decimal]] = {}
        for total in self.totals:
            cost, gain = found.get(total.currency, (ZERO, ZERO))
            found[total.currency] = (cost + total.a_year, gain + total.gain_a_year)
        return found

    @cached_property
    def partner_payer(self) -> Organisation | None:
        """The partner that pays what it manages, told to the client's own people."""
        whole = self._whole
        if self.actor.partner is not None or whole is None:
            return None
        part = self._part(whole)
        return part.payer if part.payer.pk != self.actor.organisation.pk else None


@dataclass(frozen=True, slots=True)
class _Paid:
    payer_id: int
    partner_id: int | None


def _managing(partnership: Any) -> Managing | None:
    if partnership is None:
        return None
    return Managing(
        access=partnership.access,
        payment_mode=partnership.payment_mode,
        confirmed=partnership.payment_confirmed_at is not None,
        partner=partnership.partner_id,
        approved=partnership.partner.approved,
        version=partnership.version,
    )


def _place(kind: ProductType) -> tuple[int, int, str]:
    return kind.category.position, kind.position, kind.name


def _add(total: Total, sums: Arithmetic) -> None:
    charged = charge(total.part.basis, total.part.gain, sums)
    total.tier_percent = sums.tier.percent
    total.net += charged.net
    if total.part.sees_gain:
        total.cashback += charged.cashback
        total.discount += charged.discount
