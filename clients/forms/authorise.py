"""Authorising a partner (L3): find it, then say what it may reach and who pays."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.errors import Refused
from access.limits import spend
from access.policy import Actor
from access.web.widgets import ChoiceCards
from access.web.wizard import Step
from clients.forms.offer import OFFER_STEPS, OfferForm
from clients.models import Partnership
from partners.models import Partner

SEARCHES = 60
SEARCH_WINDOW = timedelta(hours=1)
SHOWN = 10

PARTNER = Step("partner", gettext_lazy("Partner"), ("q", "partner"))
SUMMARY = Step("summary", gettext_lazy("Summary"), ("message",))


class AuthoriseForm(OfferForm):
    """An invitation of the actor's organisation to a partner that it looked up.

    Only listed partners are found, by a part of their name or by an exact address, and each
    search is counted (threat T27). The partner goes by its organisation's address in the portal.
    """

    steps: ClassVar[tuple[Step, ...]] = (PARTNER, *OFFER_STEPS, SUMMARY)

    q = forms.CharField(
        label=gettext_lazy("Name or e-mail address of the partner"),
        max_length=254,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    partner = forms.ChoiceField(
        label=gettext_lazy("Choose the partner"),
        required=False,
        widget=ChoiceCards,
        error_messages={"invalid_choice": gettext_lazy("No listed partner found.")},
    )
    message = forms.CharField(
        label=gettext_lazy("Message to the partner"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the e-mail that the partner gets."),
    )

    def __init__(self, data: Any = None, *, client: Actor, **kwargs: Any) -> None:
        picked = data.get("partner", "") if data else kwargs.get("initial", {}).get("partner", "")
        self.picked = self._listed(picked)
        super().__init__(data, client=client, partner=str(self.picked or ""), **kwargs)
        self.searching = bool(data) and (data.get("go") == "search" or not picked)
        self.found: list[Partner] | None = None
        self._offer_choices([self.picked] if self.picked else [])

    @property
    def whom(self) -> Partner | None:
        return self.picked

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if not self.searching:
            return text
        if len(text) < 2:
            raise ValidationError(_("Enter at least two letters of the name, or the address."))
        try:
            spend(f"partner search of {self.client.person.pk}", most=SEARCHES, window=SEARCH_WINDOW)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
        found = Partner.objects.open_to_clients().search(text)
        self.found = list(found.order_by("organisation__name", "pk")[: SHOWN + 1])
        self._offer_choices(self.found[:SHOWN])
        return text

    def clean_partner(self) -> Partner | None:
        if self.searching or self.picked is None:
            raise ValidationError(_("Choose the partner."))
        return self.picked

    def forgive(self) -> None:
        """Choosing among what was found is the next thing to do, not a mistake."""
        if self.found:
            self.errors.pop("partner", None)

    @property
    def told(self) -> str:
        """What the search found, as a sentence; empty when none was made."""
        if self.found is None:
            return ""
        if len(self.found) > SHOWN:
            return _(
                "More than %(n)d partners fit: these are the first. Enter more of the name."
            ) % {"n": SHOWN}
        if not self.found:
            return _("No listed partner found.")
        return ngettext("%(n)d partner found.", "%(n)d partners found.", len(self.found)) % {
            "n": len(self.found)
        }

    @property
    def request_waiting(self) -> Partnership | None:
        """What the picked partner itself already asks of this person (L1)."""
        if self.picked is None:
            return None
        return Partnership.objects.asked_of(self.client.person).filter(partner=self.picked).first()

    @staticmethod
    def _listed(slug: str) -> Partner | None:
        if not slug or "\x00" in slug:
            return None
        return Partner.objects.open_to_clients().filter(organisation__slug=slug).first()

    def _offer_choices(self, partners: list[Partner]) -> None:
        field = self.fields["partner"]
        field.choices = [(partner.organisation.slug, str(partner)) for partner in partners]  # type: ignore[attr-defined]
        field.widget.explanations = {
            partner.organisation.slug: " · ".join(
                part
                for part in (
                    partner.organisation.city,
                    partner.organisation.get_country_display(),
                    partner.organisation.website.removeprefix("https://").rstrip("/"),
                    _("partner since %(date)s")
                    % {"date": date_format(partner.approved_at, "YEAR_MONTH_FORMAT")},
                )
                if part
            )
            for partner in partners
        }
