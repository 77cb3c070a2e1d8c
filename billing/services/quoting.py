"""A quote: who pays an order, which price, and what the partner gets, before anybody confirms.

The order itself is made from the same quote, worked out again under locks: what the page showed
is only compared with it (T13).
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access import grants
from access.models import Membership, Organisation
from access.policy import Actor, as_member
from billing.errors import NotAllowedHere, NotOffered, PartnerSuspended, QuantityWrong
from billing.models import OrderLimit, OrderLine
from billing.rules import (
    HUNDRED,
    MOST_UNITS,
    ZERO,
    Arithmetic,
    Charge,
    Rule,
    Terms,
    charge,
    rounded,
    row_for,
    without_gain,
    work_out,
)
from billing.services.pricing import terms_on, units_paid
from billing.states import PaymentMethod
from billing.vat import Vat, vat_for
from clients.models import Partnership, ProductType
from clients.rules import PaymentMode, Side
from partners.models import Partner

MOST_LINES = 30


@dataclass(frozen=True)
class Wish:
    """What somebody wants of one product type: one line of an order.

    `names` has as many names as `quantity`, or one that is numbered, or none.
    """

    product_type: ProductType
    quantity: int
    period: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuotedLine:
    """A wish with its arithmetic and what it costs the payer, in the quote's currency, excluding
    VAT (M1-M3)."""

    wish: Wish
    sums: Arithmetic
    charge: Charge
    here: "Situation"

    def fields(self) -> dict[str, Any]:
        """The figures and the rule as an `OrderLine` keeps them (M7)."""
        return frozen(self.sums, self.charge) | {
            "rule": self.here.rule,
            "basis": self.here.basis,
            "gain": self.here.gain,
        }


@dataclass(frozen=True)
class Quote:
    """All lines at the prices of `day`. Amounts are in `currency`, the payer's, excluding VAT
    unless said."""

    here: "Situation"
    currency: str
    day: date
    lines: tuple[QuotedLine, ...]
    vat: Vat
    needs_approval: bool

    @property
    def version(self) -> int:
        """Of the partnership; 0 without one (T13)."""
        return self.here.partnership.version if self.here.partnership else 0

    @property
    def net(self) -> Decimal:
        return sum((line.charge.net for line in self.lines), ZERO)

    @property
    def cashback(self) -> Decimal:
        return sum((line.charge.cashback for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        return sum((line.charge.discount for line in self.lines), ZERO)

    @property
    def vat_amount(self) -> Decimal:
        """VAT on the total, by the rate of the day (M8)."""
        return rounded(self.net * self.vat.percent / HUNDRED)

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat_amount

    @property
    def digest(self) -> str:
        """A fingerprint of all that the reader decides on: another one is another quote (T13).
        Keyed: who may not see the figures cannot find them by trying (M4)."""
        here = self.here
        facts = [
            [here.payer.pk, here.partner.pk if here.partner else 0, self.version, self.currency],
            [str(self.vat.percent), str(self.vat.category), self.needs_approval],
            *[_facts(line) for line in self.lines],
        ]
        keyed = salted_hmac("billing.quote", json.dumps(facts), algorithm="sha256")
        return keyed.hexdigest()[:32]


def _facts(line: QuotedLine) -> list[str]:
    # How many units are paid elsewhere matters by the tier that they reach, not by itself.
    figures = [str(value) for name, value in line.fields().items() if name != "units"]
    wish = line.wish
    return [str(wish.product_type.pk), str(wish.quantity), wish.period, *wish.names, *figures]


@dataclass(frozen=True)
class Situation:
    """Who orders in which organisation, and what M3 says to that: payer, price, gain."""

    organisation: Organisation
    orderer: Side
    partnership: Partnership | None
    rule: Rule
    payer: Organisation
    basis: str
    gain: str

    @property
    def partner(self) -> Partner | None:
        """The manager of what is ordered (L7), suspended or not."""
        return self.partnership.partner if self.partnership else None

    @property
    def payer_id(self) -> int:
        return self.payer.pk

    @property
    def partner_id(self) -> int | None:
        return self.partnership.partner_id if self.partnership else None

    @property
    def partner_pays(self) -> bool:
        return self.payer != self.organisation


def situation(by: Actor) -> Situation:
    """The row of M3 for a new product that the actor orders now.

    Raises ActForbidden for who may not order, NotAllowedHere and PartnerSuspended for partner's
    people who may not now.
    """
    by.require("product.order")
    client, orderer = by.organisation, Side.CLIENT if by.partner is None else Side.PARTNER
    partnership = grants.full_access_holder(client)
    check_partner(by, partnership)
    partner = partnership.partner if partnership else None
    row = row_for(
        partnership.access if partnership else "",
        partnership.payment_mode if partnership else "",
        orderer,
    )
    if row is None:
        raise NotAllowedHere(_("This cannot be ordered here."))
    suspended = partner is not None and not partner.approved
    basis, gain = without_gain(row) if suspended else (row.basis, row.gain)
    payer = partner.organisation if partner and row.payer == Side.PARTNER else client
    return Situation(client, orderer, partnership, row.rule, payer, basis, gain)


def quote(*, by: Actor, wishes: Sequence[Wish], day: date | None = None) -> Quote:
    """What `wishes` cost in the actor's organisation if they order them now (M1-M3).

    Raises what `situation` raises, and NotOffered and QuantityWrong for what cannot be ordered.
    """
    here = situation(by)
    day = day or timezone.localdate()
    check_wishes(wishes)
    lines = tuple(
        QuotedLine(wish, sums, charge(here.basis, here.gain, sums), here)
        for wish, sums in _worked_out(here.payer, wishes, day)
    )
    net = sum((line.charge.net for line in lines), ZERO)
    waits = here.orderer == Side.CLIENT and here.partner_pays
    return Quote(
        here=here,
        currency=here.payer.currency,
        day=day,
        lines=lines,
        vat=vat_for(here.payer, day),
        needs_approval=waits and net > limit_of(here.partnership),
    )


def catalogue(payer: Organisation, day: date) -> dict[ProductType, dict[str, Terms]]:
    """What can be ordered when `payer` pays: each product type with its terms by period, in the
    payer's currency, category by category (C2)."""
    types = ProductType.objects.filter(is_offered=True).select_related("category")
    found: dict[int, dict[str, Terms]] = {}
    for (key, period), terms in terms_on(types, payer.currency, day).items():
        found.setdefault(key, {})[period] = terms
    ordered = types.order_by("category__position", "category__name", "position", "name", "pk")
    return {kind: found[kind.pk] for kind in ordered if kind.pk in found}


