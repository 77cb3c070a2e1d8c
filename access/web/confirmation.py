"""A passkey instead of the password, before something that cannot be undone (L6, T21)."""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

FRESH = 300  # seconds
SPENT = "passkey_spent_at"


def _confirmed_at(request: HttpRequest) -> float:
    """When the person last proved with a passkey, in this session, that it is them; else 0."""
    records: list[dict[str, Any]] = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    proofs = [
        record["at"]
        for record in records
        if record.get("reauthenticated") and record.get("type") == Authenticator.Type.WEBAUTHN
    ]
    return max(proofs, default=0)


def by_passkey(request: HttpRequest) -> bool:
    """Whether the person has just confirmed with a passkey: at most five minutes ago, and for
    nothing else since."""
    at = _confirmed_at(request)
    fresh = time.time() - at < FRESH
    return fresh and at > request.session.get(SPENT, 0)


def spend(request: HttpRequest) -> None:
    """What was confirmed is done: the next thing asks anew."""
    request.session[SPENT] = _confirmed_at(request)


def has_passkey(request: HttpRequest) -> bool:
    return Authenticator.objects.filter(
        user=request.user.pk, type=Authenticator.Type.WEBAUTHN
    ).exists()


def passkey_url(onward: str) -> str:
    """The page that asks for the passkey, and leads back to `onward`."""
    return f"{reverse('mfa_reauthenticate_webauthn')}?{urlencode({'next': onward})}"
