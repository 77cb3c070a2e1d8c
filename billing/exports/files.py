"""Which files there are, for whom, and by what they are narrowed (M11).

The rows come from questions that ask for the actor, anew at each fetch: who has lost the right
gets nothing, and no link outlives it (T22, T42).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.policy import Actor
from billing.exports import columns
from billing.models import Entry, Invoice, InvoiceLine, OrderLine
from billing.states import EntryKind
from clients.models import Partnership

type Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class File:
    """A file: its words, its columns and its rows.

    `day` is the field by which the period counts ("" where it does not), `client` the field that
    holds the client (in a reseller's file).
    """

    key: str
    label: str | Promise
    holds: str | Promise
    icon: str
    columns: Callable[[], columns.Columns]
    rows: Callable[[Actor], Rows]
    order: tuple[str, ...]
    day: str = ""
    moments: bool = False
    client: str = ""

    def of(
        self,
        actor: Actor,
        *,
        client: str = "",
        since: date | None = None,
        until: date | None = None,
    ) -> Rows:
        """The rows from `since` to `until`, both days included, of one client (its key in
        addresses) or of all."""
        found = self.rows(actor)
        if client and self.client:
            found = found.filter(**{f"{self.client}__slug": client})
        if since and self.day:
            found = found.filter(**{f"{self.day}__gte": self._begins(since)})
        if until and self.day:
            found = found.filter(**{f"{self.day}__lt": self._begins(until + timedelta(days=1))})
        return found.order_by(*self.order)

    def _begins(self, day: date) -> date | datetime:
        if not self.moments:
            return day
        return timezone.make_aware(datetime.combine(day, time.min))


def _reached(actor: Actor) -> Rows:
    """The clients that the actor's organisation has or had, for a collaborator those assigned."""
    return Partnership.objects.visible_to_partner(actor).filter(client__isnull=False)


def _clients(actor: Actor) -> Rows:
    return Partnership.objects.visible_to_partner(actor).active().with_numbers()


def _lines(actor: Actor) -> Rows:
    return OrderLine.objects.of_clients(actor)


def _cashback(actor: Actor) -> Rows:
    """What the partner's own account got for these clients, counter-entries included."""
    entries = Entry.objects.visible_to(actor).filter(kind=EntryKind.CASHBACK)
    return entries.filter(line__order__organisation__in=_reached(actor).values("client"))


def _paid_lines(actor: Actor) -> Rows:
    """Lines of the partner's own invoices for what runs at these clients (M4)."""
    lines = InvoiceLine.objects.visible_to(actor)
    return lines.filter(order_line__order__organisation__in=_reached(actor).values("client"))


ENTRIES = File(
    "entries",
    _("Entries of the prepaid account"),
    _("Each movement with its reason, its amount and the balance after it."),
    "wallet2",
    columns.entry_columns,
    lambda actor: Entry.objects.visible_to(actor),
    ("account__currency", "account", "number"),
    day="created_at",
    moments=True,
)
LINES = ("invoice__year", "invoice__sequence", "position")

OWN: Mapping[str, File] = {
    "invoices": File(
        "invoices",
        _("Invoices"),
        _("One row for each invoice and credit note: net, VAT, total, paid, still open."),
        "receipt",
        columns.invoice_columns,
        lambda actor: Invoice.objects.visible_to(actor),
        ("year", "sequence"),
        day="issued_on",
    ),
    "invoice-lines": File(
        "invoice-lines",
        _("Lines of invoices"),
        _("One row for each line: product, term, quantity, price and VAT rate."),
        "list-ul",
        columns.invoice_line_columns,
        lambda actor: InvoiceLine.objects.visible_to(actor),
        LINES,
        day="invoice__issued_on",
    ),
    "entries": ENTRIES,
}
"""The files of an organisation about itself, for those with the accounting right."""

OF_CLIENTS: Mapping[str, File] = {
    "clients": File(
        "clients",
        _("Clients under management"),
        _("Since when, with which access, who pays and how many products, as of now."),
        "people",
        columns.client_columns,
        _clients,
        ("client_name", "pk"),
        client="client",
    ),
    "order-lines": File(
        "order-lines",
        _("Orders and renewals"),
        _("One row for each line with every figure: price, tier, rate, cashback, discount."),
        "bag",
        columns.line_columns,
        _lines,
        ("order__created_at", "order", "position"),
        day="order__created_at",
        moments=True,
        client="order__organisation",
    ),
    "cashback": File(
        "cashback",
        _("Cashback"),
        _("What your account was credited for these clients, and what was taken back."),
        "cash-coin",
        columns.entry_columns,
        _cashback,
        ("account__currency", "account", "number"),
        day="created_at",
        moments=True,
        client="line__order__organisation",
    ),
    "paid-invoices": File(
        "paid-invoices",
        _("Invoices that you pay for clients"),
        _("The lines of your own invoices for what runs at your clients."),
        "receipt",
        columns.invoice_line_columns,
        _paid_lines,
        LINES,
        day="invoice__issued_on",
        client="order_line__order__organisation",
    ),
}
"""The files of a partner about its clients."""