def check_partner(by: Actor, partnership: Partnership | None) -> None:
    """Raises NotAllowedHere when the actor is a partner's person whose partnership is not (any
    more) the one with full access, PartnerSuspended when their partner is suspended (T45)."""
    if by.partner is None:
        return
    if partnership is None or by.partnership is None or partnership.pk != by.partnership.pk:
        raise NotAllowedHere(
            _(
                "%(partner)s has no full access to %(client)s any more, so it cannot order there. "
                "Nothing was ordered."
            )
            % {"partner": by.partner, "client": by.organisation}
        )
    if not partnership.partner.approved:
        raise PartnerSuspended(
            _(
                "%(partner)s is not an approved partner at present: it can order nothing. "
                "%(client)s itself can."
            )
            % {"partner": by.partner, "client": by.organisation}
        )


def check_wishes(wishes: Sequence[Wish]) -> None:
    """Raises QuantityWrong for none, too many, or a quantity out of its limits; NotOffered for a
    type that is not offered."""
    if not wishes:
        raise QuantityWrong(_("Choose at least one product."))
    if len(wishes) > MOST_LINES:
        raise QuantityWrong(
            _("One order holds %(n)d lines at most. Make two orders.") % {"n": MOST_LINES}
        )
    most = min(settings.ORDER_MOST_UNITS, MOST_UNITS)
    if sum(wish.quantity for wish in wishes if wish.quantity > 0) > most:
        raise QuantityWrong(
            _("One order holds %(most)d products at most.") % {"most": most}, field="quantity"
        )
    for wish in wishes:
        if not 1 <= wish.quantity <= most:
            raise QuantityWrong(
                _("Choose a quantity from 1 to %(most)d.") % {"most": most}, field="quantity"
            )
        if not wish.product_type.is_offered:
            raise NotOffered(
                _("%(product)s cannot be ordered any more.") % {"product": wish.product_type},
                field="product_type",
            )
        if len(wish.names) not in (0, 1, wish.quantity):
            raise QuantityWrong(
                ngettext(
                    "Give a name for the product, or none.",
                    "Give %(n)d names, one for each product, or a single one that is numbered.",
                    wish.quantity,
                )
                % {"n": wish.quantity},
                field="names",
            )


