"""Building what a partner bills its own clients, through the services (B12)."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from access.models import Organisation
from access.policy import Actor
from billing.forms.rebilling import SenderForm
from billing.rules_rebilling import MarkupKind, RebillState
from billing.services import rebilling
from clients.models import ProductType
from portal.worlds.money_format import BillEntry, MarkupEntry, RebillingEntry

FROM_ENTRY = ("iban", "email", "vat_percent", "payment_days", "prefix")


def set_sender(entry: RebillingEntry, *, by: Actor) -> None:
    """The partner as its bills show it: its organisation's data, and how it is paid. Raises
    ValidationError for what the page would refuse."""
    suggested = SenderForm(actor=by)
    data = {field.name: field.value() for field in suggested}
    form = SenderForm(data | {name: getattr(entry, name) for name in FROM_ENTRY}, actor=by)
    if not form.is_valid():
        raise ValidationError(
            [f"{name}: {said}" for name, told in form.errors.items() for said in told]
        )
    rebilling.save_sender(
        values=form.cleaned_data, next_sequence=form.cleaned_data["next_number"], by=by
    )


def set_markup(
    entry: MarkupEntry,
    organisations: dict[str, Organisation],
    product_types: dict[str, ProductType],
    *,
    by: Actor,
) -> None:
    """One mark-up. Raises ValidationError unless it says a percentage or an amount."""
    kinds = {MarkupKind.PERCENT: entry.percent, MarkupKind.FIXED: entry.amount}
    said: dict[MarkupKind, Decimal] = {
        kind: value for kind, value in kinds.items() if value is not None
    }
    if len(said) != 1:
        raise ValidationError("Say “percent” or “amount”, and only one of them.")
    [(kind, value)] = said.items()
    rebilling.save_markup(
        markup=None,
        client=organisations[entry.client] if entry.client else None,
        product_type=product_types[entry.product_type] if entry.product_type else None,
        kind=kind,
        value=value,
        meant=False,
        by=by,
    )


def bill(entry: BillEntry, client: Organisation, *, by: Actor) -> None:
    """A bill over the orders of the days, as far as its state says: it is issued today."""
    draft = rebilling.start_draft(
        client=client, period_from=entry.period_from, period_until=entry.period_until, by=by
    )
    if entry.state == RebillState.DRAFT:
        return
    issued = rebilling.issue(bill=draft, version=draft.version, by=by)
    if entry.state == RebillState.PAID:
        rebilling.mark_paid(bill=issued, paid_on=timezone.localdate(), by=by)
