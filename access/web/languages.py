"""Which language a request speaks, where Django's LocaleMiddleware does not find it (an address of
a public page, or the choice in this browser's cookie).

A stranger's way from a public page to the sign-in names its language (`?language=fr`), and a cookie
keeps it until the browser closes. It counts for strangers only: who is in has a language of their
own.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_from_path

NAMED = "language"
COOKIE = "visit_language"


def of_request(request: HttpRequest) -> str | None:
    """The profile's language, or the one that a stranger came with; None where another rules."""
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
    if chosen or get_language_from_path(request.path_info):
        return None
    if request.user.is_authenticated:
        return request.user.language
    return _named(request) or _known(request.COOKIES.get(COOKIE))


def keep(request: HttpRequest, response: HttpResponse) -> None:
    """Keeps the language that the address names, for the stranger's next pages."""
    in_path = get_language_from_path(request.path_info)  # there, caches keep what all may read
    if not (in_path or request.user.is_authenticated) and (named := _named(request)):
        response.set_cookie(
            COOKIE,
            named,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def with_language(address: str) -> str:
    """The address, which has no query yet, naming the language in use."""
    return f"{address}?{NAMED}={get_language() or settings.LANGUAGE_CODE}"


def _named(request: HttpRequest) -> str | None:
    return _known(request.GET.get(NAMED))


def _known(language: str | None) -> str | None:
    return language if language in dict(settings.LANGUAGES) else None
