"""Forms about invoices: the filters of their list, a payment, and how invoices come."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from billing.forms.account import KeyedForm, amount_field
from billing.models import BillingProfile, Invoice
from billing.states import InvoiceKind, InvoiceState

STATES = [
    ("", _("Any state")),
    ("open", _("Open")),
    ("overdue", _("Overdue")),
    ("paid", InvoiceState.PAID.label),
    ("credited", InvoiceState.CREDITED.label),
    ("notes", _("Credit notes")),
]


class InvoiceFilter(FilterForm):
    """By state and year; only years of invoices that the reader may see (T28)."""

    state = forms.ChoiceField(choices=STATES, required=False, label=_("State"))
    year = forms.ChoiceField(required=False, label=_("Year"))

    def __init__(self, *args: Any, invoices: QuerySet[Invoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = invoices.order_by("-year").values_list("year", flat=True).distinct()
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            ("", _("Any year")),
            *((str(year), str(year)) for year in years),
        ]

    def narrow(self, rows: Any) -> Any:
        state, year = self.cleaned_data["state"], self.cleaned_data["year"]
        if state == "notes":
            rows = rows.filter(kind=InvoiceKind.CREDIT_NOTE)
        elif state:
            rows = rows.filter(kind=InvoiceKind.INVOICE)
            rows = rows.overdue(today()) if state == "overdue" else rows.filter(state=state)
        return rows.filter(year=year) if year else rows


def today() -> date:
    return timezone.localdate()


class PayForm(KeyedForm):
    """How much of an invoice to pay from the prepaid account, in the invoice's currency."""

    amount = amount_field()

    def __init__(
        self, *args: Any, invoice: Invoice, balance: Decimal | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, currency=invoice.currency, **kwargs)
        if balance is not None:
            self.fields["amount"].initial = min(invoice.open_amount, balance)


class BillingSettingsForm(forms.ModelForm):
    """How invoices come: for those who may choose it (accounting.settings)."""

    class Meta:
        model = BillingProfile
        fields = ["collective", "prepaid_first", "email", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["language"].choices  # type: ignore[attr-defined]
        own = [choice for choice in choices if choice[0]]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("As the legal representative reads the portal")),
            *own,
        ]
