"""Forms of people and organisations."""

from datetime import timedelta
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as NumberError

from access.errors import Refused
from access.limits import spend
from access.models import Organisation, User

PASSWORD_TRIES = 5
PASSWORD_WINDOW = timedelta(minutes=15)

REGISTRATION_NUMBERS = {"CH": "uid", "LI": "peid", "FR": "siret", "DE": "handelsregisternummer"}
"""Country -> the kind of company number that python-stdnum checks there; elsewhere VAT (O7)."""


class SignupForm(allauth_forms.SignupForm):
    """Sign-up with a name, which the other people of an organisation read."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1", "password2"]

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])


def plain_name(name: str) -> str:
    """The name on one line. Raises ValidationError when it holds a web address, which would
    become a link in somebody's mail (threat T34)."""
    name = " ".join(name.split())
    if "://" in name or "www." in name.lower():
        raise ValidationError(_("A name holds no web address."))
    return name


class PasswordForm(forms.Form):
    """Asks for the password of the person who is signed in, before something that cannot be
    undone (L6, threat T21). Five tries in a quarter of an hour, counted in the database."""

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("To make sure that it is you."),
        strip=False,
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        try:
            spend(f"password of {self.person.pk}", most=PASSWORD_TRIES, window=PASSWORD_WINDOW)
        except Refused:
            raise ValidationError(
                _("Too many tries. Wait a quarter of an hour, then try again.")
            ) from None
        if not self.person.check_password(password):
            raise ValidationError(_("This is not your password. Please try again."))
        return password


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
        self.fields["country"].choices = [("", _("Choose…")), *countries]
        self.fields["website"].assume_scheme = "https"

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        country = data.get("country", "")
        kind = REGISTRATION_NUMBERS.get(country)
        self._check(data, "registration_number", country, kind or "vat")
        self._check(data, "vat_number", country, "vat")
        return data

    def _check(self, data: dict[str, Any], field: str, country: str, kind: str) -> None:
        """Replaces the number by its compact form, or says that it does not check."""
        number, module = data.get(field), get_cc_module(country.lower(), kind)
        if not number or module is None:
            return
        try:
            data[field] = module.validate(number)
        except NumberError:
            self.add_error(field, _("This number does not check. Is there a typing error?"))
