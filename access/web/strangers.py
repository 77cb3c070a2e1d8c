"""Pages of strangers, which are the same for all of them: what caches may keep, and forms without
a token (T41)."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt, csrf_protect

# Cookies that make a page nobody's own: its look and its language, and Django's own.
OF_NOBODY = {"theme", settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}

type View = Callable[..., HttpResponseBase]


def shared(view: Callable[..., HttpResponse]) -> View:
    """The page of a stranger may be kept by shared caches, which ask each time whether it still
    holds: what is taken from the directory is gone at once. Anybody else's is private (T41)."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ("Cookie",))
        if request.user.is_authenticated:
            return response  # the middleware marks it `no-store`
        if not _of_nobody(request, response):
            response.headers["Cache-Control"] = "private, no-cache"
            return response
        response.headers["Cache-Control"] = "public, no-cache"
        etag = f'"{sha256(response.content).hexdigest()[:32]}"'
        response.headers["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    return inside


def _of_nobody(request: HttpRequest, response: HttpResponse) -> bool:
    personal = request.COOKIES.keys() - OF_NOBODY
    writes = response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE")
    return response.status_code == 200 and not personal and not writes


def without_token(view: View) -> View:
    """A form that strangers send without a token, for it stands on pages that caches keep; their
    browser has to say that it comes from a page of ours. Who is signed in sends the token."""
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return guarded(request, *args, **kwargs)
        if request.method == "POST" and not _from_here(request):
            refuse = import_string(settings.CSRF_FAILURE_VIEW)
            return refuse(request, reason=REASON_BAD_ORIGIN)  # type: ignore[no-any-return]
        return view(request, *args, **kwargs)

    return inside


def _from_here(request: HttpRequest) -> bool:
    """What a browser says of where a form stood; programs that are none say nothing."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.get_host()
