"""Who sees an invoice: the payer's own people with the accounting right, nobody else (M4)."""

from datetime import date

from django.db.models import Q, QuerySet

from access.policy import Actor
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

    def search(self, text: str) -> "InvoiceQuerySet":
        text = text.strip()
        if not text:
            return self
        bare = text.replace(" ", "")
        return self.filter(
            Q(number__icontains=text)
            | Q(reference=bare)
            | Q(lines__text__icontains=text)
            | Q(lines__detail__icontains=text)
        ).distinct()
