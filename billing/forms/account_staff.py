"""Forms of the staff's pages about prepaid accounts."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminTextInputWidget

from billing.models import Account


class RefuseForm(forms.Form):
    """Why a request is refused."""

    answer = forms.CharField(
        label=_("Answer"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The organisation reads it, and gets it by mail."),
    )


class CorrectionForm(forms.Form):
    """A counter-entry, in the account's currency: what is added, or with a minus taken off."""

    amount = forms.DecimalField(
        label=_("Amount"), max_digits=14, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget()
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("The organisation reads it beside the entry, in the language you write."),
    )

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].help_text = _(
            "In %(currency)s; with a minus to take it off. The balance is %(balance)s."
        ) % {"currency": account.currency, "balance": number_format(account.balance, 2)}

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("An entry of 0.00 moves nothing."))
        return amount