def _worked_out(
    payer: Organisation, wishes: Sequence[Wish], day: date
) -> list[tuple[Wish, Arithmetic]]:
    """Each wish with its arithmetic. All that the payer pays of a type counts for its tier, with
    all lines of this order (M2)."""
    types = {wish.product_type.pk for wish in wishes}
    terms = terms_on(types, payer.currency, day)
    units: Counter[int] = Counter(units_paid(payer, types))
    for wish in wishes:
        units[wish.product_type.pk] += wish.quantity
    found = []
    for wish in wishes:
        of_type = terms.get((wish.product_type.pk, wish.period))
        if of_type is None:
            raise NotOffered(
                _("%(product)s is not offered in %(currency)s for this period.")
                % {"product": wish.product_type, "currency": payer.currency},
                field="period",
            )
        found.append((wish, work_out(of_type, wish.quantity, units[wish.product_type.pk])))
    return found


def limit_of(partnership: Partnership | None) -> Decimal:
    """Up to how much, excluding VAT and in the partner's currency, one order of the client passes
    without asking the partner that pays: 0 until it confirmed and set one (M3, M10, T14)."""
    if (
        partnership is None
        or partnership.payment_mode != PaymentMode.PARTNER
        or partnership.payment_confirmed_at is None
    ):
        return ZERO
    row = OrderLimit.objects.filter(partnership=partnership).first()
    return row.amount if row else ZERO


def payers_person(by: Actor, payer: Organisation) -> Actor | None:
    """The actor as a member of the payer's organisation, when they act for it; else None."""
    if by.acts_for != payer:
        return None
    if by.is_member:
        return by
    try:
        return as_member(by.person, payer)
    except Membership.DoesNotExist:
        return None


def methods_for(by: Actor, payer: Organisation) -> list[PaymentMethod]:
    """How the actor may settle what `payer` pays (M9): from its prepaid account only when they may
    pay with it; nobody spends another organisation's balance."""
    payers = payers_person(by, payer)
    if payers is not None and payers.may("accounting.top_up"):
        return [PaymentMethod.TRANSFER, PaymentMethod.PREPAID]
    return [PaymentMethod.TRANSFER]


def frozen(sums: Arithmetic, charged: Charge) -> dict[str, Any]:
    """Arithmetic and charge as the fields of an `OrderLine` (M7)."""
    return {
        "quantity": sums.quantity,
        "units": sums.units,
        "price": sums.price,
        "partner_percent": sums.partner_percent,
        "fixed_price": sums.fixed,
        "tier_units": sums.tier.units,
        "tier_percent": sums.tier.percent,
        "list_total": sums.list_total,
        "public_total": sums.public,
        "after_rate": sums.after_rate,
        "partner_total": sums.partner,
        "net": charged.net,
        "cashback": charged.cashback,
        "discount": charged.discount,
    }


def line_model(quoted: QuotedLine, **more: Any) -> OrderLine:
    """The line, not yet saved."""
    return OrderLine(
        product_type=quoted.wish.product_type,
        period=quoted.wish.period,
        **quoted.fields(),
        **more,
    )
