"""Samples of the letters about orders: the client abroad orders, its partner pays."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.models import Order, OrderLine
from billing.rules import Basis, Gain, Rule
from billing.states import OrderKind, OrderState, PaymentMethod
from clients.rules import Period, Side
from portal.mail_samples.registry import TO_CLIENT, TO_PARTNER, sample
from portal.mail_samples.world import OWNER, World

LINES = [(35, "1488.00", "297.60"), (2, "358.80", "71.76")]  # quantity, price, discount
NET, DISCOUNT = "1846.80", "369.36"


def _order(w: World, state: str) -> Order:
    client, payer = w.client(), w.partner.organisation
    order = w.add(
        Order,
        kind=OrderKind.NEW,
        state=state,
        organisation=client,
        payer=payer,
        partner=w.partner,
        ordered_by=Side.CLIENT,
        method=PaymentMethod.TRANSFER,
        currency=payer.currency,
        rates_of=w.today,
        key=w.tag,
        created_by=w.owner,
        placed_at=w.now if state == OrderState.PLACED else None,
        expires_at=w.now + timedelta(days=11),
        net=Decimal(NET) - Decimal(DISCOUNT),
        cashback=0,
        discount=Decimal(DISCOUNT),
    )
    for position, line in enumerate(LINES):
        _line(w, order, position, *line)
    return order


def _line(w: World, order: Order, position: int, quantity: int, price: str, off: str) -> None:
    total, discount = Decimal(price), Decimal(off)
    w.add(
        OrderLine,
        order=order,
        position=position + 1,
        product_type=w.product_types[position],
        period=Period.YEARLY,
        starts_on=w.today,
        ends_on=w.days(365),
        quantity=quantity,
        units=quantity,
        price=total / quantity,
        partner_percent=Decimal(20),
        tier_percent=Decimal(0),
        list_total=total,
        public_total=total,
        after_rate=total - discount,
        partner_total=total - discount,
        rule=Rule.FULL_PARTNER_CLIENT,
        basis=Basis.PARTNER,
        gain=Gain.DISCOUNT,
        net=total - discount,
        cashback=0,
        discount=discount,
        payer=order.payer,
    )


def _facts(w: World, state: str, reader: Side) -> dict[str, Any]:
    """As `billing.services.telling` writes them: a client that does not pay reads no amount."""
    order, to_partner = _order(w, state), reader == Side.PARTNER
    place = order.payer if to_partner else order.organisation
    return {
        "order": order.public_id,
        "reader": str(reader),
        "reader_slug": place.slug,
        "client": order.organisation.name,
        "partner": order.payer.name,
        "payer": order.payer.name,
        "payer_reads": to_partner,
        "by": OWNER,
        "ordered_by": str(order.ordered_by),
        "net": str(order.net) if to_partner else None,
        "cashback": "0.00" if to_partner else None,
        "discount": str(order.discount) if to_partner else None,
        "currency": order.currency,
        "method": str(order.method),
    }


@sample("billing.order_confirmed", _("Tells that an order is placed."), TO_PARTNER)
def confirmed(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.PLACED, Side.PARTNER)


@sample("billing.order_confirmed", case=TO_CLIENT)
def confirmed_client(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.PLACED, Side.CLIENT)


@sample(
    "billing.order_waiting",
    _("Asks the partner that would pay an order, and tells the client."),
    TO_PARTNER,
)
def waiting(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.WAITING, Side.PARTNER)


@sample("billing.order_waiting", case=TO_CLIENT)
def waiting_client(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.WAITING, Side.CLIENT)


@sample("billing.order_reminder", _("Reminds the partner of an order that waits."))
def reminder(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.WAITING, Side.PARTNER)


@sample("billing.order_approved", _("Tells a client that its partner pays the order."))
def approved(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.PLACED, Side.CLIENT)


@sample("billing.order_refused", _("Tells a client that its partner does not pay the order."))
def refused(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.REFUSED, Side.CLIENT) | {"reason": w.word("refusal")}


@sample("billing.order_withdrawn", _("Tells the partner that the client took an order back."))
def withdrawn(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.WITHDRAWN, Side.PARTNER)


@sample("billing.order_expired", _("Tells both sides that nobody answered in time."), TO_CLIENT)
def expired(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.EXPIRED, Side.CLIENT)


@sample("billing.order_expired", case=TO_PARTNER)
def expired_partner(w: World) -> dict[str, Any]:
    return _facts(w, OrderState.EXPIRED, Side.PARTNER)
