"""What every request of a person gets: their language, and answers that no cache keeps."""

import time
from collections.abc import Callable
from ipaddress import ip_address

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from access import log
from access.web import languages


def client_address(request: HttpRequest) -> str | None:
    """The network address that the request came from. `X-Forwarded-For` counts only as far as
    the configured number of proxies of ours wrote it."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    hops = [hop for hop in hops if hop]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        candidate = hops[-settings.TRUSTED_PROXIES]
    else:
        candidate = request.META.get("REMOTE_ADDR") or ""
    try:
        return str(ip_address(candidate))
    except ValueError:
        return None


class PersonMiddleware:
    """Speaks the signed-in person's language, and marks their pages `no-store`.

    The language that an address names (`/fr/directory/`) wins over the choice in the language
    cookie, and that one over the profile, so that a choice made on a public page is kept for the
    visit. A stranger's way in names one, too (`access.web.languages`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        signed_in = request.user.is_authenticated
        if language := languages.of_request(request):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()  # type: ignore[attr-defined]
        with log.acting_from(client_address(request)):
            response = self.get_response(request)
        languages.keep(request, response)
        signed_in = signed_in or request.user.is_authenticated
        if signed_in and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


SEEN = "seen_at"
SEEN_EVERY = 300  # seconds


class SessionActivityMiddleware:
    """Keeps the list of a person's own sessions (T40): when and from where each was last used.

    Noted at most every five minutes, so that a page costs no write for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if request.user.is_authenticated and now - request.session.get(SEEN, 0) >= SEEN_EVERY:
            UserSession.objects.create_from_request(request)
            request.session[SEEN] = now
        return self.get_response(request)
