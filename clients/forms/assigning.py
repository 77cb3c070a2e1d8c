"""What one of the organisation's people is to reach: products, and clients of a partner."""

from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from access import assigning
from access.models import Membership
from access.policy import Actor
from access.web.lists import FilterForm
from clients.models import Category, Partnership, Product

GONE = _("One of the products has left the organisation meanwhile. Please choose again.")


class AssignProductsForm(forms.Form):
    """All products, all of some categories, or single ones; drawn category by category."""

    every_product = forms.BooleanField(
        label=_("All products, future ones too"),
        required=False,
        help_text=_("Then nothing has to be chosen below."),
    )
    categories = forms.MultipleChoiceField(required=False, label=_("Categories"))
    products = forms.MultipleChoiceField(
        required=False, label=_("Products"), error_messages={"invalid_choice": GONE}
    )

    def __init__(self, *args: Any, actor: Actor, member: Membership, **kwargs: Any) -> None:
        initial = {
            "every_product": member.every_product,
            "categories": [category.slug for category in assigning.categories(member)],
            "products": list(assigning.products(member).values_list("public_id", flat=True)),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.every_category = list(Category.objects.order_by("position", "name", "pk"))
        found = Product.objects.assignable_by(actor).by_category()
        self.by_id: dict[str, Product] = {product.public_id: product for product in found}
        self.fields["categories"].choices = [(each.slug, each) for each in self.every_category]
        self.fields["products"].choices = [(key, key) for key in self.by_id]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """For the page: each category with its products, and what is ticked."""
        whole = set(self["categories"].value() or ())
        single = set(self["products"].value() or ())
        listed = {
            key: list(products)
            for key, products in groupby(
                self.by_id.values(), lambda product: product.product_type.category_id
            )
        }
        groups = []
        for category in self.every_category:
            products = listed.get(category.pk, [])
            rows = [(product, product.public_id in single) for product in products]
            groups.append(
                {
                    "category": category,
                    "whole": category.slug in whole,
                    "rows": rows,
                    "ticked": sum(ticked for _product, ticked in rows),
                }
            )
        return sorted(groups, key=lambda group: not group["rows"])

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen, for the service."""
        slugs = set(self.cleaned_data["categories"])
        return {
            "every_product": self.cleaned_data["every_product"],
            "categories": [each for each in self.every_category if each.slug in slugs],
            "products": [self.by_id[key] for key in self.cleaned_data["products"]],
        }


class AssignedFilter(FilterForm):
    """Clients that are assigned to this person, or not."""

    assigned = forms.ChoiceField(
        choices=[("", _("All clients")), ("yes", _("Assigned")), ("no", _("Not assigned"))],
        required=False,
        label=_("Assigned"),
    )

    def narrow(self, rows: QuerySet[Partnership]) -> QuerySet[Partnership]:
        chosen = self.cleaned_data["assigned"]
        return rows.filter(is_assigned=chosen == "yes") if chosen else rows


class KeysField(forms.MultipleChoiceField):
    """Public ids, which the form looks up among the actor's own."""

    def valid_value(self, value: Any) -> bool:
        return str(value).isalnum()


class ChosenClientsForm(forms.Form):
    """Which clients of the page were ticked, or the one whose button was pressed; and whether
    they are given or taken back."""

    clients = KeysField(required=False)
    give = forms.CharField(required=False)
    take = forms.CharField(required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.chosen: list[Partnership] = []

    @property
    def gives(self) -> bool:
        return bool(self.cleaned_data["give"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        pressed = data.get("give") or data.get("take")
        keys = data.get("clients", []) if pressed == "ticked" else [pressed]
        mine = Partnership.objects.assignable_by(self.actor)
        self.chosen = list(mine.filter(public_id__in=[key for key in keys if key]))
        if not self.chosen:
            raise forms.ValidationError(_("Tick at least one client."))
        return data


def with_assigned(rows: QuerySet[Partnership], member: Membership) -> QuerySet[Partnership]:
    """Each partnership with `is_assigned`: whether its client is assigned to the person."""
    held = assigning.assigned_client_ids(member).filter(content_object_id=OuterRef("client_id"))
    return rows.annotate(is_assigned=Exists(held))
