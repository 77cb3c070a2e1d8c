"""The filters of the partner's price list, and the calculator (C2)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from billing.models import Price
from billing.rules import MOST_UNITS
from clients.models import Category, ProductType
from clients.rules import Period

MOST_PAID = 10_000_000


class PriceFilter(FilterForm):
    """By category and by period."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        to_field_name="slug",
        required=False,
        label=_("Category"),
        empty_label=_("All categories"),
    )
    period = forms.ChoiceField(
        choices=[("", _("Any period")), *Period.choices], required=False, label=_("Period")
    )

    def __init__(self, *args: Any, prices: QuerySet[Price], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        of_prices = prices.values("product_type__category")
        self.fields["category"].queryset = Category.objects.filter(pk__in=of_prices)  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if category := self.cleaned_data["category"]:
            rows = rows.filter(product_type__category=category)
        period = self.cleaned_data["period"]
        return rows.filter(period=period) if period else rows


class CalculatorForm(forms.Form):
    """What is to be calculated; nothing is ordered."""

    product_type = forms.ModelChoiceField(
        ProductType.objects.none(), to_field_name="slug", label=_("Product"), empty_label=None
    )
    period = forms.ChoiceField(choices=Period.choices, label=_("Period"))
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MOST_UNITS,
        error_messages={
            "min_value": _("Order at least one."),
            "max_value": _("One order holds %(limit_value)s of a product at most."),
        },
    )
    units_paid = forms.IntegerField(
        label=_("Units already paid"),
        min_value=0,
        max_value=MOST_PAID,
        required=False,
        help_text=_("They count for the volume tier. Empty: what your organisation pays now."),
    )

    def __init__(self, *args: Any, prices: QuerySet[Price], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = ProductType.objects.filter(pk__in=prices.values("product_type"))
        field: Any = self.fields["product_type"]
        field.queryset = offered.order_by("category__position", "position", "name")
