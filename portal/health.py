"""What a load balancer and a monitor ask: is this process up, can it work, and does all work?

Three questions, because the wrong answer to the wrong one makes trouble worse (docs/monitoring.md):

- `/healthz`: does the process serve? Who restarts processes asks this.
- `/readyz/web`: can this process answer pages? A balancer asks this. Pages need the database only:
  they work without the broker, and a mail server that is away is no reason to show no pages.
- `/readyz`: does all work, the mails too? Whoever wakes people up asks this.
"""

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
from portal import mail_watch

logger = logging.getLogger(__name__)
SECONDS = 3
OK, UNAVAILABLE, UNKNOWN = "ok", "unavailable", "unknown"


@public(reason="A load balancer has no login; the answer tells nothing but that we are up.")
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as soon as the process serves requests, whatever the servers behind it do."""
    return HttpResponse("ok\n", content_type="text/plain")


@public(reason="A load balancer has no login; the answer names no server and no fault.")
@never_cache
def readyz_web(request: HttpRequest) -> HttpResponse:
    """Answer 200 when this process can answer pages: when the database answers."""
    return _answer({"database": _said(ask_database)})


@public(reason="A monitor has no login; the answer names no server, no person and no mail.")
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when database and broker answer and no mail is stuck, else 503 with the part that
    is to blame; the log holds what a server said."""
    found = {"database": _said(ask_database), "broker": _said(ask_broker)}
    found["mail"] = ask_mail() if found["database"] == OK else UNKNOWN
    return _answer(found)


def _answer(found: dict[str, str]) -> HttpResponse:
    good = all(said == OK for said in found.values())
    return JsonResponse(found, status=200 if good else 503)


def _said(ask: Callable[[], None]) -> str:
    return OK if answers(ask) else UNAVAILABLE


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


def ask_mail() -> str:
    """`ok`, or why mail is stuck: reasons of ours, in which no server and no mail is named."""
    try:
        reason = mail_watch.stuck()
    except Exception as problem:  # the database may have gone since it answered
        logger.warning("Not ready: the outbox can't be asked: %s", problem)
        return UNKNOWN
    if reason:
        logger.warning("Not ready: %s", reason)
    return f"stuck: {reason}" if reason else OK


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
