"""The steps in which a client says what a partner may reach and who pays (L3, L5, L1)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import grants
from access.errors import Refused
from access.models import User
from access.policy import Actor
from access.web.widgets import ChoiceCards, GroupedCheckboxes
from access.web.wizard import Step, StepForm
from clients.forms.lasting import LastDayField, last_day
from clients.models import Category, Partnership, Product
from clients.rules import Access, Offer, PaymentMode, ProductState
from clients.services import external_users
from clients.services.common import check_offer
from partners.models import Partner

ACCESS = Step("access", gettext_lazy("Access"), ("access", "ends_on"))
PRODUCTS = Step("products", gettext_lazy("Products"), ("products",))
PAYMENT = Step("payment", gettext_lazy("Payment"), ("payment_mode",))
OFFER_STEPS = (ACCESS, PRODUCTS, PAYMENT)


class ProductBoxes(GroupedCheckboxes):
    """The products by category; those in `taken` (public ids) can't be ticked."""

    taken: Mapping[str, str] = MappingProxyType({})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.taken and not option["selected"]:
            option["attrs"]["disabled"] = True
        return option


class OfferForm(StepForm):
    """What `client` (an actor of it who may decide) offers a partner.

    The products to choose from are the client's at this moment: one that left is refused beside
    the field. `offer` and `chosen` are there once the form is valid up to its offer.
    """

    access = forms.ChoiceField(
        label=gettext_lazy("How far may the partner reach?"),
        choices=Access.choices,
        widget=ChoiceCards(icons={"limited": "funnel", "full": "building"}),
    )
    products = forms.MultipleChoiceField(
        label=gettext_lazy("Which products?"),
        required=False,
        widget=ProductBoxes,
        error_messages={
            "invalid_choice": gettext_lazy(
                "One of the products has left the organisation meanwhile. Please choose again."
            )
        },
    )
    payment_mode = forms.ChoiceField(
        label=gettext_lazy("Who pays for orders and renewals?"),
        choices=PaymentMode.choices,
        required=False,
        widget=ChoiceCards(icons={"client": "person", "partner": "briefcase"}),
    )

    ends_on = LastDayField()

    def __init__(
        self,
        *args: Any,
        client: Actor | None,
        partner: str = "",
        of: Partnership | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.client = client
        self.partnership = of
        self.partner_name = partner or _("the partner")
        self.by_id: dict[str, Product] = {}
        self.chosen: list[Product] = []
        if client is not None:
            self._set_products(client)
        self._set_words()

    def clean_ends_on(self) -> date | None:
        return last_day(self.cleaned_data["ends_on"], now=self.initial.get("ends_on"))

    def applies(self, step: Step) -> bool:
        if step is PRODUCTS:
            return self.said("access") == Access.LIMITED
        if step is PAYMENT:
            return self.said("access") == Access.FULL
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._forget_unasked(data)
        if self.client is None or not data.get("access") or self.errors.keys() & {"products"}:
            return data
        if data["access"] == Access.FULL and not data.get("payment_mode"):
            self.add_error("payment_mode", _("Choose who pays."))
        self.chosen = [self.by_id[public_id] for public_id in data.get("products", ())]
        try:
            check_offer(self.client.organisation, self.offer, of=self.partnership)
        except Refused as refusal:
            self.add_error(refusal.field, str(refusal))
        return data

    @property
    def offer(self) -> Offer:
        """What was chosen, for the services."""
        if self.cleaned_data.get("access") == Access.FULL:
            offer = Offer.full(self.cleaned_data.get("payment_mode") or PaymentMode.CLIENT)
        else:
            offer = Offer.limited([product.pk for product in self.chosen])
        return offer.until(self.cleaned_data.get("ends_on"))

    @property
    def until(self) -> date | None:
        """The last day chosen, or None."""
        return self.offer.ends_on

    @property
    def whom(self) -> Partner | None:
        """The partner, once it is known."""
        return self.partnership.partner if self.partnership else None

    @property
    def taken_over(self) -> list[User]:
        """The partner's people whose memberships as external users of the client would end (L4)."""
        if self.client is None or self.whom is None:
            return []
        found = external_users(self.client.organisation, self.whom)
        return [membership.user for membership in found]

    @property
    def chosen_by_category(self) -> list[tuple[Category, list[Product]]]:
        return by_category(self.chosen)

    @property
    def payer(self) -> str:
        """The name of who pays under this offer."""
        if self.offer.payment_mode == PaymentMode.PARTNER:
            return self.partner_name
        return self.client.organisation.name if self.client else ""

    def _forget_unasked(self, data: dict[str, Any]) -> None:
        """What belongs to the other access is no part of the offer, and cannot be wrong."""
        unasked = "payment_mode" if data.get("access") == Access.LIMITED else "products"
        if data.get("access"):
            self.errors.pop(unasked, None)
            data[unasked] = [] if unasked == "products" else ""

    def _set_products(self, client: Actor) -> None:
        field, widget = self.fields["products"], self.fields["products"].widget
        ended = ProductState.ENDED
        ticked = set(self.initial.get("products", ()))
        products = [
            product
            for product in Product.objects.of_client(client).by_category()
            if product.state != ended or product.public_id in ticked
        ]
        self.by_id = {product.public_id: product for product in products}
        field.choices = [  # type: ignore[attr-defined]
            (str(category), [(product.public_id, product.name) for product in found])
            for category, found in by_category(products)
        ]
        holders = grants.holders(products)
        widget.taken = {
            product.public_id: holders[product.pk].partner_name
            for product in products
            if product.pk in holders and holders[product.pk] != self.partnership
        }
        widget.hints = {product.public_id: self._hint(product) for product in products}

    def _hint(self, product: Product) -> str:
        parts = [str(product.product_type)]
        if product.state != ProductState.ACTIVE:
            parts.append(product.get_state_display())
        holder = self.fields["products"].widget.taken.get(product.public_id)
        if holder:
            parts.append(_("managed by %(partner)s") % {"partner": holder})
        return " · ".join(parts)

    def _set_words(self) -> None:
        """Names both parties in every choice: who reaches what, who pays what (M3, M10)."""
        names = {
            "partner": self.partner_name,
            "client": self.client.organisation.name if self.client else _("the client"),
        }
        self.fields["access"].label = _("How far may %(partner)s reach?") % names
        self.fields["access"].widget.explanations = {
            "limited": _(
                "Only the products you choose. %(partner)s changes their settings, and can "
                "neither order nor cancel anything."
            )
            % names,
            "full": _(
                "The whole organisation, products to come included. %(partner)s may also order, "
                "renew and cancel; your people and your data stay in your hands."
            )
            % names,
        }
        holder = grants.full_access_holder(self.client.organisation) if self.client else None
        if holder is not None and holder != self.partnership:
            self.fields["access"].widget.explanations["full"] = _(
                "%(partner)s has it now, and only one partner can have it."
            ) % {"partner": holder.partner_name}
        self.fields["products"].label = _("Which products may %(partner)s manage?") % names
        payment = self.fields["payment_mode"]
        payment.choices = [  # type: ignore[attr-defined]
            (PaymentMode.CLIENT, _("%(client)s pays") % names),
            (PaymentMode.PARTNER, _("%(partner)s pays") % names),
        ]
        payment.widget.explanations = payment_consequences(names)


def payment_consequences(names: Mapping[str, str]) -> dict[str, str]:
    """What each payment mode means for both parties, in a sentence or two (M3, M4, M10)."""
    return {
        "client": _(
            "%(client)s settles every order and renewal at the public price, whoever places it, "
            "and gets the invoices. %(partner)s earns a cashback."
        )
        % names,
        "partner": _(
            "%(partner)s settles orders and renewals and alone gets the invoices. Until it has "
            "confirmed, %(client)s goes on paying the automatic renewals."
        )
        % names,
    }


def by_category(products: Iterable[Product]) -> list[tuple[Category, list[Product]]]:
    """Products that come category by category, in their groups."""
    groups = groupby(products, key=lambda product: product.product_type.category)
    return [(category, list(found)) for category, found in groups]
