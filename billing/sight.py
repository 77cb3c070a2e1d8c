"""Who sees which figure of an order (M4, section 6): the one home of that decision.

Both questions are about an order that the actor may see at all (`Order.objects.visible_to`,
`of_clients`); they answer for a page, a list, a file, a search, a total and a mail alike.
"""

from typing import TYPE_CHECKING, Protocol

from django.db.models import Q

if TYPE_CHECKING:
    from access.policy import Actor


class Paid(Protocol):
    """An order, or what will be one: who pays it, and which partner has a part in it."""

    @property
    def payer_id(self) -> int: ...

    @property
    def partner_id(self) -> int | None: ...


def may_see_amount(actor: "Actor", order: Paid) -> bool:
    """What the payer is charged.

    The payer's own people see it, and the partner that has a part in the order: its people see
    the public price that its client pays, never the client's invoice. A client sees nothing of
    what its partner pays, not even the public price.
    """
    side = actor.acts_for
    return side is not None and side.pk in (order.payer_id, order.partner_id)


def may_see_cashback(actor: "Actor", order: Paid) -> bool:
    """What the partner gets, and at which rate: the partner's own people only."""
    side = actor.acts_for
    return side is not None and order.partner_id == side.pk


def amount_shown(actor: "Actor") -> Q:
    """`may_see_amount` as a condition on orders, for files."""
    side = actor.acts_for
    return Q(pk__in=[]) if side is None else Q(payer=side.pk) | Q(partner=side.pk)


def cashback_shown(actor: "Actor") -> Q:
    """`may_see_cashback` as a condition on orders, for files."""
    side = actor.acts_for
    return Q(pk__in=[]) if side is None else Q(partner=side.pk)
