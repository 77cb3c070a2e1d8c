"""Renewing by hand: which products go with it, and how it is paid."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from billing.services.ordering import new_key
from billing.states import PaymentMethod
from clients.models import Product

KEY = re.compile(r"[0-9a-f]{32}")


class RenewalForm(forms.Form):
    """The other products to renew in the same order, and what the confirmation carries: the key
    of the order (T15), version and fingerprint of the quote that was read (T13)."""

    also = forms.MultipleChoiceField(
        label=gettext_lazy("Renew with it"), required=False, widget=forms.CheckboxSelectMultiple
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    digest = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    method = forms.ChoiceField(
        label=gettext_lazy("Payment"),
        choices=PaymentMethod.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        others: Sequence[Product],
        methods: Sequence[PaymentMethod],
    ) -> None:
        super().__init__(data)
        self.others = {product.public_id: product for product in others}
        self.fields["also"].choices = [  # type: ignore[attr-defined]
            (product.public_id, str(product)) for product in others
        ]
        self.fields["method"].choices = [  # type: ignore[attr-defined]
            (str(method), method.label) for method in methods
        ]
        typed = str(data.get("key", "")) if data is not None else ""
        self.order_key = typed if KEY.fullmatch(typed) else new_key()

    def products(self, product: Product) -> list[Product]:
        """The product with those chosen."""
        chosen = self.cleaned_data.get("also", []) if self.is_bound and self.is_valid() else []
        return [product, *(self.others[name] for name in chosen)]

    @property
    def chosen_method(self) -> str:
        """The one chosen, else the transfer that is always offered."""
        chosen = self.cleaned_data.get("method") if self.is_bound else ""
        return str(chosen or PaymentMethod.TRANSFER)
