"""Money as pure functions and tables: M1, M2, the table M3, M5. No database, clock or settings.

All amounts are `Decimal`, excluding VAT, in the one currency of the payer; percentages are in
percent (20 means 20 %), never fractions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.rules import Access, PaymentMode, Side

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)

HIGHEST_PARTNER_RATE = Decimal(35)
"""C2: a partner rate is 0 to 35 percent."""
MOST_UNITS = 100_000
"""How many of a product one order line may hold: more is a typing mistake."""


def rounded(amount: Decimal) -> Decimal:
    """Half up to 0.01, the one rounding of the portal (M1)."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def less(amount: Decimal, percent: Decimal) -> Decimal:
    """`amount` minus `percent` percent of it, rounded (M1)."""
    return rounded(amount * (HUNDRED - percent) / HUNDRED)


class Basis(models.TextChoices):
    """At which price the payer is charged (M3)."""

    PUBLIC = "public", _("Public price")
    PARTNER = "partner", _("Partner price")


class Gain(models.TextChoices):
    """What the partner gets from a line (M3). Exactly one, or nothing (T17)."""

    NOTHING = "nothing", _("Nothing")
    CASHBACK = "cashback", _("Cashback")
    DISCOUNT = "discount", _("Discount")


class Rule(models.TextChoices):
    """The row of M3 that made a line; frozen into it (M7)."""

    FULL_CLIENT_CLIENT = "full-client-client", _("Full access, client pays, the client orders")
    FULL_CLIENT_PARTNER = "full-client-partner", _("Full access, client pays, the partner orders")
    FULL_PARTNER_PARTNER = (
        "full-partner-partner",
        _("Full access, partner pays, the partner orders"),
    )
    FULL_PARTNER_CLIENT = "full-partner-client", _("Full access, partner pays, the client orders")
    LIMITED_CLIENT = "limited-client", _("Limited access, the client orders")
    NONE_CLIENT = "none-client", _("No partner, the client orders")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of M3: in which case who pays which price, and what the partner gets."""

    rule: Rule
    access: str
    payment_mode: str
    orderer: Side
    payer: Side
    basis: Basis
    gain: Gain


FULL, LIMITED, NO_ACCESS = str(Access.FULL), str(Access.LIMITED), ""
CLIENT_PAYS, PARTNER_PAYS = str(PaymentMode.CLIENT), str(PaymentMode.PARTNER)

# fmt: off
M3: tuple[Row, ...] = (
    #                             access     payment mode   who orders    payer         basis          the partner gets
    Row(Rule.FULL_CLIENT_CLIENT,   FULL,      CLIENT_PAYS,   Side.CLIENT,  Side.CLIENT,  Basis.PUBLIC,  Gain.CASHBACK),
    Row(Rule.FULL_CLIENT_PARTNER,  FULL,      CLIENT_PAYS,   Side.PARTNER, Side.CLIENT,  Basis.PUBLIC,  Gain.CASHBACK),
    Row(Rule.FULL_PARTNER_PARTNER, FULL,      PARTNER_PAYS,  Side.PARTNER, Side.PARTNER, Basis.PARTNER, Gain.DISCOUNT),
    Row(Rule.FULL_PARTNER_CLIENT,  FULL,      PARTNER_PAYS,  Side.CLIENT,  Side.PARTNER, Basis.PUBLIC,  Gain.CASHBACK),
    Row(Rule.LIMITED_CLIENT,       LIMITED,   CLIENT_PAYS,   Side.CLIENT,  Side.CLIENT,  Basis.PUBLIC,  Gain.CASHBACK),
    Row(Rule.NONE_CLIENT,          NO_ACCESS, CLIENT_PAYS,   Side.CLIENT,  Side.CLIENT,  Basis.PUBLIC,  Gain.NOTHING),
)
# fmt: on
"""M3 as data. What is not here is refused."""

ROWS = {(row.access, row.payment_mode, row.orderer): row for row in M3}


def row_for(access: str, payment_mode: str, orderer: Side) -> Row | None:
    """The row of M3 for a product whose manager has `access` ("" when nobody manages it), or None
    when that is not allowed."""
    return ROWS.get((access, payment_mode or CLIENT_PAYS, orderer))


def automatic_orderer(payment_mode: str, *, confirmed: bool) -> tuple[str, Side]:
    """By whom an automatic renewal counts as done, and in which payment mode (M5, M10).

    Until the partner has confirmed *partner pays*, the client goes on paying.
    """
    if payment_mode == PARTNER_PAYS and confirmed:
        return PARTNER_PAYS, Side.PARTNER
    return CLIENT_PAYS, Side.CLIENT


@dataclass(frozen=True, slots=True, order=True)
class Tier:
    """From this number of units on, this percentage off (C2)."""

    units: int
    percent: Decimal


NO_TIER = Tier(0, Decimal(0))


def tier_for(units: int, tiers: Iterable[Tier]) -> Tier:
    """The tier that `units` reach; it applies to the whole line (M2)."""
    return max((tier for tier in tiers if tier.units <= units), default=NO_TIER)


@dataclass(frozen=True, slots=True)
class Terms:
    """The prices of a product type in one currency and period, on one day (C2).

    `price` is the public price of one, excluding VAT; `partner_percent` the partner rate;
    `fixed` the fixed partner price of one, which replaces the rate (domain extensions).
    """

    price: Decimal
    partner_percent: Decimal = Decimal(0)
    fixed: Decimal | None = None
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The steps of a line, each rounded half up to 0.01, excluding VAT (M1, M2)."""

    quantity: int
    units: int
    price: Decimal
    partner_percent: Decimal
    fixed: Decimal | None
    tier: Tier
    list_total: Decimal
    """price × quantity"""
    public: Decimal
    """less the tier: what the public pays (M2)"""
    after_rate: Decimal
    """price × quantity less the partner rate, or the fixed partner price × quantity"""
    partner: Decimal
    """less the tier: the partner price (M1)"""

    @property
    def difference(self) -> Decimal:
        """Public less partner price: the cashback, or the discount."""
        return self.public - self.partner


