"""The client's answer to a partner's request (L1): what was asked, or something else."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.models import Organisation, User
from access.policy import Actor, as_member
from access.web.widgets import ChoiceCards
from access.web.wizard import Step
from clients.forms.offer import OFFER_STEPS, OfferForm
from clients.models import Partnership, Product
from clients.rules import Access, PaymentMode

ORGANISATION = Step("organisation", gettext_lazy("Organisation"), ("organisation",))
SUMMARY = Step("summary", gettext_lazy("Check"))


class GrantForm(OfferForm):
    """Starts with what was asked and marks it; the client's choice wins (T7).

    `organisations` are those for which `person` answers: the one chosen decides which products
    can be granted, so choosing another begins with its own (T28).
    """

    steps: ClassVar[tuple[Step, ...]] = (ORGANISATION, *OFFER_STEPS, SUMMARY)

    organisation = forms.ChoiceField(
        label=gettext_lazy("For which organisation do you answer?"),
        required=False,
        widget=ChoiceCards,
        error_messages={"invalid_choice": gettext_lazy("Choose one of your own organisations.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        partnership: Partnership,
        person: User,
        organisations: Sequence[Organisation],
    ) -> None:
        self.organisations = {one.slug: one for one in organisations}
        self.request = partnership
        self.asked_categories = set(partnership.asked_categories.values_list("pk", flat=True))
        data = data.copy() if data else None
        super().__init__(
            data,
            client=self._client(data, person),
            partner=partnership.partner_name,
            of=partnership,
            initial={
                "access": partnership.asked_access,
                "payment_mode": partnership.asked_payment_mode or PaymentMode.CLIENT,
            },
        )
        field = self.fields["organisation"]
        field.choices = [(one.slug, one.name) for one in organisations]  # type: ignore[attr-defined]
        field.widget.explanations = {one.slug: one.city for one in organisations}
        self._start_with_asked()

    def applies(self, step: Step) -> bool:
        return len(self.organisations) > 1 if step is ORGANISATION else super().applies(step)

    def clean_organisation(self) -> Organisation | None:
        if self.client is None:
            raise forms.ValidationError(_("Choose the organisation."))
        return self.client.organisation

    @property
    def differences(self) -> list[str]:
        """Where the grant is less, more or other than what was asked, in sentences (T7)."""
        found = self._access_differences()
        if self.until:
            until = _("Less: until %(day)s only. No end date was asked for.")
            found.append(until % {"day": date_format(self.until, "DATE_FORMAT")})
        return found

    def _access_differences(self) -> list[str]:
        names = {"partner": self.partner_name, "n": len(self.chosen)}
        asked, offer = self.request.asked_access, self.offer
        if asked != offer.access:
            if offer.access == Access.FULL:
                return [_("More: %(partner)s asked for limited access, you give full.") % names]
            return [
                ngettext(
                    "Less: %(partner)s asked for full access, you give %(n)d product.",
                    "Less: %(partner)s asked for full access, you give %(n)d products.",
                    len(self.chosen),
                )
                % names
            ]
        if offer.access == Access.FULL:
            if offer.payment_mode == self.request.asked_payment_mode:
                return []
            return [_("Other: it was asked that %(payer)s pays.") % {"payer": self._asked_payer}]
        return self._product_differences()

    def _product_differences(self) -> list[str]:
        chosen = {product.pk for product in self.chosen}
        left_out = [one.name for one in self._asked() if one.pk not in chosen]
        unasked = [one.name for one in self.chosen if not self._is_asked(one)]
        found = []
        if left_out:
            found.append(_("Less: asked, but not given: %s.") % ", ".join(left_out))
        if unasked:
            found.append(_("More: given, though not asked: %s.") % ", ".join(unasked))
        return found

    @property
    def _asked_payer(self) -> str:
        if self.request.asked_payment_mode == PaymentMode.PARTNER:
            return self.partner_name
        return self.client.organisation.name if self.client else ""

    def _client(self, data: Any, person: User) -> Actor | None:
        """The person as the one who answers for the organisation chosen, or for their only one."""
        chosen = self.organisations.get(data.get("organisation", "")) if data else None
        if len(self.organisations) == 1:
            chosen = next(iter(self.organisations.values()))
        return as_member(person, chosen) if chosen else None

    def _start_with_asked(self) -> None:
        """Ticks the products asked for, when the form begins or its organisation was chosen."""
        ticked = [
            product.public_id
            for product in self._asked()
            if product.public_id not in self.fields["products"].widget.taken
        ]
        self.initial["products"] = ticked
        if self.data.get("step") == ORGANISATION.key:
            self.data.setlist("products", ticked)
        mark = _("asked for")
        self.fields["access"].widget.marks = {self.request.asked_access: mark}
        self.fields["payment_mode"].widget.marks = {self.request.asked_payment_mode: mark}
        self.fields["products"].widget.marks = {one.public_id: mark for one in self._asked()}

    def _asked(self) -> list[Product]:
        return [product for product in self.by_id.values() if self._is_asked(product)]

    def _is_asked(self, product: Product) -> bool:
        return product.product_type.category_id in self.asked_categories
