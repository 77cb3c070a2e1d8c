"""Orders as rows, without the services that place them: all figures as the rules work them out."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from access.models import Organisation
from billing.models import Order, OrderLine
from billing.rules import (
    Arithmetic,
    Charge,
    Gain,
    Row,
    Rule,
    Terms,
    Tier,
    charge,
    row_for,
    work_out,
)
from billing.states import OrderKind, OrderState, PaymentMethod
from clients.models import ProductType
from clients.rules import Side
from partners.models import Partner

_keys = count(1)
# What the worked examples of M1 cost: 35 at CHF 9.92 come to 208.32.
TERMS = {
    "CHF": Terms(Decimal("9.92"), Decimal(20), tiers=(Tier(30, Decimal(25)),)),
    "EUR": Terms(Decimal("5.75"), Decimal(20), tiers=(Tier(30, Decimal(25)),)),
}


def make_order(
    organisation: Organisation,
    payer: Organisation,
    partner: Partner | Organisation | None,
    product_type: ProductType,
    quantity: int = 1,
    *,
    name: str = "",
    terms: Terms | None = None,
    units: int | None = None,
    placed_on: date | None = None,
    state: str = OrderState.PLACED,
    kind: str = OrderKind.NEW,
    ordered_by: Side = Side.PARTNER,
    currency: str = "",
    period: str = "monthly",
    method: str = PaymentMethod.TRANSFER,
) -> Order:
    """An order of one line, with the row of M3 that fits who pays: the partner as in *partner
    pays*, else the client. `placed_on` is its day (today), `terms` the prices of one, excluding
    VAT, in the payer's currency. Nothing else is written: no product, invoice or entry."""
    row = _row(payer, partner, ordered_by)
    sums = work_out(terms or TERMS[payer.currency], quantity, units or quantity)
    costs = charge(row.basis, row.gain, sums)
    order = _order(
        kind=kind,
        state=state,
        organisation=organisation,
        payer=payer,
        partner_id=partner.pk if partner is not None else None,
        ordered_by=row.orderer,
        method=method,
        currency=currency or payer.currency,
        rates_of=placed_on or timezone.localdate(),
        **asdict(costs),
    )
    _line(order, product_type, sums, costs, row, name=name, period=period)
    return order


def _order(**values: Any) -> Order:
    return Order.objects.create(
        key=f"made-{next(_keys)}",
        placed_at=timezone.make_aware(datetime.combine(values["rates_of"], time(12))),
        expires_at=timezone.now() + timedelta(days=14),
        **values,
    )


def _row(payer: Organisation, partner: Partner | Organisation | None, ordered_by: Side) -> Row:
    if partner is None:
        row = row_for("", "client", Side.CLIENT)
    else:
        row = row_for("full", "partner" if payer.pk == partner.pk else "client", ordered_by)
    assert row is not None
    return row


def _line(
    order: Order,
    product_type: ProductType,
    sums: Arithmetic,
    costs: Charge,
    row: Row,
    *,
    name: str,
    period: str,
) -> None:
    first = order.rates_of
    OrderLine.objects.create(
        order=order,
        payer=order.payer,
        product_type=product_type,
        name=name,
        period=period,
        starts_on=first,
        ends_on=first + timedelta(days=30 if period == "monthly" else 365),
        quantity=sums.quantity,
        units=sums.units,
        price=sums.price,
        partner_percent=sums.partner_percent,
        fixed_price=sums.fixed,
        tier_units=sums.tier.units,
        tier_percent=sums.tier.percent,
        list_total=sums.list_total,
        public_total=sums.public,
        after_rate=sums.after_rate,
        partner_total=sums.partner,
        rule=Rule(row.rule),
        basis=row.basis,
        gain=Gain(row.gain),
        net=costs.net,
        cashback=costs.cashback,
        discount=costs.discount,
    )
