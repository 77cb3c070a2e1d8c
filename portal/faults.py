"""What a page answers when a server behind it fails: a short page that asks nothing of any server.

Django hands every failure that nobody caught to `portal.views.server_error`, those of middleware
too; what it is, is read from the failure itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_request, override

from portal import logs, storage
from portal.observing import INSIDE

RETRY_AFTER = 5
"""Seconds after which a program may ask again: how long a restart takes."""
AWAY = ("08", "57P01", "57P02", "57P03", "53300")
"""How the codes begin by which PostgreSQL refuses or cuts a connection. A statement that took too
long (57014) or waited too long for a lock (55P03) is none of them: the server is there."""
CUT = ("terminating connection", "connection is closed", "connection already closed")
SAFE = ("GET", "HEAD", "OPTIONS")
DEEPEST = 10


def database_away(failure: BaseException | None) -> bool:
    """Whether a lost or refused connection to PostgreSQL is behind a failure."""
    return any(_is_away(link) for link in _chain(failure))


def store_full(failure: BaseException | None) -> bool:
    """Whether a disk that takes no more files is behind a failure."""
    return any(storage.is_full(link) for link in _chain(failure))


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """A failure and what caused it."""
    for _step in range(DEEPEST):
        if failure is None:
            return
        yield failure
        failure = failure.__cause__ or failure.__context__


def _is_away(failure: BaseException) -> bool:
    if isinstance(failure, Error):  # Django's: psycopg's is its cause, if there is one
        return any(words in str(failure) for words in CUT)
    if not isinstance(failure, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    if failure.sqlstate is None:  # what the server never got to answer
        return True
    return failure.sqlstate.startswith(AWAY)


def database_page(request: HttpRequest) -> HttpResponse:
    """503 while PostgreSQL is away, in the reader's language as far as the request tells it."""
    if request.path_info in INSIDE:
        answer: HttpResponse = JsonResponse({"database": "unavailable"}, status=503)
    else:
        answer = _page(request, "503.html", 503)
    answer["Retry-After"] = str(RETRY_AFTER)
    add_never_cache_headers(answer)
    return answer


def store_page(request: HttpRequest) -> HttpResponse:
    """507 when a file could not be written."""
    answer = _page(request, "507.html", 507)
    add_never_cache_headers(answer)
    return answer


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    facts = {
        "reference": logs.request_id(),
        "sent": request.method not in SAFE,
        "support": settings.VENDOR_SUPPORT_EMAIL,
    }
    language = get_language_from_request(request, check_path=True)
    with override(language):
        return render(None, template, facts | {"language": language}, status=status)
