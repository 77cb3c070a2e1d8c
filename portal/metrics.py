"""What Prometheus reads: measures of requests, kept by each process, and gauges from the database,
asked for when it reads them (docs/monitoring.md lists all).

Several processes of one web server share their counts through files: `portal.web_server` says
where. In one process alone (development, tests) they are kept in memory.
"""

from __future__ import annotations

import os
from http import HTTPMethod

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from access.web.pages import public
from portal.gauges import Standing

FILES = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset(HTTPMethod)
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

REQUESTS = CollectorRegistry()
ANSWERED = Counter(
    "portal_requests",
    "Requests answered, by the name of the address, method and class of status.",
    ("route", "method", "status"),
    registry=REQUESTS,
)
SECONDS = Histogram(
    "portal_request_seconds",
    "Seconds until the answer began, by the name of the address.",
    ("route",),
    buckets=BUCKETS,
    registry=REQUESTS,
)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Counts one request. Labels are bounded: names of addresses, known methods, classes."""
    ANSWERED.labels(route, method if method in METHODS else "other", f"{status // 100}xx").inc()
    SECONDS.labels(route).observe(seconds)


@public(reason="Machines have no login: they show METRICS_TOKEN, and the proxy keeps it inside.")
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """All measures as text, for who shows the token; without METRICS_TOKEN there is no such page,
    except in development."""
    if not _allowed(request):
        raise Http404
    found = generate_latest(_of_requests()) + generate_latest(_standing())
    return HttpResponse(found, content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    if not settings.METRICS_TOKEN:
        return settings.DEBUG
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    right = constant_time_compare(given.strip(), settings.METRICS_TOKEN)
    return right and scheme.lower() == "bearer"


def _of_requests() -> CollectorRegistry:
    if FILES not in os.environ:
        return REQUESTS
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _standing() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(Standing())
    return registry
