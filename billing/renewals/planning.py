"""From lines to orders, by the pure rules: who pays, which price, what the partner gets (M1-M5)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from access.models import Organisation
from billing.renewals.due import Group
from billing.renewals.facts import Known, Managing, PriceList
from billing.rules import (
    MOST_UNITS,
    NO_ACCESS,
    ZERO,
    Arithmetic,
    Charge,
    Row,
    automatic_orderer,
    charge,
    row_for,
    without_gain,
)
from billing.states import PaymentMethod, RenewalFault
from billing.vat import Vat, sums
from clients.rules import Access, Side


@dataclass(frozen=True, slots=True)
class Deal:
    """A row of M3 with its two sides: what all lines of an order have in common."""

    client: int
    payer: int
    partner: int | None
    rule: str
    basis: str
    gain: str
    orderer: str
    version: int | None


@dataclass(slots=True)
class Line:
    """A line of a renewal; its amounts are in the payer's currency, excluding VAT."""

    group: Group
    sums: Arithmetic
    charge: Charge
    position: int = 1
    key: int = 0


@dataclass(slots=True)
class Invoice:
    """The invoice of a renewal: `total` includes VAT."""

    net: Decimal
    vat: Decimal
    key: int = 0
    sequence: int = 0
    number: str = ""
    public_id: str = ""
    paid: Decimal = ZERO
    settled: bool = False

    @property
    def total(self) -> Decimal:
        return self.net + self.vat


@dataclass(slots=True)
class Order:
    """An order to be: one client, payer, partner, row of M3 and day."""

    deal: Deal
    client: Organisation
    payer: Organisation
    starts_on: date
    rates_of: date
    vat: Vat
    lines: list[Line] = field(default_factory=list)
    method: PaymentMethod = PaymentMethod.TRANSFER
    invoice: Invoice | None = None
    key: int = 0
    public_id: str = ""

    @property
    def currency(self) -> str:
        return self.payer.currency

    @property
    def net(self) -> Decimal:
        return sum((line.charge.net for line in self.lines), ZERO)

    @property
    def cashback(self) -> Decimal:
        return sum((line.charge.cashback for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        return sum((line.charge.discount for line in self.lines), ZERO)

    def draw_up(self) -> Invoice:
        """Its invoice, without a number yet: VAT is rounded once, on the sum (M8)."""
        (of_all,) = sums([(self.vat.percent, line.charge.net) for line in self.lines])
        return Invoice(net=of_all.net, vat=of_all.vat)


@dataclass(slots=True)
class Plan:
    """What becomes of a chunk's groups."""

    orders: list[Order]
    faults: list[tuple[Group, RenewalFault]]


Units = Callable[[dict[tuple[int, int], int]], dict[tuple[int, int], int]]


def deal_of(client: int, found: Managing | None) -> Deal:
    """Who pays an automatic renewal at which price (M3, M5, M10); a suspended partner stays the
    payer, without any gain (P5)."""
    row: Row | None
    if found is None:
        row = row_for(NO_ACCESS, "", Side.CLIENT)
    elif found.access == Access.FULL:
        mode, orderer = automatic_orderer(found.payment_mode, confirmed=found.confirmed)
        row = row_for(found.access, mode, orderer)
    else:
        row = row_for(found.access, found.payment_mode, Side.CLIENT)
    if row is None:
        raise LookupError("the table M3 has a row for each automatic renewal")
    basis, gain = (row.basis, row.gain) if found is None or found.approved else without_gain(row)
    by_partner = row.payer == Side.PARTNER and found is not None
    return Deal(
        client=client,
        payer=found.partner if by_partner and found is not None else client,
        partner=found.partner if found is not None else None,
        rule=row.rule.value,
        basis=basis.value,
        gain=gain.value,
        orderer=row.orderer.value,
        version=found.version if found is not None else None,
    )


def plan(groups: Iterable[Group], known: Known, prices: PriceList, units: Units) -> Plan:
    """The orders that renew the groups, and what cannot be renewed. `units` answers how many units
    a payer pays of a product type, for those keys that it is asked for."""
    dealt = [(group, _deal(group, known)) for group in groups]
    wanted: Counter[tuple[int, int]] = Counter()
    for group, deal in dealt:
        wanted[deal.payer, group.product_type] += group.quantity
    counted = units(dict(wanted))
    orders: dict[tuple[Deal, date, date], Order] = {}
    faults: list[tuple[Group, RenewalFault]] = []
    for group, deal in dealt:
        fault = _add(orders, group, deal, known, prices, counted)
        if fault is not None:
            faults.append((group, fault))
    return Plan(list(orders.values()), faults)


def _deal(group: Group, known: Known) -> Deal:
    return deal_of(group.client, known.partnerships.get(group.partnership))


def _add(
    orders: dict[tuple[Deal, date, date], Order],
    group: Group,
    deal: Deal,
    known: Known,
    prices: PriceList,
    counted: dict[tuple[int, int], int],
) -> RenewalFault | None:
    """Puts the group on its order, or says why it is not renewed."""
    if group.done_before:
        return RenewalFault.TWICE
    if group.quantity > MOST_UNITS:
        return RenewalFault.TOO_MANY
    payer = known.organisations[deal.payer]
    rates_of, terms = prices.terms(group, payer.currency)
    if terms is None:
        return RenewalFault.NO_PRICE
    if (deal.payer, rates_of) not in known.vats:
        known.vats[deal.payer, rates_of] = prices.vat(payer, rates_of)
    vat = known.vats[deal.payer, rates_of]
    if vat is None:
        return RenewalFault.NO_VAT
    units = max(counted.get((deal.payer, group.product_type), 0), group.quantity)
    figures = prices.figures(group, payer.currency, rates_of, terms, units)
    key = (deal, group.starts_on, rates_of)
    if key not in orders:
        client = known.organisations[group.client]
        orders[key] = Order(deal, client, payer, group.starts_on, rates_of, vat)
    lines = orders[key].lines
    charged = charge(deal.basis, deal.gain, figures)
    lines.append(Line(group, figures, charged, position=len(lines) + 1))
    return None
