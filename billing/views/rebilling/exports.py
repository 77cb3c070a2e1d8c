"""Bills and margins as CSV: fixed columns, streamed, days as ISO 8601 (M11)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

CHUNK = 2000
RECEIVED_COLUMNS = (
    _("Partner"),
    _("Number"),
    _("Kind"),
    _("State"),
    _("Date"),
    _("Payable until"),
    _("Paid on"),
    _("Cancels bill"),
    _("Currency"),
    _("Net, excluding VAT"),
    _("VAT"),
    _("Total, including VAT"),
    _("Payment reference"),
    _("Key"),
)
BILL_COLUMNS = (
    _("Client"),
    *RECEIVED_COLUMNS[1:],
    _("Cost, excluding VAT"),
    _("Margin, excluding VAT"),
)
MARGIN_COLUMNS = (
    _("Client"),
    _("Currency"),
    _("Cost, excluding VAT"),
    _("Billed, excluding VAT"),
    _("Margin, excluding VAT"),
    _("Margin in percent of what was billed"),
    _("Paid, including VAT"),
    _("Open, including VAT"),
)


def _cells(bill: Any) -> tuple[Any, ...]:
    """What both sides may read of a bill: no cost."""
    return (
        bill.number,
        bill.get_kind_display(),
        bill.get_state_display(),
        bill.issued_on,
        bill.due_on,
        bill.paid_on,
        bill.corrects.number if bill.corrects else "",
        bill.currency,
        bill.net,
        bill.vat,
        bill.total,
        bill.reference,
        bill.public_id,
    )


def received_rows(bills: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """One row for each bill of a client, under `RECEIVED_COLUMNS`."""
    for bill in bills.iterator(CHUNK):
        yield (bill.partner.organisation.name, *_cells(bill))


def bill_rows(bills: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """One row for each bill of a partner, drafts too, under `BILL_COLUMNS`."""
    for bill in bills.iterator(CHUNK):
        yield (bill.client.name, *_cells(bill), bill.cost, bill.net - bill.cost)


def margin_rows(clients: QuerySet[Any], currency: str) -> Iterator[tuple[Any, ...]]:
    """One row for each client that was billed, under `MARGIN_COLUMNS`."""
    for row in clients.iterator(CHUNK):
        yield (
            row.name,
            currency,
            row.cost,
            row.billed,
            row.margin,
            row.percent,
            row.paid,
            row.open,
        )
