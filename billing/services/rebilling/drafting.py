"""From the orders of a period to a draft, and the draft's lines (B12)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from access.models import Organisation
from access.policy import Actor
from billing import vat
from billing.errors import NothingToBill, PeriodWrong, WrongCurrency
from billing.models import OrderLine, Rebill, RebillLine, RebillSender
from billing.querysets.rebilling import reached
from billing.rules import ZERO
from billing.rules_rebilling import markup_for, net_of, unit_price
from billing.services.issuing import language_of, profile_of, term
from billing.services.rebilling.common import (
    facts,
    locked_draft,
    locked_sender,
    note,
    sum_up,
)
from billing.services.rebilling.markups import rules_of
from billing.states import OrderState, VatCategory

MOST_LINES = 1000
LONGEST_PERIOD = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class ToBill:
    """What a client's orders cost the partner and nobody has billed yet, excluding VAT."""

    client: Organisation
    lines: int
    cost: Decimal
    first: date
    last: date


def unbilled(actor: Actor) -> QuerySet[OrderLine]:
    """The lines of placed orders that the actor's organisation paid for clients in its currency,
    and that no bill or draft holds; orders of partnerships that have ended too (B12)."""
    return paid_for_clients(actor).filter(order__currency=actor.organisation.currency)


def paid_for_clients(actor: Actor) -> QuerySet[OrderLine]:
    """The same in every currency."""
    own = actor.organisation
    taken = RebillLine.objects.filter(order_line=OuterRef("pk"), counts=True)
    return (
        OrderLine.objects.filter(
            reached(actor, "order__organisation"),
            order__payer=own,
            order__state=OrderState.PLACED,
        )
        .exclude(order__organisation=own)
        .exclude(Exists(taken))
        .select_related("order__organisation", "product_type")
    )


def in_period(
    lines: QuerySet[OrderLine], start: date | None, until: date | None
) -> "QuerySet[OrderLine]":
    """Those ordered or renewed within the days, both included; None leaves a side open."""
    if start is not None:
        lines = lines.filter(order__rates_of__gte=start)
    return lines if until is None else lines.filter(order__rates_of__lte=until)


def to_bill(actor: Actor) -> list[ToBill]:
    """Each client with something to bill, the oldest first."""
    rows = (
        unbilled(actor)
        .order_by()
        .values("order__organisation")
        .annotate(
            number=Count("pk"),
            cost=Sum(F("net") - F("cashback")),
            first=Min("order__rates_of"),
            last=Max("order__rates_of"),
        )
        .order_by("first")
    )
    clients = Organisation.objects.in_bulk([row["order__organisation"] for row in rows])
    return [
        ToBill(
            clients[row["order__organisation"]],
            row["number"],
            row["cost"],
            row["first"],
            row["last"],
        )
        for row in rows
    ]


@transaction.atomic
def start_draft(
    *, client: Organisation, period_from: date, period_until: date, by: Actor
) -> Rebill:
    """A draft with all that the client's orders of the period cost and nobody has billed, at the
    mark-ups of today. Each order line gets into one draft or bill at most.

    Raises SenderMissing, PeriodWrong, or NothingToBill when no line waits, or too many do.
    """
    by.require("clients.rebill")
    check_period(period_from, period_until)
    sender = locked_sender(by.organisation.pk)
    found = in_period(unbilled(by), period_from, period_until).filter(order__organisation=client)
    lines = list(found.order_by("order__rates_of", "order_id", "position")[: MOST_LINES + 1])
    if not lines:
        _check_currency(by, client, period_from, period_until)
        raise NothingToBill(
            _("Nothing to bill to %(client)s in this period: no order that you paid waits.")
            % {"client": client.name},
            field="period_from",
        )
    if len(lines) > MOST_LINES:
        raise NothingToBill(
            _("More than %(most)d lines: choose a shorter period.") % {"most": MOST_LINES},
            field="period_until",
        )
    bill = Rebill.objects.create(
        partner_id=by.organisation.pk,
        client=client,
        currency=by.organisation.currency,
        period_from=period_from,
        period_until=period_until,
        language=language_of(client, profile_of(client)),
        payment_days=sender.payment_days,
        vat_percent=_vat_percent(sender, client),
        created_by=by.person,
    )
    _add_lines(bill, lines)
    sum_up(bill)
    note("rebill.draft", bill, by, after=facts(bill))
    return bill


def _vat_percent(sender: RebillSender, client: Organisation) -> Decimal:
    """The partner's own rate for a client at home; abroad none, in percent (M8)."""
    own, theirs = str(sender.country), str(client.country)
    found = vat.treatment(own, theirs, has_number=bool(client.vat_number))
    return sender.vat_percent if found == VatCategory.STANDARD else ZERO


def _check_currency(by: Actor, client: Organisation, start: date, until: date) -> None:
    """Raises WrongCurrency when all that waits is in another currency than the partner's (T20)."""
    others = in_period(paid_for_clients(by), start, until).filter(order__organisation=client)
    if line := others.first():
        raise WrongCurrency(
            _("The orders of this period are in %(currency)s, and your account is in %(own)s: "
              "they cannot stand on one bill.")
            % {"currency": line.order.currency, "own": by.organisation.currency},
            field="client",
        )  # fmt: skip


def check_period(start: date, until: date) -> None:
    """Raises PeriodWrong for a period from late to early, or over many years."""
    if until < start:
        raise PeriodWrong(_("The period ends before it begins."), field="period_until")
    if until - start > LONGEST_PERIOD:
        raise PeriodWrong(_("Choose a period of five years at most."), field="period_from")


def _add_lines(bill: Rebill, lines: list[OrderLine]) -> None:
    rules = rules_of(bill.partner_id)
    made = []
    with translation.override(bill.language):
        for position, line in enumerate(lines, 1):
            markup = markup_for(rules, bill.client_id, line.product_type_id)
            cost = cost_of(line)
            price = unit_price(cost, line.quantity, markup)
            made.append(
                RebillLine(
                    bill=bill,
                    position=position,
                    order_line=line,
                    text=_text(line),
                    detail=f"{term(line)} · {line.get_period_display()}",
                    quantity=line.quantity,
                    cost=cost,
                    unit_price=price,
                    net=net_of(line.quantity, price),
                )
            )
    RebillLine.objects.bulk_create(made)


def cost_of(line: OrderLine) -> Decimal:
    """What a line costs the partner, excluding VAT: the charge less the cashback that it gets for
    it. So a client pays the same whether it or its partner ordered (M3)."""
    cost: Decimal = line.net - line.cashback
    return cost


def _text(line: OrderLine) -> str:
    kind = str(line.product_type)
    return f"{kind}: {line.name}" if line.name and line.name != kind else kind


@transaction.atomic
def discard(*, bill: Rebill, by: Actor) -> None:
    """Takes a draft away; its order lines can be billed again. Raises NoDraft."""
    by.require("clients.rebill")
    draft = locked_draft(bill)
    note("rebill.discard", draft, by, before=facts(draft))
    draft.lines.all().delete()
    draft.delete()
