"""The mails about an order: to whom, and with which figures (section 11, M4)."""

from typing import Any

from access.mail import Recipient, queue_mail
from access.models import Organisation
from billing.models import Order
from clients.rules import Side
from clients.services.common import representatives


def tell(kind: str, order: Order, *sides: Side, event: str = "", **facts: Any) -> None:
    """Queues the mail `billing.<kind>` to the people who answer for each of the sides.

    The facts hold an amount only for a side that may see it: a client reads nothing of what its
    partner pays, and the partner's gain is the partner's alone (`billing.sight`). The same event
    twice is one mail.
    """
    for side in sides:
        reader = side_of(order, side)
        if reader is None:
            continue
        queue_mail(
            kind=f"billing.{kind}",
            key=f"billing.{event or kind}:{order.public_id}:{side}",
            to=[Recipient.of(user) for user in representatives(reader)],
            context=_facts(order, side, reader) | facts,
        )


def side_of(order: Order, side: Side) -> Organisation | None:
    """The organisation on a side of the order."""
    if side == Side.CLIENT:
        return order.organisation
    return order.partner.organisation if order.partner else None


def _facts(order: Order, side: Side, reader: Organisation) -> dict[str, Any]:
    to_partner = side == Side.PARTNER
    seen = to_partner or order.payer_id == reader.pk
    return {
        "order": order.public_id,
        "reader": str(side),
        "reader_slug": reader.slug,
        "client": order.organisation.name,
        "partner": order.partner.organisation.name if order.partner else "",
        "payer": order.payer.name,
        "payer_reads": order.payer_id == reader.pk,
        "by": str(order.created_by) if order.created_by else "",
        "ordered_by": order.ordered_by,
        "net": str(order.net) if seen else None,
        "cashback": str(order.cashback) if to_partner else None,
        "discount": str(order.discount) if to_partner else None,
        "currency": order.currency,
        "method": order.method,
    }
