"""Forms about products."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.forms import plain_name
from access.web.lists import FilterForm
from clients.models import Category, Product
from clients.rules import ProductState


class ProductFilter(FilterForm):
    """By category and state; only categories of products that the reader may see (T10)."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        required=False,
        to_field_name="slug",
        label=_("Category"),
        empty_label=_("Any category"),
    )
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *ProductState.choices], required=False, label=_("State")
    )

    def __init__(self, *args: Any, products: QuerySet[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = products.order_by().values("product_type__category")
        self.fields["category"].queryset = Category.objects.filter(pk__in=seen)  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        if self.cleaned_data["category"]:
            rows = rows.filter(product_type__category=self.cleaned_data["category"])
        if self.cleaned_data["state"]:
            rows = rows.filter(state=self.cleaned_data["state"])
        return rows


class ProductSettingsForm(forms.ModelForm):
    """What whoever reaches a product may change; prices and terms are not among it."""

    class Meta:
        model = Product
        fields = ["name", "technical_contact", "auto_renewal", "notes"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "technical_contact": _("Who is told about incidents of this product."),
            "auto_renewal": _("Without it, the product ends at its next renewal date."),
            "notes": _("Read by everyone who reaches this product, its partner included."),
        }

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])