def work_out(terms: Terms, quantity: int, units: int) -> Arithmetic:
    """The arithmetic of `quantity` at `terms` (M1, M2). `units` are all that the payer pays of
    the product type, this line included; they decide the tier."""
    tier = tier_for(units, terms.tiers)
    list_total = rounded(terms.price * quantity)
    if terms.fixed is None:
        after_rate = less(list_total, terms.partner_percent)
    else:
        after_rate = rounded(terms.fixed * quantity)
    public = less(list_total, tier.percent)
    return Arithmetic(
        quantity=quantity,
        units=units,
        price=terms.price,
        partner_percent=Decimal(0) if terms.fixed is not None else terms.partner_percent,
        fixed=terms.fixed,
        tier=tier,
        list_total=list_total,
        public=public,
        after_rate=after_rate,
        partner=min(less(after_rate, tier.percent), public),
    )


@dataclass(frozen=True, slots=True)
class Charge:
    """What a line costs its payer and brings the partner, excluding VAT (M3)."""

    net: Decimal
    cashback: Decimal
    discount: Decimal


def charge(basis: str, gain: str, sums: Arithmetic) -> Charge:
    """The charge of a line by its row of M3. Public price = net + discount, always."""
    if basis == Basis.PARTNER:
        return Charge(net=sums.partner, cashback=ZERO, discount=sums.difference)
    earned = sums.difference if gain == Gain.CASHBACK else ZERO
    return Charge(net=sums.public, cashback=earned, discount=ZERO)


def without_gain(row: Row) -> tuple[Basis, Gain]:
    """What remains of a row when the partner is suspended: the same payer at the public price, and
    no advantage (P5)."""
    return Basis.PUBLIC, Gain.NOTHING
