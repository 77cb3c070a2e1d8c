"""Logs: lines of JSON in production, readable ones in development (docs/monitoring.md).

Every record of a request or a task names what it belongs to. Which fields a line has is said in one
place, FIELDS: what a library attaches to a record besides (a request, a task's arguments) is not
written.
"""

from __future__ import annotations

import logging
import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter

from portal.redaction import HIDDEN, redacted

# What a record may carry beside its message, and what it belongs to.
EXTRAS = ("status", "ms", "queries", "database_ms", "count", "outcome")
FIELDS = (
    "time",
    "level",
    "logger",
    "message",
    "request_id",
    "method",
    "route",
    "person",
    "organisation",
    "task",
    "task_id",
    *EXTRAS,
    "exception",
)
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN_ROUTE = "none"
STATIC_ROUTE = "static"


@dataclass(slots=True)
class Work:
    """What the process does at this moment: a request, or a task that a request may have caused."""

    request_id: str = ""
    request: HttpRequest | None = None
    task: str = ""
    task_id: str = ""
    begun: float = 0.0
    around: Work | None = None  # a task may be called within a request (tests, a command)


at_work: ContextVar[Work | None] = ContextVar("at_work", default=None)


def new_request_id() -> str:
    return secrets.token_hex(8)


def request_id() -> str:
    """The id of the request that is being answered, or that caused the task; "" outside of both.

    Pages about a failure show it, so that a caller can quote it.
    """
    work = at_work.get()
    return work.request_id if work else ""


def route_of(request: HttpRequest) -> str:
    """The name of the address: never the path, which may hold a token (T4)."""
    match = request.resolver_match
    if match is None:
        return UNKNOWN_ROUTE
    return match.view_name or UNKNOWN_ROUTE


def belongings(record: logging.LogRecord | None = None) -> dict[str, Any]:
    """The fields that every record of the present request or task carries. Asks no database: the
    person and the organisation are named once the page has found them. Django says some things
    when all middleware is done; such a record brings its request along."""
    work = at_work.get() or getattr(getattr(record, "request", None), "work", None)
    if work is None:
        return {}
    found: dict[str, Any] = {"request_id": work.request_id}
    if work.task:
        found |= {"task": work.task, "task_id": work.task_id}
    if (request := work.request) is not None:
        found |= {"method": request.method, "route": route_of(request)}
        person = getattr(request, "_cached_user", None)  # set once it has been asked for
        if person is not None and person.pk:
            found["person"] = person.pk
        if (actor := getattr(request, "actor", None)) is not None:
            found["organisation"] = actor.organisation.slug
    return {name: value for name, value in found.items() if value}


def message_of(record: logging.LogRecord) -> str:
    """The record's message: with the route where Django's own say the path, and redacted."""
    request = getattr(record, "request", None)
    if isinstance(record.args, tuple) and isinstance(request, HttpRequest):
        paths = (request.path, request.path_info, request.get_full_path())
        arguments = [route_of(request) if found in paths else found for found in record.args]
        return redacted(_filled(record.msg, tuple(arguments)))
    return redacted(record.getMessage())


def _filled(text: object, arguments: tuple[object, ...]) -> str:
    return str(text) % arguments if arguments else str(text)


def fields_of(record: logging.LogRecord, exception: str = "") -> dict[str, Any]:
    """Everything that is written of a record, in the order of FIELDS."""
    found = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message_of(record),
        **belongings(record),
    }
    found |= {name: record.__dict__[name] for name in EXTRAS if name in record.__dict__}
    if exception:
        found["exception"] = redacted(exception)
    return {name: found[name] for name in FIELDS if name in found}


class JsonLines(JsonFormatter):
    """One object a line, with exactly the fields of FIELDS that the record has."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(json_ensure_ascii=False, **kwargs)

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data |= fields_of(record, message_dict.get("exc_info", ""))


class ReadableLines(logging.Formatter):
    """The same for eyes: time, level, message, and the rest as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        exception = self.formatException(record.exc_info) if record.exc_info else ""
        found = fields_of(record, exception)
        shown = {name: found.pop(name) for name in ("time", "level", "message", "logger")}
        exception = found.pop("exception", "")
        rest = " ".join(f"{name}={value}" for name, value in found.items())
        when = datetime.fromtimestamp(record.created).astimezone()
        line = f"{when:%H:%M:%S} {shown['level']:<7} {shown['logger']}: {shown['message']}  {rest}"
        return "\n".join(filter(None, (line.rstrip(), exception)))


# ---- Configuration ---------------------------------------------------------------------------

FORMATTERS = {"json": JsonLines, "text": ReadableLines}
# Each says at INFO what our own lines say already, or what nobody wants to read.
TALKATIVE = ("celery.worker.strategy", "celery.app.trace", "celery.beat", "fontTools", "weasyprint")


def configuration(*, style: str, level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr in one form, `json` or `text`; Python's own warnings,
    too, where programs read the lines."""
    formatter = FORMATTERS[style]
    logging.captureWarnings(style == "json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{formatter.__module__}.{formatter.__qualname__}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # The development server's line holds the path; ours says the same without it.
            "django.server": {"handlers": [], "level": "CRITICAL", "propagate": False},
            # Statements hold values: not even at LOG_LEVEL=DEBUG.
            "django.db.backends": {"level": "WARNING"},
            # At DEBUG it tells the arguments of tasks.
            "celery": {"level": level if level in ("WARNING", "ERROR") else "INFO"},
            **{name: {"level": "WARNING"} for name in TALKATIVE},
        },
    }


_PATH_IN_WORDS = re.compile(r"(?<![:/\w])/[^\s'\")]+")


class WithoutPaths(logging.Filter):
    """For gunicorn's own records, which quote the address of a request that went wrong."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _PATH_IN_WORDS.sub(f"/{HIDDEN}", record.getMessage())
        record.args = None
        return True
