"""The words of invoice lines: those of `issuing.draft_of`, found once for all that are alike."""

from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing.models import OrderLine
from billing.renewals.planning import Line, Order
from billing.services.issuing import DETAIL, draft_of
from clients.models import ProductType

MOST = 20_000
"""How many different words are kept at once."""


@dataclass(slots=True)
class _Order:
    organisation_id: int
    organisation: Any


@dataclass(slots=True)
class _Line:
    """What `draft_of` reads of an order line."""

    order: _Order
    product_type: ProductType
    starts_on: Any
    ends_on: Any
    basis: str
    price: Any
    fixed_price: Any
    partner_percent: Any
    tier_percent: Any
    tier_units: int
    quantity: int
    net: Any
    name: str = ""


class Words:
    """Text and detail of lines in the language in use."""

    def __init__(self, types: dict[int, ProductType]) -> None:
        self.types = types
        self._known: dict[tuple[Any, ...], tuple[str, str]] = {}

    def of(self, order: Order, line: Line) -> tuple[str, str]:
        """The words are the same for all clients but for the client's name, which a payer that is
        its partner reads behind the term."""
        group, sums = line.group, line.sums
        key = (
            *(get_language(), group.product_type, group.starts_on, group.ends_on),
            *(order.deal.basis, sums.fixed, sums.partner_percent, sums.tier),
        )
        if key not in self._known:
            if len(self._known) > MOST:
                self._known.clear()
            self._known[key] = self._draft(order, line)
        text, detail = self._known[key]
        if order.client.pk == order.payer.pk:
            return text, detail
        first, *others = detail.split("\n")
        named = _("for %(client)s") % {"client": order.client.name}
        return text, "\n".join([f"{first} · {named}", *others])[:DETAIL]

    def _draft(self, order: Order, line: Line) -> tuple[str, str]:
        group, sums = line.group, line.sums
        source = _Line(
            order=_Order(order.payer.pk, order.payer),
            product_type=self.types[group.product_type],
            starts_on=group.starts_on,
            ends_on=group.ends_on,
            basis=order.deal.basis,
            price=sums.price,
            fixed_price=sums.fixed,
            partner_percent=sums.partner_percent,
            tier_percent=sums.tier.percent,
            tier_units=sums.tier.units,
            quantity=group.quantity,
            net=line.charge.net,
        )
        draft = draft_of(cast(OrderLine, source), order.payer, order.vat.percent)
        return draft.text, draft.detail
