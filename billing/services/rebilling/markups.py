"""What a partner adds to its cost, for whom and for what (B12)."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access.models import Organisation
from access.policy import Actor
from billing.errors import AmountWrong, MarkupTaken, NoDraft
from billing.models import OrderLine, RebillMarkup
from billing.querysets.rebilling import reached
from billing.rules_rebilling import (
    HIGHEST_AMOUNT,
    HIGHEST_PERCENT,
    LOWEST_PERCENT,
    Markup,
    MarkupKind,
)
from billing.services.rebilling.common import note
from clients.models import Partnership, ProductType
from clients.rules import PaymentMode


def rules_of(partner_id: int) -> list[Markup]:
    """All mark-ups of a partner, as the rule reads them."""
    rows = RebillMarkup.objects.filter(partner_id=partner_id)
    return [
        Markup(row.kind, row.value, client=row.client_id, product_type=row.product_type_id)
        for row in rows
    ]


def clients_billed_by(actor: Actor) -> QuerySet[Organisation]:
    """The clients for whom the actor's organisation has paid an order, or has a mark-up, by name;
    a collaborator's are those assigned to them (O5)."""
    paid = (
        OrderLine.objects.filter(order__payer=actor.organisation)
        .exclude(order__organisation=actor.organisation)
        .filter(reached(actor, "order__organisation"))
    )
    marked = RebillMarkup.objects.visible_to(actor).exclude(client=None)
    full = _paid_for_now(actor)
    keys = {
        *paid.order_by().values_list("order__organisation", flat=True).distinct(),
        *marked.values_list("client", flat=True),
        *full,
    }
    return Organisation.objects.filter(pk__in=keys).order_by("name", "pk")


def _paid_for_now(actor: Actor) -> list[int]:
    rows = Partnership.objects.visible_to_partner(actor).active()
    return [
        key
        for key in rows.filter(payment_mode=PaymentMode.PARTNER).values_list("client", flat=True)
        if key
    ]


@transaction.atomic
def save_markup(
    *,
    markup: RebillMarkup | None,
    client: Organisation | None,
    product_type: ProductType | None,
    kind: str,
    value: Decimal,
    meant: bool,
    by: Actor,
) -> RebillMarkup:
    """Adds a mark-up, or changes `markup`. `value` is in percent of the cost, or per unit,
    excluding VAT, in the partner's currency. It counts for drafts to come.

    Raises AmountWrong out of the limits, and below zero unless that is `meant`; MarkupTaken when
    there is one for this client and product type.
    """
    by.require("clients.rebill")
    check_value(kind, value, meant=meant)
    row = markup or RebillMarkup(partner_id=by.organisation.pk)
    before = _told(row) if markup else None
    row.client, row.product_type, row.kind, row.value = client, product_type, kind, value
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "one_markup_a_key" not in str(error):
            raise
        raise MarkupTaken(
            _("There is a mark-up for this client and product type already: change that one."),
            field="product_type",
        ) from error
    note("rebill.markup", row, by, before=before, after=_told(row))
    return row


def check_value(kind: str, value: Decimal, *, meant: bool) -> None:
    """Raises AmountWrong for a mark-up that cannot be, or that nobody meant."""
    percent = kind == MarkupKind.PERCENT
    lowest, highest = (
        (LOWEST_PERCENT, HIGHEST_PERCENT) if percent else (-HIGHEST_AMOUNT, HIGHEST_AMOUNT)
    )
    if not lowest <= value <= highest:
        raise AmountWrong(
            _("Choose a mark-up between %(lowest)s and %(highest)s.")
            % {"lowest": lowest, "highest": highest},
            field="value",
        )
    if value < 0 and not meant:
        raise AmountWrong(
            _("Below zero the client pays less than it costs you. If you mean it, tick the box "
              "below; a price never falls below zero."),
            field="value",
        )  # fmt: skip


@transaction.atomic
def remove_markup(*, markup: RebillMarkup, by: Actor) -> None:
    """Drafts and bills keep their prices. Raises NoDraft when somebody was faster."""
    by.require("clients.rebill")
    row = RebillMarkup.objects.select_for_update(of=("self",)).filter(pk=markup.pk).first()
    if row is None:
        raise NoDraft(_("This mark-up was removed already."))
    note("rebill.markup_remove", row, by, before=_told(row))
    row.delete()


def _told(row: RebillMarkup) -> dict[str, str]:
    return {"kind": row.kind, "value": str(row.value)}
