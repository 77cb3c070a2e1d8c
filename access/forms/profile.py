"""Forms of a person's own profile, and of their passkeys."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from access.forms.names import plain_name
from access.models import User

LANGUAGE_NAMES = {
    "en": "English",
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "es": "Español",
}


class ProfileForm(forms.ModelForm):
    """How the portal calls somebody, and in which language it speaks to them."""

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name")}
        help_texts = {
            "name": _("The other people of your organisations and your clients read it."),
            "language": _("Of the pages, and of the mails that we send you."),
        }
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [
            (code, LANGUAGE_NAMES.get(code, name)) for code, name in settings.LANGUAGES
        ]

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])

    def _post_clean(self) -> None:
        """The service writes, so the person stays as they are while the form is only checked."""


# What the parsers below raise when a credential is not what a browser makes.
MALFORMED = (
    ArithmeticError,
    AttributeError,
    InvalidSignature,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    UnsupportedAlgorithm,
    ValueError,
    struct.error,
)


def _refusal() -> ValidationError:
    return get_adapter().validation_error("incorrect_code")


class AddPasskeyForm(AddWebAuthnForm):
    """allauth's, in our words. A forged credential is refused, whatever it holds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, alone = self.fields["name"], self.fields["passwordless"]
        name.label, name.max_length = _("Name"), 60
        name.widget.attrs["maxlength"] = 60
        name.help_text = _("To tell your passkeys apart: “Phone”, “Key on my key ring”.")
        name.initial = ""
        self.initial["name"] = ""
        alone.label = _("Sign in with it alone, without a password")
        alone.help_text = _(
            "It then asks for your finger, your face or its PIN. Without this it only comes after "
            "the password, and old security keys work too."
        )
        alone.initial = True

    def clean_name(self) -> str:
        return plain_name(super().clean_name())[:60]

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except MALFORMED as problem:
            raise _refusal() from problem


class _PasskeyForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except MALFORMED as problem:
            raise _refusal() from problem


class AuthenticatePasskeyForm(_PasskeyForm):
    """The second step of signing in."""


class LoginPasskeyForm(_PasskeyForm, LoginWebAuthnForm):
    """Signing in with a passkey alone."""


class ReauthenticatePasskeyForm(_PasskeyForm, ReauthenticateWebAuthnForm):
    """Proving again that it is you."""
