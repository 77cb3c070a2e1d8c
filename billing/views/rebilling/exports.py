"""Bills and margins as CSV: fixed columns, described in `docs/exports.md` (M11)."""

from django.db.models import F, Value
from django.utils.translation import gettext_lazy as _

from access.copying import Column, Kind
from billing.rules_rebilling import RebillKind, RebillState

READ_BY_BOTH = (
    Column(_("Number"), "number"),
    Column(_("Kind"), "kind", Kind.LABEL, labels=RebillKind.choices),
    Column(_("State"), "state", Kind.LABEL, labels=RebillState.choices),
    Column(_("Date"), "issued_on", Kind.DATE),
    Column(_("Payable until"), "due_on", Kind.DATE),
    Column(_("Paid on"), "paid_on", Kind.DATE),
    Column(_("Cancels bill"), "corrects__number"),
    Column(_("Currency"), "currency"),
    Column(_("Net, excluding VAT"), "net", Kind.MONEY),
    Column(_("VAT"), "vat", Kind.MONEY),
    Column(_("Total, including VAT"), "total", Kind.MONEY),
    Column(_("Payment reference"), "reference"),
    Column(_("Key"), "public_id"),
)
"""No cost: the client gets them too."""
RECEIVED_COLUMNS = (Column(_("Partner"), "partner__organisation__name"), *READ_BY_BOTH)
"""Of bills, for the client."""
BILL_COLUMNS = (
    Column(_("Client"), "client__name"),
    *READ_BY_BOTH,
    Column(_("Cost, excluding VAT"), "cost", Kind.MONEY),
    Column(_("Margin, excluding VAT"), F("net") - F("cost"), Kind.MONEY),
)
"""Of bills, drafts too, for the partner."""


def margin_columns(currency: str) -> tuple[Column, ...]:
    """Of the clients that were billed, under `rebilling.margins`; all is in one currency."""
    return (
        Column(_("Client"), "name"),
        Column(_("Currency"), Value(currency)),
        Column(_("Cost, excluding VAT"), "cost", Kind.MONEY),
        Column(_("Billed, excluding VAT"), "billed", Kind.MONEY),
        Column(_("Margin, excluding VAT"), "margin", Kind.MONEY),
        Column(_("Margin in percent of what was billed"), "percent", Kind.MONEY),
        Column(_("Paid, including VAT"), "paid", Kind.MONEY),
        Column(_("Open, including VAT"), "open", Kind.MONEY),
    )
