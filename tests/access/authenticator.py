"""A person's authenticator app and passkey, as the tests hold them."""

from time import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.test import Client

from access.models import User

PASSWORD = "demo-password"


def code_of(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time()) // 30))


def add_app(person: User) -> str:
    """The person has an authenticator app and recovery codes from now on; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def add_passkey(person: User, name: str = "Phone") -> Authenticator:
    """A passkey that no browser holds: its state shows, but it signs nobody in."""
    data = {"name": name, "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)


def sign_in(email: str, **extra: Any) -> Client:
    """A browser in which the person has typed address and password, as a person does."""
    browser = Client(**extra)
    browser.cookies["django_language"] = "en"
    browser.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return browser


def prove(
    browser: Client, person: User, *, at: float | None = None, type: str = "webauthn"
) -> None:
    """The person has just proven again that it is them, with a passkey unless said otherwise."""
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": type, "reauthenticated": True, "at": at or time()}
    ]
    session["account_authentication_methods_user"] = str(person.pk)
    session.save()
