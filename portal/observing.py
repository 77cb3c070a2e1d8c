"""Around every request: its id, one line in the log, and its measures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal import logs, metrics

logger = logging.getLogger("portal.requests")

# Asked by machines inside, which call a web process by its own name or number: the name in Host
# decides nothing there.
INSIDE = ("/healthz", "/readyz", "/readyz/web", "/metrics")
# Asked all the time: a line only when something is wrong.
QUIET = ("healthz", "readyz", "readyz_web", "metrics", logs.STATIC_ROUTE)


class Queries:
    """How many statements a request sends, and how long the database took for them."""

    __slots__ = ("count", "seconds")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        begun = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += perf_counter() - begun


class ObservingMiddleware:
    """Outermost: what any other middleware answers or logs is seen, and carries the request's id.

    The id comes from the proxy (`X-Request-ID`) when there is one that we trust, else it is made;
    the answer says it. Sends no statement. The time is until the answer begins: that of a file
    which is sent in pieces ends before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = perf_counter()
        if request.path_info in INSIDE:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0]
        work = logs.Work(request_id=_id_of(request), request=request)
        request.work = work  # type: ignore[attr-defined]
        token = logs.at_work.set(work)
        queries = Queries()
        status = 500  # what the server answers when even the page about a failure fails
        try:
            with connection.execute_wrapper(queries):
                response = self.get_response(request)
            status = response.status_code
            response["X-Request-ID"] = work.request_id
        finally:
            self._note(request, status, perf_counter() - begun, queries)
            logs.at_work.reset(token)
        return response

    def _note(self, request: HttpRequest, status: int, seconds: float, queries: Queries) -> None:
        route = logs.route_of(request)
        if route == logs.UNKNOWN_ROUTE and request.path_info.startswith(settings.STATIC_URL):
            route = logs.STATIC_ROUTE
        metrics.observe(route, request.method or "", status, seconds)
        quiet = route in QUIET and status < 400
        logger.log(
            logging.DEBUG if quiet else logging.INFO,
            "%s %s %s",
            request.method,
            route,
            status,
            extra={
                "status": status,
                "ms": round(seconds * 1000, 1),
                "queries": queries.count,
                "database_ms": round(queries.seconds * 1000, 1),
            },
        )


def _id_of(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "") if settings.TRUSTED_PROXIES else ""
    return given if logs.WELL_FORMED.fullmatch(given) else logs.new_request_id()
