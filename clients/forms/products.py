"""Forms about products."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from access.forms import plain_name
from access.web.lists import FilterForm
from clients.models import Category, Product
from clients.models.catalogue import in_words
from clients.rules import ProductState


class ProductFilter(FilterForm):
    """By category and state; only categories of products that the reader may see (T10).

    `categories` is the query of them, for the page to ask together with its figures and to hand
    to `offer`; it is asked at once only where the address names one.
    """

    category = forms.ChoiceField(
        choices=[("", _("Any category"))], required=False, label=_("Category")
    )
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *ProductState.choices], required=False, label=_("State")
    )

    def __init__(self, *args: Any, products: QuerySet[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen = products.order_by().filter(product_type__category=OuterRef("pk"))
        self.categories = Category.objects.filter(Exists(seen)).values("slug", "name", "names")
        if self.data.get("category"):
            self.offer(self.categories.all())

    def offer(self, categories: Iterable[dict[str, Any]]) -> None:
        """Sets the categories to choose from."""
        names = [(row["slug"], in_words(row["name"], row["names"])) for row in categories]
        self.fields["category"].choices = [("", _("Any category")), *names]  # type: ignore[attr-defined]

    def narrow(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        if self.cleaned_data["category"]:
            rows = rows.filter(product_type__category__slug=self.cleaned_data["category"])
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
