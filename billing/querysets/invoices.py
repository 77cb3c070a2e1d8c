"""Who sees an invoice: the payer's own people with the accounting right, nobody else (M4)."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from access.policy import Actor
from access.searching import holds
from billing.states import InvoiceKind, InvoiceState


class InvoiceQuerySet(QuerySet["Invoice"]):
    def visible_to(self, actor: Actor) -> "InvoiceQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(payer=actor.organisation)

    def open(self) -> "InvoiceQuerySet":
        """Invoices (no credit notes) of which something is still to be paid."""
        return self.filter(kind=InvoiceKind.INVOICE, state=InvoiceState.OPEN)

    def overdue(self, day: date) -> "InvoiceQuerySet":
        return self.open().filter(due_on__lt=day)

    def amount_open(self) -> Decimal:
        """What is still to be paid on these, including VAT."""
        rows = self.order_by().aggregate(sum=Sum(F("total") - F("paid") - F("credited")))
        return rows["sum"] or Decimal("0.00")

    def with_parts(self) -> "InvoiceQuerySet":
        """Each with all that its page shows: `shown_lines`, `shown_payments`, `shown_notes`."""
        notes: Any = self.model._base_manager.order_by("pk")
        payments: Any = apps.get_model("billing", "Payment")._base_manager.order_by("pk")
        lines: Any = apps.get_model("billing", "InvoiceLine")._base_manager.order_by("position")
        return self.select_related("corrects", "payer").prefetch_related(
            Prefetch("lines", queryset=lines, to_attr="shown_lines"),
            Prefetch("payments", queryset=payments, to_attr="shown_payments"),
            Prefetch("credit_notes", queryset=notes, to_attr="shown_notes"),
        )

    def of_order(self, order: Any) -> Any:
        """The invoice, of those that the reader may see, on which the order stands."""
        charged = self.filter(kind=InvoiceKind.INVOICE, lines__order_line__order=order)
        return charged.order_by("pk").first()

    def search(self, text: str) -> "InvoiceQuerySet":
        """Those whose number, reference, lines or total hold the text; each once."""
        text = text.strip()
        if not text:
            return self
        lines: Any = apps.get_model("billing", "InvoiceLine")._base_manager
        held = lines.filter(holds(text, "text", "detail"))
        wanted: Any = (
            holds(text, "number")
            | Q(reference="".join(text.split()))
            | Exists(held.filter(invoice=OuterRef("pk")))
        )
        if (amount := _amount(text)) is not None:
            wanted |= Q(total=amount)
        return self.filter(wanted)


class InvoiceLineQuerySet(QuerySet["InvoiceLine"]):
    def visible_to(self, actor: Actor) -> "InvoiceLineQuerySet":
        """The lines of the invoices that the actor may see."""
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(invoice__payer=actor.organisation)


def _amount(text: str) -> Decimal | None:
    """A typed amount, whatever separates its thousands and decimals."""
    bare = "".join(letter for letter in text if letter not in " '’\u00a0\u202f")
    cents = bare.rpartition(",")[2]
    if bare.count(",") == 1 and cents.isdigit() and len(cents) < 3:
        bare = bare.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < 10**12 else None
