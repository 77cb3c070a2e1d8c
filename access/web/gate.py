"""The way to a second factor and back, for somebody who needs one and has none."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from access.factors import FACTORS
from access.models import User
from access.second_factor import Reason


def to_second_factor(request: HttpRequest, why: Reason, onward: str = "") -> HttpResponse:
    """Leads to the page that says why and how. Nothing of the organisation goes along, and what
    was sent with a form is lost: the person comes back to the page where it stood, or `onward`."""
    request.actor = None  # type: ignore[attr-defined]
    onward = urlencode({"why": why.value, "next": onward or request.get_full_path()})
    return redirect(f"{reverse('second_factor')}?{onward}")


def end_weaker_sessions(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **signal: Any
) -> None:
    """With the first second factor, the sessions that were opened without one end (T40); else
    who had stolen the password would stay in."""
    if Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk):
        return
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    ended = [other.end() for other in others] if authenticator.type in FACTORS else []
    if ended:
        messages.info(request, _("Your other sessions are ended: they had no second factor."))
