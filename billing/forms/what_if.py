"""A draft of other rates and tiers, as staff type it, and the day from which it shall count."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
)

from billing.errors import PriceRowWrong
from billing.forms.tiers import TiersField
from billing.models import WhatIf, WhatIfRow
from billing.services import price_rules, what_if


class WhatIfForm(forms.ModelForm):
    class Meta:
        model = WhatIf
        fields = ("title", "since", "until")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if {"since", "until"} <= data.keys() and data["since"] > data["until"]:
            self.add_error("until", _("The last day is before the first one."))
        return data


class WhatIfRowForm(forms.ModelForm):
    """A change at one product type. Empty boxes leave the rate or the tiers as they are."""

    tiers = TiersField(
        label=gettext_lazy("Volume tiers"),
        empty=None,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "One tier a line, such as “10: 5”; a lone “-” for none any more; empty: as they were."
        ),
    )

    class Meta:
        model = WhatIfRow
        fields = ("product_type", "percent", "tiers")
        help_texts: ClassVar[dict[str, Any]] = {
            "percent": gettext_lazy("0 to 35; empty: as it was.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["tiers"] = what_if.tiers_of(self.instance)

    def clean_percent(self) -> Any:
        percent = self.cleaned_data["percent"]
        if percent is not None:
            self._check(price_rules.check_partner_rate, percent)
        return percent

    def clean_tiers(self) -> Any:
        tiers = self.cleaned_data["tiers"]
        if tiers is not None:
            self._check(price_rules.check_tiers, tiers)
        return what_if.as_json(tiers)

    @staticmethod
    def _check(check: Any, value: Any) -> None:
        try:
            check(value)
        except PriceRowWrong as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and data.get("percent") is None and data.get("tiers") is None:
            raise forms.ValidationError(_("Change the rate, the tiers, or both."))
        return data


class PublishForm(forms.Form):
    """From which day on the draft's rates and tiers count."""

    day = forms.DateField(
        label=gettext_lazy("Counts from"),
        widget=UnfoldAdminSingleDateWidget(),
        help_text=gettext_lazy("A day to come. Until then the rows may still be taken back."),
    )
