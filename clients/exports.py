"""What leaves as CSV: fixed columns, streamed, dates as ISO 8601 (M11)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import ExitLine, Partnership, Product, ProductType
from clients.reached import Reached
from clients.rules import (
    Access,
    BackupPlace,
    PartnershipState,
    PaymentMode,
    Period,
    ProductState,
    Side,
    state_at,
)

CHUNK = 2000

PRODUCT_COLUMNS = (
    _("Product"),
    _("Product type"),
    _("Category"),
    _("State"),
    _("Period"),
    _("Since"),
    _("Next renewal"),
    _("Renews automatically"),
    _("Technical contact"),
)


def product_rows(products: QuerySet[Product]) -> Iterator[tuple[Any, ...]]:
    """One row for each product, under `PRODUCT_COLUMNS`, in the reader's language."""
    for product in products.iterator(CHUNK):
        yield (
            product.name,
            product.product_type,
            product.product_type.category,
            product.get_state_display(),
            product.get_period_display(),
            product.started_on,
            product.renews_on,
            _("yes") if product.auto_renewal else _("no"),
            product.technical_contact,
        )


REACHED_COLUMNS = (_("Client"), *PRODUCT_COLUMNS)


def reached_rows(products: Iterable[Reached]) -> Iterator[tuple[Any, ...]]:
    """One row for each product of a partner's clients, under `REACHED_COLUMNS`."""
    types = ProductType.objects.select_related("category").in_bulk()
    for product in products:
        product_type = types[product.product_type_id]
        yield (
            product.client_name,
            product.name,
            product_type,
            product_type.category,
            ProductState(product.state).label,
            Period(product.period).label,
            product.started_on,
            product.renews_on,
            _("yes") if product.auto_renewal else _("no"),
            product.technical_contact,
        )


BACKUP_COLUMNS = (
    _("Client"),
    _("Backup"),
    _("Product type"),
    _("State"),
    _("Place"),
    _("Console account"),
    _("Unit"),
    _("Since"),
    _("Next renewal"),
    _("Renews automatically"),
)


def backup_rows(products: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """One row for each of `backups_visible_to`, under `BACKUP_COLUMNS`. The number of somebody
    else's console account, and of its units, is theirs."""
    rows = products.select_related("organisation", "product_type", "console_unit__account")
    for product in rows.iterator(CHUNK):
        unit = product.console_unit if product.place == BackupPlace.OURS else None
        yield (
            product.organisation.name,
            product.name,
            product.product_type,
            product.get_state_display(),
            BackupPlace(product.place).label,
            unit.account.number if unit else "",
            unit.number if unit else "",
            product.started_on,
            product.renews_on,
            _("yes") if product.auto_renewal else _("no"),
        )


PARTNERSHIP_COLUMNS = (
    _("Client"),
    _("Address asked"),
    _("State"),
    _("Access"),
    _("Who pays"),
    _("Products"),
    _("Opened by"),
    _("Opened on"),
    _("Last sent on"),
    _("Open until"),
    _("Since"),
    _("Ends on"),
    _("Closed on"),
    _("Key"),
)


def partnership_rows(partnerships: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """One row for each partnership, under `PARTNERSHIP_COLUMNS`; needs `with_numbers`.

    Access and payer are those given or offered, else those asked. Days are in the portal's time
    zone.
    """
    now = timezone.now()
    for row in partnerships.iterator(CHUNK):
        state = state_at(row.state, now, expires_at=row.expires_at, ends_at=row.ends_at)
        waiting = state in (PartnershipState.REQUESTED, PartnershipState.INVITED)
        access = row.access or row.asked_access
        payer = row.payment_mode or row.asked_payment_mode
        yield (
            row.client_name,
            row.asked_email,
            state.label,
            Access(access).label if access else "",
            PaymentMode(payer).label if payer else "",
            row.offered if row.state == PartnershipState.INVITED else row.reached,
            Side(row.opened_by).label,
            _day(row.created_at),
            _day(row.sent_at),
            _day(row.expires_at) if waiting else "",
            _day(row.started_at),
            _day(row.ends_at),
            _day(row.closed_at),
            row.public_id,
        )


PARTNER_COLUMNS = (
    _("Partner"),
    _("State"),
    _("Access"),
    _("Who pays"),
    _("Products"),
    _("Opened by"),
    _("Opened on"),
    _("Open until"),
    _("Since"),
    _("Ends on"),
    _("Closed on"),
    _("Key"),
)


def partner_rows(partnerships: QuerySet[Partnership]) -> Iterator[tuple[Any, ...]]:
    """One row for each partnership of a client, under `PARTNER_COLUMNS`; needs `with_numbers`."""
    now = timezone.now()
    for row in partnerships.iterator(CHUNK):
        state = state_at(row.state, now, expires_at=row.expires_at, ends_at=row.ends_at)
        yield (
            row.partner_name,
            state.label,
            row.get_access_display(),
            row.get_payment_mode_display(),
            row.offered if row.state == PartnershipState.INVITED else row.reached,
            Side(row.opened_by).label,
            _day(row.created_at),
            _day(row.expires_at) if state == PartnershipState.INVITED else "",
            _day(row.started_at),
            _day(row.ends_at),
            _day(row.closed_at),
            row.public_id,
        )


EXIT_COLUMNS = (
    _("Product"),
    _("Product type"),
    _("State"),
    _("Next renewal"),
    _("Renews automatically"),
    _("Paid from now on by"),
    _("Managed from now on by"),
)


def exit_rows(
    lines: QuerySet[ExitLine], partnership: Partnership, side: Side
) -> Iterator[tuple[Any, ...]]:
    """One row for each product of an exit sheet, under `EXIT_COLUMNS`. Another partner is the
    client's affair: the one that has left reads of the client only."""
    to_client = side == Side.CLIENT
    for line in lines.iterator(CHUNK):
        manager = line.next_manager if to_client else None
        yield (
            line.product_name,
            line.product_type,
            line.get_state_display(),
            line.renews_on,
            _("yes") if line.auto_renewal else _("no"),
            line.next_payer if to_client else partnership.client_name,
            manager or partnership.client_name,
        )


def _day(moment: datetime | None) -> date | str:
    return timezone.localdate(moment) if moment else ""
