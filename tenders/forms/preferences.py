"""The form by which a partner chooses which tenders reach it (T2)."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from access.forms.addresses import AddressField
from access.forms.amounts import AmountField
from access.policy import Actor
from clients.models import Category
from tenders.models import TenderPreference
from tenders.rules import Rhythm

NEAR = ("CH", "LI", "FR", "DE", "AT", "IT", "ES", "BE", "LU", "MC", "NL", "PT", "GB")
"""Countries that the form offers; who ticks none hears of tenders from everywhere."""


class PreferenceForm(forms.Form):
    """What the partner wants to hear of; a pause keeps the choice."""

    wanted = forms.BooleanField(
        label=gettext_lazy("Send us new tenders by e-mail"),
        required=False,
        help_text=gettext_lazy("Untick it for a pause: what you chose below stays."),
    )
    categories: "forms.ModelMultipleChoiceField[Category]" = forms.ModelMultipleChoiceField(
        queryset=None,
        to_field_name="slug",
        label=gettext_lazy("Categories"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A tender in one of them is enough."),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("In which the requester wants to be spoken to."),
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tick none to hear of tenders from everywhere."),
    )
    least_budget = AmountField(
        label=gettext_lazy("Budget from"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Collected ones come in one mail at seven in the morning, once a week on Mondays. What "
            "is over by then is left out."
        ),
    )
    address = AddressField(
        label=gettext_lazy("E-mail address for tenders"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mail_language = forms.ChoiceField(
        label=gettext_lazy("Language of the mails"), choices=settings.LANGUAGES
    )

    def __init__(
        self, *args: Any, actor: Actor, preference: TenderPreference | None, **kwargs: Any
    ):
        kwargs["initial"] = _said(actor, preference)
        super().__init__(*args, **kwargs)
        kinds = Category.objects.order_by("position", "pk")
        self.fields["categories"].queryset = kinds  # type: ignore[attr-defined]
        offered = dict.fromkeys([*NEAR, *(preference.countries if preference else [])])
        self.fields["countries"].choices = [  # type: ignore[attr-defined]
            (code, countries.name(code)) for code in offered
        ]
        self.fields["least_budget"].help_text = _(
            "In %(currency)s, excluding VAT; in another currency the same figure counts. Tenders "
            "that name no budget reach you always."
        ) % {"currency": actor.organisation.currency}

    def clean_address(self) -> str:
        """One that stands in a header as it is (T34)."""
        address: str = self.cleaned_data["address"]
        if any(character in address for character in ' ,;<>"'):
            raise ValidationError(_("Enter a plain e-mail address, without quotes."))
        return address

    def clean(self) -> dict[str, Any]:
        """A choice without a category or a language would never match anything."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("wanted"):
            for name in ("categories", "languages"):
                if name not in self.errors and not said.get(name):
                    self.add_error(name, _("Choose at least one."))
        return said


def _said(actor: Actor, preference: TenderPreference | None) -> dict[str, Any]:
    """What was chosen before, else a proposal."""
    if preference is None:
        language = actor.person.language
        address = actor.organisation.partner.contact_email or actor.person.email
        known = {"address": address, "mail_language": language, "languages": [language]}
        return {"wanted": True, "rhythm": Rhythm.AT_ONCE, **known}
    names = (
        "wanted",
        "rhythm",
        "languages",
        "countries",
        "least_budget",
        "address",
        "mail_language",
    )
    chosen = {name: getattr(preference, name) for name in names}
    return chosen | {"categories": list(preference.categories.all())}
