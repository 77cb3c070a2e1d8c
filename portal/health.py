"""What a load balancer asks: is this process up, and can it work?"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from access.web.pages import public

logger = logging.getLogger(__name__)
SECONDS = 3


@public(reason="A load balancer has no login; the answer tells nothing but that we are up.")
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as soon as the process serves requests, whatever the servers behind it do."""
    return HttpResponse("ok\n", content_type="text/plain")


@public(reason="A load balancer has no login; the answer names no server and no fault.")
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database and broker answer, else 503; the log holds the reason."""
    found = {"database": answers(ask_database), "broker": answers(ask_broker)}
    body = {name: "ok" if good else "unavailable" for name, good in found.items()}
    return JsonResponse(body, status=200 if all(found.values()) else 503)


def answers(ask: Callable[[], None]) -> bool:
    """Whether a server answers; any fault of it counts as no, and is logged."""
    try:
        ask()
    except Exception as problem:  # whatever goes wrong there, we are not ready
        logger.warning("Not ready: %s failed: %s", ask.__name__, problem)
        return False
    return True


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def ask_broker() -> None:
    """Ask Redis, or see that we may write where messages are kept."""
    url = settings.CELERY_BROKER_URL
    if url.startswith("files:"):
        folder = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["folder"])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(f"{folder} is closed to us")
        return
    with redis.Redis.from_url(
        url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS
    ) as client:
        client.ping()
