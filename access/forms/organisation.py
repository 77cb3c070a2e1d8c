"""Forms of organisations, with real checks of their numbers (O6, O7)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from access.forms.names import plain_name
from access.models import Organisation

REGISTRATION_NUMBERS = {"CH": "uid", "LI": "peid", "FR": "siret", "DE": "handelsregisternummer"}
"""Country -> the kind of company number that python-stdnum checks there; elsewhere VAT (O7)."""


def checked_number(number: Any, country: str, kind: str) -> Any:
    """The number in its compact form; as it is where there is no check for the country (O7).
    Raises ValidationError where it does not check."""
    module = get_cc_module(country.lower(), kind)
    if not number or module is None:
        return number
    try:
        return module.validate(number)
    except NumberError as wrong:
        raise forms.ValidationError(
            _("This number does not check. Is there a typing error?")
        ) from wrong


def checked_registration_number(number: str, country: str) -> str:
    """The number under which a company of this country is registered (O7)."""
    found: str = checked_number(number, country, REGISTRATION_NUMBERS.get(country, "vat"))
    return found


class OrganisationForm(forms.ModelForm):
    """The data of a new organisation, with real checks of its numbers (O6, O7)."""

    country = forms.ChoiceField(
        label=_("Country"),
        help_text=_("It fixes the currency: CHF in Switzerland and Liechtenstein, EUR elsewhere."),
    )

    class Meta:
        model = Organisation
        fields = [
            "name",
            "country",
            "street",
            "postcode",
            "city",
            "registration_number",
            "vat_number",
            "website",
        ]
        help_texts = {
            "registration_number": _(
                "The number in the commercial register: UID in Switzerland, SIRET in France …"
            ),
            "vat_number": _("With the country's letters, for example FR 40 303 265 045."),
            "website": _("Begins with https://"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self.fields:
            self.fields["country"].choices = [("", _("Choose…")), *countries]
        self.fields["website"].assume_scheme = "https"

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        country = self._country(data)
        kind = REGISTRATION_NUMBERS.get(country)
        self._check(data, "registration_number", country, kind or "vat")
        self._check(data, "vat_number", country, "vat")
        return data

    def _country(self, data: dict[str, Any]) -> str:
        return data.get("country", "")

    def _check(self, data: dict[str, Any], field: str, country: str, kind: str) -> None:
        """Replaces the number by its compact form, or says that it does not check."""
        try:
            data[field] = checked_number(data.get(field), country, kind)
        except forms.ValidationError as wrong:
            self.add_error(field, wrong)


class OrganisationDataForm(OrganisationForm):
    """The data that an organisation's people change themselves: all but the country, which fixes
    the currency (O6)."""

    country = None  # type: ignore[assignment]

    class Meta(OrganisationForm.Meta):
        fields = [
            *(name for name in OrganisationForm.Meta.fields if name != "country"),
            "requires_second_factor",
        ]
        labels = {"requires_second_factor": _("Ask everybody here for a second factor")}
        help_texts = OrganisationForm.Meta.help_texts | {
            "requires_second_factor": _(
                "Each person sets up an authenticator app or a passkey before they can open this "
                "organisation again, you too."
            )
        }

    def _country(self, data: dict[str, Any]) -> str:
        return str(self.instance.country)
