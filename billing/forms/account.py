"""Forms of the prepaid account: filters of its entries, top-up, pay-out, and staff's decisions."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.forms import PasswordForm
from access.forms.amounts import AmountField
from access.web.lists import FilterForm
from billing import references
from billing.services.requests import new_key
from billing.states import EntryKind

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )


def amount_field(label: Any = "", **more: Any) -> AmountField:
    """An amount to the cent; a comma or a point, as the reader writes it."""
    return AmountField(
        label=label or gettext_lazy("Amount"),
        max_digits=14,
        decimal_places=2,
        **more,
    )


class EntryFilter(FilterForm):
    """By kind and period."""

    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("Every kind")), *EntryKind.choices],
        required=False,
        label=gettext_lazy("Kind"),
    )
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("To"))

    def narrow(self, rows: Any) -> Any:
        chosen = self.cleaned_data
        if chosen["kind"]:
            rows = rows.filter(kind=chosen["kind"])
        if chosen["since"] or chosen["until"]:
            rows = rows.between(chosen["since"] or FIRST_DAY, chosen["until"] or LAST_DAY)
        return rows


class KeyedForm(forms.Form):
    """A form that costs money carries a key: sent twice, it acts once."""

    key = forms.CharField(max_length=64, min_length=8, widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = new_key
        field = self.fields["amount"]
        field.label = _("Amount in %(currency)s") % {"currency": currency}
        field.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}


class TopUpForm(KeyedForm):
    """How much will be transferred, in the account's currency."""

    amount = amount_field(min_value=Decimal("0.01"))


class PayOutForm(PasswordForm, KeyedForm):
    """How much is to be paid out and where; with the password, or a passkey (T21)."""

    amount = amount_field(min_value=Decimal("0.01"))
    iban = forms.CharField(
        label=gettext_lazy("IBAN"),
        max_length=42,
        help_text=gettext_lazy("The organisation's own bank account."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    field_order = ["amount", "iban", "password", "key"]

    def clean_iban(self) -> str:
        try:
            return references.clean_iban(self.cleaned_data["iban"])
        except references.WrongIban:
            raise forms.ValidationError(
                _("This is not a valid IBAN. Copy it from your bank statement.")
            ) from None
