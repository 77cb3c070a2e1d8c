"""Forms of the requester's private page (T3, T4)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import grants
from access.policy import Actor
from access.web.widgets import ChoiceCards
from clients.forms.offer import ProductBoxes, by_category
from clients.models import Product
from clients.rules import ProductState
from partners.models import Partner
from tenders.forms.submit import MOST_OPENERS

LATER = "later"


class AskForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner gets it by e-mail, and answers through the portal."),
    )


class CapForm(forms.Form):
    most = forms.IntegerField(
        label=gettext_lazy("How many partners may see your contact details?"),
        required=False,
        min_value=1,
        max_value=MOST_OPENERS,
        help_text=gettext_lazy("Empty: as many as like."),
    )


class ChooseForm(forms.Form):
    """Whether the chosen partner is invited at once, by which of the reader's organisations, and
    to which of its products (L3).

    `actors` are the reader as legal representative of each organisation; without any, choosing
    is all that is asked. `required`: an invitation is what the reader came for.
    """

    organisation = forms.ChoiceField(
        label=gettext_lazy("Which organisation is it for?"), widget=ChoiceCards
    )

    def __init__(
        self,
        *args: Any,
        actors: Iterable[Actor],
        partner: Partner,
        required: bool = False,
        first: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actors = {actor.organisation.slug: actor for actor in actors}
        self.by_id: dict[str, Product] = {}
        if not self.actors:
            del self.fields["organisation"]
            return
        field = self.fields["organisation"]
        field.choices = [(slug, str(one.organisation)) for slug, one in self.actors.items()]  # type: ignore[attr-defined]
        field.widget.icons = dict.fromkeys(self.actors, "building")
        if not required:
            field.choices = [*field.choices, (LATER, _("Choose now, invite later or never"))]  # type: ignore[attr-defined]
            field.widget.icons[LATER] = "clock"
        field.initial = first if first in self.actors else next(iter(self.actors))
        for slug, actor in self.actors.items():
            self.fields[f"products_{slug}"] = self._products(actor, partner)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        slug = data.get("organisation", "")
        for other in self.actors.keys() - {slug}:
            self.errors.pop(f"products_{other}", None)  # cannot be wrong: it is not asked
        if slug in self.actors and not data.get(f"products_{slug}"):
            self.add_error(f"products_{slug}", self._nothing(slug))
        return data

    @property
    def actor(self) -> Actor | None:
        """Who invites, or None when nobody is invited now."""
        return self.actors.get(self.cleaned_data.get("organisation", ""))

    @property
    def chosen(self) -> list[Product]:
        """The products of the invitation."""
        if self.actor is None:
            return []
        ids = self.cleaned_data[f"products_{self.actor.organisation.slug}"]
        return [self.by_id[one] for one in ids]

    def parts(self) -> list[tuple[str, forms.BoundField]]:
        """Each organisation's products, to be shown when it is the one picked."""
        return [(slug, self[f"products_{slug}"]) for slug in self.actors]

    def _nothing(self, slug: str) -> str:
        if not self.fields[f"products_{slug}"].choices:  # type: ignore[attr-defined]
            return _(
                "This organisation has no product that a partner could look after yet. Choose now, "
                "and invite the partner later."
            )
        return _("Choose at least one product.")

    def _products(self, actor: Actor, partner: Partner) -> forms.MultipleChoiceField:
        products = [
            product
            for product in Product.objects.of_client(actor).by_category()
            if product.state != ProductState.ENDED
        ]
        ids = {product.public_id: product for product in products}
        self.by_id |= ids
        holders = grants.holders(products)
        taken = {
            one.public_id: holders[one.pk].partner_name for one in products if one.pk in holders
        }
        field = forms.MultipleChoiceField(
            label=_("Which products may %(partner)s manage?") % {"partner": partner},
            help_text=_("It changes their settings, and can neither order nor cancel anything."),
            required=False,
            widget=ProductBoxes(hints={one.public_id: _hint(one, taken) for one in products}),
            error_messages={
                "invalid_choice": _(
                    "One of the products has left the organisation meanwhile. Please choose again."
                )
            },
        )
        field.widget.taken = taken
        field.choices = [
            (str(category), [(one.public_id, one.name) for one in found])
            for category, found in by_category(products)
        ]
        return field


def _hint(product: Product, taken: dict[str, str]) -> str:
    parts = [str(product.product_type)]
    if holder := taken.get(product.public_id):
        parts.append(_("managed by %(partner)s") % {"partner": holder})
    return " · ".join(parts)
