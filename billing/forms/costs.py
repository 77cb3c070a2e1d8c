"""Filters of the cost sheet."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from billing.services.costs import RUNNING
from clients.models import Category, Product

RENEWED, ENDING = "renewed", "ending"


class CostFilter(FilterForm):
    """By category, state and whether it renews; only categories of what the reader sees (T10)."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        required=False,
        to_field_name="slug",
        label=_("Category"),
        empty_label=_("Any category"),
    )
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *((str(state), state.label) for state in RUNNING)],
        required=False,
        label=_("State"),
    )
    renewal = forms.ChoiceField(
        choices=[
            ("", _("Any renewal")),
            (RENEWED, _("Renewed")),
            (ENDING, _("Ending")),
        ],
        required=False,
        label=_("Renewal"),
    )

    def __init__(self, *args: Any, products: QuerySet[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = products.order_by().values("product_type__category")
        self.fields["category"].queryset = Category.objects.filter(pk__in=seen)  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        chosen = self.cleaned_data
        if chosen["category"]:
            rows = rows.filter(product_type__category=chosen["category"])
        if chosen["state"]:
            rows = rows.filter(state=chosen["state"])
        if chosen["renewal"]:
            rows = rows.filter(auto_renewal=chosen["renewal"] == RENEWED)
        return rows
