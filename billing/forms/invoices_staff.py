"""Forms of the staff's pages about invoices and the bank's files."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from billing.models import Invoice
from billing.services.requests import new_key


class TransferForm(forms.Form):
    """A payment that came by bank, in the invoice's currency, including VAT. Its key keeps a form
    that is sent twice from booking twice."""

    key = forms.CharField(max_length=64, min_length=8, widget=forms.HiddenInput, initial=new_key)

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=14, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget()
    )
    received_on = forms.DateField(label=_("Received on"), widget=UnfoldAdminSingleDateWidget())
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = invoice.open_amount
        self.fields["amount"].help_text = _(
            "In %(currency)s. Less leaves the rest open, more is kept on the payer's account."
        ) % {"currency": invoice.currency}
        self.fields["received_on"].initial = timezone.localdate()


class CreditForm(forms.Form):
    """Which lines a credit note takes, and why: once in words for the customer, which are printed
    on it, and once, if need be, in words for staff."""

    lines = forms.MultipleChoiceField(
        label=_("Lines"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("Whole lines only."),
    )
    reason = forms.CharField(
        label=_("Reason for the customer"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_(
            "The payer reads it on the credit note, in its mail and in its log, in the language in "
            "which you write."
        ),
    )
    note = forms.CharField(
        label=_("Note for staff"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("It stands in the history of this invoice here. No customer reads it."),
    )
    keep_products = forms.BooleanField(
        label=_("The products go on running"),
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=_("Otherwise the products of these lines are cancelled."),
    )

    def __init__(self, *args: Any, lines: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(line.pk), f"{line.quantity} × {line.text} · {currency} "
             f"{number_format(line.net, 2, force_grouping=True)}")
            for line in lines
        ]  # fmt: skip
        self.fields["lines"].choices = choices  # type: ignore[attr-defined]
        self.fields["lines"].initial = [key for key, _text in choices]


class BankFileForm(forms.Form):
    """A camt.053 or camt.054 file."""

    file = forms.FileField(label=_("File of the bank"), widget=UnfoldAdminFileFieldWidget())


class AssignForm(forms.Form):
    number = forms.CharField(
        label=_("Number or payment reference of the invoice"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class SetAsideForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For example: sent back to the payer on a day, or no payment of a customer."),
    )
