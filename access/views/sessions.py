"""A person's own sessions: seen and ended (T40)."""

from dataclasses import dataclass
from typing import Any

from allauth.usersessions.internal.flows import sessions as flows
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from access.devices import MOBILE, browser_of, system_of
from access.web.pages import ACTION, person


@dataclass(frozen=True)
class Row:
    """A session as its owner reads it. `id` tells neither its key nor how many there are (T43)."""

    id: str
    session: UserSession
    browser: str
    system: str
    current: bool

    @property
    def icon(self) -> str:
        return "phone" if self.system in MOBILE else "laptop"


def _row(request: HttpRequest, session: UserSession) -> Row:
    return Row(
        id=salted_hmac("own session", session.session_key, algorithm="sha256").hexdigest()[:24],
        session=session,
        browser=browser_of(session.user_agent),
        system=system_of(session.user_agent),
        current=session.session_key == request.session.session_key,
    )


def _rows(request: HttpRequest) -> list[Row]:
    """The sessions that still work, this one first, then the last used."""
    alive: list[Any] = UserSession.objects.purge_and_list(request.user)  # type: ignore[arg-type]
    alive.sort(key=lambda session: session.last_seen_at, reverse=True)
    return sorted((_row(request, one) for one in alive), key=lambda row: not row.current)


@person(reason="Lists the person's own sessions.")
def sessions(request: HttpRequest) -> HttpResponse:
    return render(request, "access/sessions.html", {"rows": _rows(request)})


@person(reason="Ends one of the person's own sessions.", methods=ACTION)
def session_end(request: HttpRequest, session: str) -> HttpResponse:
    row = next((one for one in _rows(request) if one.id == session), None)
    if row is None:
        raise Http404
    flows.end_sessions(request, [row.session])
    if row.current:
        return redirect("account_login")
    messages.success(request, _("The session is ended. Whoever used it is signed out."))
    return redirect("sessions")


@person(reason="Ends all sessions of the person but this one.", methods=ACTION)
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    flows.end_other_sessions(request, request.user)  # type: ignore[arg-type]
    messages.success(request, _("All your other sessions are ended."))
    return redirect("sessions")
