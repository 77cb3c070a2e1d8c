"""Forms of a person's own account."""

from datetime import timedelta
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from access.errors import Refused
from access.forms.addresses import accept_plain_only
from access.forms.names import plain_name
from access.limits import spend
from access.models import User

PASSWORD_TRIES = 5
PASSWORD_WINDOW = timedelta(minutes=15)


class OurWords(forms.Form):
    """Calls the address field what the rest of the portal calls it, and takes what that takes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"login", "email"} & set(self.fields):
            self.fields[name].label = _("E-mail address")
            self.fields[name].widget.attrs.pop("placeholder", None)
            accept_plain_only(self.fields[name])


class LoginForm(OurWords, allauth_forms.LoginForm):
    pass


class ResetPasswordForm(OurWords, allauth_forms.ResetPasswordForm):
    pass


class AddEmailForm(OurWords, allauth_forms.AddEmailForm):
    pass


class SignupForm(OurWords, allauth_forms.SignupForm):
    """Sign-up with a name, which the other people of an organisation read."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1", "password2"]

    def clean_name(self) -> str:
        return plain_name(self.cleaned_data["name"])


class PasswordForm(forms.Form):
    """Asks for the password of the person who is signed in, before something that cannot be
    undone (L6, threat T21). Five tries in a quarter of an hour, counted in the database.

    `confirmed`: they have just confirmed with a passkey, so no password is asked.
    """

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("To make sure that it is you."),
        strip=False,
    )

    def __init__(self, *args: Any, person: User, confirmed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.confirmed = confirmed
        self.fields["password"].required = not confirmed

    def clean_password(self) -> str:
        if self.confirmed:
            return ""
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
