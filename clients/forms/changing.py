"""Changing what a partner may reach, and who pays (L5, M10)."""

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from access.policy import Actor
from access.web.wizard import Step
from clients.forms.offer import OFFER_STEPS, OfferForm
from clients.models import Partnership, Product
from clients.rules import PaymentMode
from clients.services import comparison, offer_of

SUMMARY = Step("summary", gettext_lazy("Check"))


class ChangeForm(OfferForm):
    """Starts from the offer in force; `version` says which one the reader was shown (T6)."""

    steps: ClassVar[tuple[Step, ...]] = (*OFFER_STEPS, SUMMARY)

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, client: Actor, of: Partnership) -> None:
        self.before = offer_of(of)
        products = Product.objects.of_client(client)
        initial = {
            "access": self.before.access,
            "payment_mode": of.payment_mode,
            "products": public_ids(products, self.before.products),
            "version": of.version,
        }
        super().__init__(data, client=client, partner=of.partner_name, of=of, initial=initial)

    def show_again(self) -> None:
        """Lets the reader decide again, knowing the offer that is in force now (T6)."""
        self.partnership.refresh_from_db()
        self.before = offer_of(self.partnership)
        self.data = self.data.copy()
        self.data["version"] = self.partnership.version

    @property
    def gained(self) -> list[Product]:
        """What the partner reaches after the change, and did not before."""
        return self._named(comparison(self.partnership, self.offer).gained)

    @property
    def lost(self) -> list[Product]:
        return self._named(comparison(self.partnership, self.offer).lost)

    @property
    def payer_changes(self) -> bool:
        return self.before.payment_mode != self.offer.payment_mode

    @property
    def payer_before(self) -> str:
        by_partner = self.before.payment_mode == PaymentMode.PARTNER
        return self.partner_name if by_partner else self.partnership.client_name

    @property
    def payment_consequence(self) -> str:
        """What the new payer means for both, in a sentence or two (M10)."""
        explanations = self.fields["payment_mode"].widget.explanations
        return str(explanations[self.offer.payment_mode])

    @property
    def nothing_changes(self) -> bool:
        return self.before == self.offer

    def _named(self, keys: Collection[int]) -> list[Product]:
        return [product for product in self.by_id.values() if product.pk in keys]


def public_ids(products: Any, keys: Collection[int]) -> list[str]:
    """The public ids of those of `products` that have one of the primary `keys`."""
    return list(products.filter(pk__in=keys).values_list("public_id", flat=True))
