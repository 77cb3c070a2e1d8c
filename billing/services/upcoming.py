"""What the next renewals will bring a partner, and its turnover against the minimum (M5, P2).

Estimates, at the price lists of today: set-based, one query for the groups of products, and the
pure rules once for each distinct line. All amounts exclude VAT.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, QuerySet

from access import grants
from access.models import Organisation
from billing.models import Price
from billing.renewals.due import Group
from billing.renewals.facts import Known, count_units, read
from billing.renewals.planning import Deal, deal_of
from billing.rules import HUNDRED, MOST_UNITS, ZERO, Charge, charge, work_out
from billing.services.earning import Earned
from billing.services.pricing import Key, terms_on
from clients.models import Partnership, Product
from clients.rules import MONTHS, Period, ProductState, term_after
from partners.models import Partner

DAYS = 90
MANY = 5_000
KEPT = 600
"""Above MANY products, or groups of them, figures are kept for this many seconds."""
MONTHS_A_YEAR = 12


@dataclass(slots=True)
class Upcoming:
    """What renews in the next days, in one currency: `months` and `clients` with what each would
    bring, `renewals` of so many products."""

    months: list[Earned] = field(default_factory=list)
    clients: list[Earned] = field(default_factory=list)
    renewals: int = 0

    @property
    def total(self) -> Decimal:
        return sum((month.total for month in self.months), ZERO)


def upcoming(partner: Organisation, today: date) -> dict[str, Upcoming]:
    """By currency, what the automatic renewals of the next 90 days would bring the partner if
    nothing changed: today's prices, rates, units, partnerships and payment modes. A monthly product
    counts each time that it renews."""
    key = f"upcoming:{partner.pk}:{today}"
    found: dict[str, Upcoming] | None = cache.get(key)
    if found is not None:
        return found
    groups = list(_groups(partner, today))
    found = _work_out(groups, today) if groups else {}
    if len(groups) > MANY:
        cache.set(key, found, KEPT)
    return found


def managed(partner: Organisation) -> QuerySet[Product]:
    """The active products whose manager the partner is (L7)."""
    return Product.objects.filter(
        grants.products_managed_by(partner), state=ProductState.ACTIVE
    ).order_by()


def _groups(partner: Organisation, today: date) -> Iterator[Group]:
    """Products of one client, type, period and renewal day: one line of a renewal (M5)."""
    live = Partnership.objects.active().filter(partner=partner.pk)
    partnerships = dict(live.values_list("client", "pk"))
    rows = (
        managed(partner)
        .filter(auto_renewal=True, renews_on__lte=today + timedelta(days=DAYS))
        .values_list("organisation", "product_type", "period", "renews_on")
        .annotate(quantity=Count("pk"))
    )
    for client, kind, period, day, quantity in rows.iterator(2_000):
        if client in partnerships and quantity <= MOST_UNITS:
            yield Group(
                client=client,
                product_type=kind,
                period=period,
                starts_on=max(day, today),
                partnership=partnerships[client],
                done_before=False,
                quantity=quantity,
                ends_on=day,  # not asked for here
                first=0,
            )


class _Estimate:
    """The charges of lines, each distinct one worked out once."""

    def __init__(self, groups: list[Group], today: date) -> None:
        self.known: Known = read(groups)
        self.deals: dict[int, Deal] = {}
        for group in groups:
            if group.partnership not in self.deals:
                found = self.known.partnerships[group.partnership]
                self.deals[group.partnership] = deal_of(group.client, found)
        self.units = count_units({deal.payer for deal in self.deals.values()})
        types = {group.product_type for group in groups}
        currencies = {self.currency(deal) for deal in self.deals.values()}
        self.terms = {currency: terms_on(types, currency, today) for currency in currencies}
        self.charges: dict[object, Charge | None] = {}

    def currency(self, deal: Deal) -> str:
        return str(self.known.organisations[deal.payer].currency)

    def charge(self, group: Group) -> Charge | None:
        """What the line would cost and bring; None without a price."""
        deal = self.deals[group.partnership]
        units = max(self.units.get((deal.payer, group.product_type), 0), group.quantity)
        kind = (group.product_type, group.period)
        key = (kind, self.currency(deal), deal.basis, deal.gain, group.quantity, units)
        if key not in self.charges:
            terms = self.terms[self.currency(deal)].get(kind)
            sums = work_out(terms, group.quantity, units) if terms else None
            self.charges[key] = charge(deal.basis, deal.gain, sums) if sums else None
        return self.charges[key]


def _work_out(groups: list[Group], today: date) -> dict[str, Upcoming]:
    estimate, last = _Estimate(groups, today), today + timedelta(days=DAYS)
    found: defaultdict[str, Upcoming] = defaultdict(Upcoming)
    cash: defaultdict[tuple[str, str, Any], Decimal] = defaultdict(lambda: ZERO)
    off: defaultdict[tuple[str, str, Any], Decimal] = defaultdict(lambda: ZERO)
    number: Counter[tuple[str, str, Any]] = Counter()
    for group in groups:
        line = estimate.charge(group)
        if line is None:
            continue
        deal = estimate.deals[group.partnership]
        currency = estimate.currency(deal)
        for day in _days(group.starts_on, group.period, last):
            keys: tuple[tuple[str, str, Any], ...] = (
                (currency, "month", day.replace(day=1)),
                (currency, "client", deal.client),
            )
            for key in keys:
                cash[key] += line.cashback
                off[key] += line.discount
                number[key] += group.quantity
            found[currency].renewals += group.quantity
    for currency, what, key in number:
        place = (currency, what, key)
        name = key if what == "month" else estimate.known.organisations[key].name
        row = Earned(name, cash[place], off[place], number[place])
        kept = found[currency].months if what == "month" else found[currency].clients
        kept.append(row)
    for each in found.values():
        each.months.sort(key=lambda row: row.key)
        each.clients.sort(key=lambda row: (-row.total, row.key))
    return dict(found)


@lru_cache(maxsize=1_000)
def _days(first: date, period: str, last: date) -> tuple[date, ...]:
    """The days from `first` to `last` on which what renews on `first` renews."""
    days, day = [], first
    while day <= last:
        days.append(day)
        day = term_after(day, period, anchor=first.day)
    return tuple(days)


# ---- The minimum turnover (P2) --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turnover:
    """The products under a partner's management over a year, against what the programme asks.

    `amount`: the public price of one (without tiers) of each active product, times the periods of a
    year, excluding VAT, in the partner's currency. `unpriced` products have no such price.
    """

    currency: str
    amount: Decimal
    minimum: Decimal
    products: int = 0
    unpriced: int = 0

    @property
    def reached(self) -> bool:
        return self.amount >= self.minimum

    @property
    def percent(self) -> int:
        """How much of the minimum is reached, at most 100."""
        if self.minimum <= 0:
            return 100
        return min(100, int(self.amount * HUNDRED / self.minimum))

    @property
    def missing(self) -> Decimal:
        return max(ZERO, self.minimum - self.amount)


def turnover(partner: Organisation, today: date) -> Turnover:
    """Of one partner (P2). Above MANY products it is kept for KEPT seconds."""
    key = f"turnover:{partner.pk}:{today}"
    found: Turnover | None = cache.get(key)
    if found is None:
        found = _of_one(partner, today)
        if found.products > MANY:
            cache.set(key, found, KEPT)
    return found


def _of_one(partner: Organisation, today: date) -> Turnover:
    rows = managed(partner).values_list("product_type", "period").annotate(number=Count("pk"))
    counted = {(kind, period): number for kind, period, number in rows}
    return _turnover(partner.currency, counted, _prices(partner.currency, today))


def turnovers(today: date) -> dict[int, Turnover]:
    """Of every partner that manages something, by its primary key: two queries for all."""
    active = Product.objects.filter(state=ProductState.ACTIVE).order_by()
    rows = grants.counted_by_manager(active, "product_type", "period")
    counted: defaultdict[int, Counter[Key]] = defaultdict(Counter)
    for manager, kind, period, number in rows:
        counted[manager][kind, period] += number
    owners = Organisation.objects.in_bulk(counted)
    prices = {currency: _prices(currency, today) for currency in settings.MINIMUM_TURNOVER}
    return {
        pk: _turnover(owners[pk].currency, found, prices[owners[pk].currency])
        for pk, found in counted.items()
    }


def partners_below(today: date) -> QuerySet[Partner]:
    """The approved partners whose turnover does not reach the minimum, those without any product
    included: staff decide (P2)."""
    reached = [pk for pk, found in turnovers(today).items() if found.reached]
    return Partner.objects.approved().exclude(pk__in=reached)


def nothing(partner: Organisation) -> Turnover:
    """Of a partner that manages no product."""
    return _turnover(partner.currency, {}, {})


def _prices(currency: str, today: date) -> dict[Key, Decimal]:
    """The public price of one of each type and period on this day."""
    key = ("product_type_id", "currency", "period")
    rows = Price.objects.filter(currency=currency).in_force(today, *key)
    return {(row.product_type_id, row.period): row.amount for row in rows}


def _turnover(currency: str, counted: Mapping[Key, int], prices: dict[Key, Decimal]) -> Turnover:
    amount, unpriced = ZERO, 0
    for (kind, period), number in counted.items():
        price = prices.get((kind, period))
        if price is None:
            unpriced += number
        else:
            amount += price * number * (MONTHS_A_YEAR // MONTHS[Period(period)])
    return Turnover(
        currency=currency,
        amount=amount,
        minimum=settings.MINIMUM_TURNOVER[currency],
        products=sum(counted.values()),
        unpriced=unpriced,
    )
