"""A row of a price list, as staff type it: checked by the service that will write it (C2)."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from billing.errors import PriceRowWrong
from billing.forms.tiers import TiersField
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VatRate
from billing.services import prices
from billing.services.prices import Table, Wanted

LARGEST_FILE = 2_000_000
"""Bytes; 20,000 lines are half of it."""


class DatedForm(forms.ModelForm):
    """A row from a day on; what the service would refuse stands beside its field."""

    table: ClassVar[Table]

    def wanted(self) -> Wanted:
        """The row that this form asks for; its key and day never change once it is there."""
        key = []
        for name in self.table.key:
            part = self._of(name.removesuffix("_id"))
            key.append(part.pk if name.endswith("_id") else str(part))
        value = self._of(self.table.value)
        if self.table is prices.TIERS:
            value = tuple(sorted(value))
        return Wanted(tuple(key), self._of("valid_from"), value)

    def _of(self, name: str) -> Any:
        return self.cleaned_data[name] if name in self.fields else getattr(self.instance, name)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.table.check(self._of(self.table.value))
                prices.check_row(table=self.table, wanted=self.wanted())
            except PriceRowWrong as fault:
                self.add_error(fault.field if fault.field in self.fields else None, str(fault))
        return data

    def validate_unique(self) -> None:
        """The service answers for it, in words."""

    def validate_constraints(self) -> None:
        """The service answers for them, in words."""


class PriceForm(DatedForm):
    table = prices.PRICES

    class Meta:
        model = Price
        fields = ("product_type", "currency", "period", "valid_from", "amount")


class FixedPriceForm(DatedForm):
    table = prices.FIXED_PRICES

    class Meta:
        model = FixedPrice
        fields = ("product_type", "currency", "period", "valid_from", "amount")
        help_texts: ClassVar[dict[str, Any]] = {
            "amount": _("Empty: from this day on the partner rate counts again.")
        }


class PartnerRateForm(DatedForm):
    table = prices.PARTNER_RATES

    class Meta:
        model = PartnerRate
        fields = ("product_type", "valid_from", "percent")
        help_texts: ClassVar[dict[str, Any]] = {"percent": _("0 to 35.")}


class TierTableForm(DatedForm):
    table = prices.TIERS
    tiers = TiersField(label=_("Tiers"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}))

    class Meta:
        model = TierTable
        fields = ("product_type", "valid_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None and "tiers" in self.fields:
            self.initial["tiers"] = prices.value_of(prices.TIERS, self.instance)


class VatRateForm(DatedForm):
    table = prices.VAT_RATES

    class Meta:
        model = VatRate
        fields = ("country", "valid_from", "percent")


class PriceFileForm(forms.Form):
    """A price list to look at before anything is written."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB: split it."))
        content: bytes = file.read()
        return content
