"""The letters about orders: placed, waiting for the partner that pays, and what became of them.

An amount is in a letter only when its reader may see it: see `billing.services.telling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from access.letters import Facts, Letter, absolute, letter, safe_name
from access.models import Topic
from billing.models import Order
from billing.rules import ZERO
from billing.states import OrderState
from clients.letter_parts import listed
from clients.rules import Side


@dataclass(frozen=True)
class Matter:
    """An order as one of its readers is told of it."""

    order: Order
    facts: Facts
    names: dict[str, str]
    to_client: bool

    @classmethod
    def of(cls, facts: Facts) -> Self:
        order = Order.objects.prefetch_related("lines__product_type").get(public_id=facts["order"])
        to_client = facts["reader"] == Side.CLIENT
        by_client = facts["ordered_by"] == Side.CLIENT
        side = facts["client"] if by_client else facts["partner"]
        names = {
            "client": safe_name(facts["client"]),
            "partner": safe_name(facts["partner"]),
            "payer": safe_name(facts["payer"]),
            "who": safe_name(f"{facts['by']} ({side})") if facts["by"] else safe_name(side),
        }
        return cls(order, facts, names, to_client)

    @property
    def waits(self) -> bool:
        return self.order.state == OrderState.WAITING

    def lines(self) -> list[tuple[str, str]]:
        """What was ordered, where, who pays, and the amounts that the reader may see."""
        rows = [
            f"{line.quantity} × {line.product_type}, {str(line.get_period_display()).lower()}"
            for line in self.order.lines.all()
        ]
        found = [
            (_("Ordered"), listed(rows)),
            (_("For"), self.names["client"]),
            (_("Ordered by"), self.names["who"]),
            (_("Paid by"), self.names["payer"]),
        ]
        if self.facts["net"] is not None:
            found.append((_("Total, excluding VAT"), self.amount("net")))
        for key, label in (("cashback", _("Your cashback")), ("discount", _("Your discount"))):
            if self.facts[key] is not None and Decimal(self.facts[key]) > ZERO:
                found.append((label, self.amount(key)))
        return found

    def amount(self, key: str) -> str:
        figure = number_format(Decimal(self.facts[key]), 2, use_l10n=True, force_grouping=True)
        return f"{self.facts['currency']} {figure}"

    def action(self, label: str = "") -> tuple[str, str]:
        """The reader's own page of the order."""
        name = "order" if self.to_client else "client_order"
        path = reverse(name, args=[self.facts["reader_slug"], self.facts["order"]])
        return label or _("Open the order"), absolute(path)

    def why(self) -> str:
        side = self.names["client" if self.to_client else "partner"]
        return _("You get this mail because you represent %(name)s.") % {"name": side}

    def letter(self, subject: str, paragraphs: Sequence[str], *, label: str = "") -> Letter:
        return Letter(
            subject=subject % self.names,
            paragraphs=[text % self.names for text in paragraphs],
            facts=self.lines(),
            action=self.action(label),
            why=self.why(),
        )


@letter("billing.order_confirmed")
def order_confirmed(facts: Facts) -> Letter:
    """The order was placed: to whose products they are, and to who ordered or pays."""
    matter = Matter.of(facts)
    subject = _("Your order is placed") if matter.to_client else _("Order for %(client)s placed")
    paragraphs = [_("%(who)s ordered what is below. It is being set up for %(client)s.")]
    if facts["payer_reads"]:
        paragraphs.append(_("The invoice comes separately."))
    elif matter.to_client:
        paragraphs.append(_("%(payer)s pays it: nothing is charged to %(client)s."))
    return matter.letter(subject, paragraphs)


@letter("billing.order_waiting")
def order_waiting(facts: Facts) -> Letter | None:
    """A client ordered what its partner would pay: the partner decides (M3)."""
    matter = Matter.of(facts)
    if not matter.waits:
        return None
    names = matter.names | {"day": _until(matter.order)}
    if matter.to_client:
        return matter.letter(
            _("Your order waits for %(partner)s"),
            [
                _("%(partner)s pays your orders, and was asked to approve this one. You are told "
                  "as soon as it answers."),
                _("Nothing is ordered yet. You can withdraw it until then; on %(day)s it expires.")
                % names,
            ],
        )  # fmt: skip
    return matter.letter(
        _("%(client)s ordered, and you would pay: approve it?"),
        [
            _("%(who)s ordered what is below. %(partner)s would pay it, so nothing happens "
              "without your approval."),
            _("Without an answer the order expires on %(day)s.") % names,
        ],
        label=_("Approve or refuse"),
    )  # fmt: skip


@letter("billing.order_reminder", topic=Topic.REMINDERS)
def order_reminder(facts: Facts) -> Letter | None:
    """The partner has not answered for days."""
    matter = Matter.of(facts)
    if not matter.waits:
        return None
    return matter.letter(
        _("Reminder: an order of %(client)s waits for you"),
        [
            _("%(who)s ordered what is below, and waits for your approval."),
            _("Without an answer the order expires on %(day)s.")
            % (matter.names | {"day": _until(matter.order)}),
        ],
        label=_("Approve or refuse"),
    )


@letter("billing.order_approved")
def order_approved(facts: Facts) -> Letter:
    return Matter.of(facts).letter(
        _("%(partner)s approved your order"),
        [_("%(partner)s approved your order and pays it. It is being set up for %(client)s.")],
    )


@letter("billing.order_refused")
def order_refused(facts: Facts) -> Letter:
    matter = Matter.of(facts)
    names = matter.names
    return Letter(
        subject=_("%(partner)s refused your order") % names,
        paragraphs=[_("%(partner)s does not pay this order. Nothing was ordered.") % names],
        quote=facts.get("reason", ""),
        facts=matter.lines(),
        action=matter.action(),
        after=[_("You can talk to your partner, or choose on its page that you pay yourself.")],
        why=matter.why(),
    )


@letter("billing.order_withdrawn")
def order_withdrawn(facts: Facts) -> Letter:
    return Matter.of(facts).letter(
        _("%(client)s withdrew an order"),
        [_("%(client)s took back an order that waited for your approval. There is nothing to do.")],
    )


@letter("billing.order_expired")
def order_expired(facts: Facts) -> Letter:
    matter = Matter.of(facts)
    if matter.to_client:
        return matter.letter(
            _("Your order has expired"),
            [_("%(partner)s did not answer in time, so nothing was ordered. You can order again.")],
        )
    return matter.letter(
        _("An order of %(client)s has expired"),
        [_("It was not approved in time, so nothing was ordered. The client was told.")],
    )


def _until(order: Order) -> str:
    """The day on which an order that waits expires."""
    if order.expires_at is None:
        return "–"
    return str(date_format(timezone.localtime(order.expires_at), "DATE_FORMAT"))
