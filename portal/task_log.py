"""What workers write: a line for each task that did something, with the request that caused it."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any

from celery import Task, signals

from portal import logs

logger = logging.getLogger("portal.tasks")
HEADER = "portal_request_id"  # of the message that wakes a worker up


def connect() -> None:
    """Before workers and beat start. Weak references would lose the functions of a test."""
    signals.setup_logging.connect(_keep_ours)
    signals.before_task_publish.connect(_pass_on)
    signals.task_prerun.connect(_begin)
    signals.task_postrun.connect(_end)


def _keep_ours(**_: Any) -> None:
    """Celery sets up logging of its own unless somebody answers this: settings.LOGGING does it."""


def _pass_on(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None and (cause := logs.request_id()):
        headers[HEADER] = cause


def _begin(task_id: str = "", task: Task | None = None, **_: Any) -> None:
    cause = str(getattr(getattr(task, "request", None), HEADER, "") or "")
    work = logs.Work(
        request_id=cause if logs.WELL_FORMED.fullmatch(cause) else "",
        task=getattr(task, "name", "") or "",
        task_id=task_id,
        begun=perf_counter(),
        around=logs.at_work.get(),
    )
    logs.at_work.set(work)


def _end(state: str | None = None, retval: Any = None, **_: Any) -> None:
    """A task that found nothing to do is not worth a line: most do, every few seconds."""
    work = logs.at_work.get()
    if work is None or not work.task:
        return
    count = retval if isinstance(retval, int) else 0
    failed = state not in ("SUCCESS", None)
    logger.log(
        logging.ERROR if failed else logging.INFO if count else logging.DEBUG,
        "%s %s",
        work.task,
        "failed" if failed else "done",
        extra={
            "ms": round((perf_counter() - work.begun) * 1000, 1),
            "count": count,
            "outcome": (state or "").lower(),
        },
    )
    logs.at_work.set(work.around)
