"""What a run of a job leaves on record, written beside the job's own transactions.

A recording that fails (the database is away) never stops a job and never hides its error. What is
kept of an error are its kind and the places in the code that it came through; its own words may
hold somebody's name or address, and stand in the log only.
"""

import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone

from access.models import JobRun, JobStanding

logger = logging.getLogger(__name__)

MOST_FAILURES = 50
"""How many failed items of a run are named; the others are counted."""
PLACES = 4
"""How many places in the code are kept of an error."""

BEGIN = """
    INSERT INTO {table} (name, started_at, seconds, runs, failures_in_a_row, last_error)
    VALUES (%s, %s, 0, 0, 0, '')
    ON CONFLICT (name) DO UPDATE SET started_at = EXCLUDED.started_at
"""


class Recorder:
    """One run of the job `name`; `by` is the key of the staff member that asked for it."""

    def __init__(self, name: str, *, longest: float, by: int | None, by_hand: bool) -> None:
        self.name, self.by, self.by_hand = name, by, by_hand or by is not None
        self.started_at = timezone.now()
        self.began = time.monotonic()
        self.stops_at = self.began + longest / 2
        self.count = 0
        self.failed = 0
        self.failures: list[dict[str, str]] = []
        self.row: int | None = None
        self.hands = threading.Lock()  # one run may work in several threads

    def start(self) -> None:
        """Notes that the job runs. A run by hand gets its line at once, the others with the first
        thing they do."""
        _safely(self._begin)
        if self.by_hand:
            self.found_work()

    def found_work(self) -> None:
        """There is something to do: from now on a kill leaves a line "running" behind."""
        with self.hands:
            if self.row is None:
                _safely(self._keep)

    def failure(self, item: str, error: BaseException) -> None:
        """One item failed; the others go on. Two hands of one run may meet the same item."""
        with self.hands:
            if any(known["item"] == item for known in self.failures):
                return
            self.failed += 1
            if self.failed <= MOST_FAILURES:
                self.failures.append({"item": item, "error": in_code(error)})
        logger.error("%s: %s failed", self.name, item, exc_info=error)

    def finish(self) -> None:
        """The run came to its end, with or without items that failed."""
        error = ""
        if self.failed:
            named = ", ".join(each["item"] for each in self.failures[:PLACES])
            error = f"{self.failed}: {named}"
        self._end(JobRun.State.FAILED if self.failed else JobRun.State.DONE, error)

    def break_off(self, error: BaseException) -> None:
        """The run itself failed."""
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        self._end(JobRun.State.FAILED, in_code(error))

    # ---- writing -----------------------------------------------------------------------------

    def _begin(self) -> None:
        with connection.cursor() as cursor:
            table = JobStanding._meta.db_table
            cursor.execute(BEGIN.format(table=table), [self.name, self.started_at])

    def _keep(self, **values: Any) -> None:
        row = JobRun.objects.create(
            job=self.name,
            started_at=self.started_at,
            by_id=self.by,
            by_hand=self.by_hand,
            worker=_worker(),
            **values,
        )
        self.row = row.pk

    def _end(self, state: JobRun.State, error: str) -> None:
        now = timezone.now()
        values = {
            "state": state,
            "finished_at": now,
            "count": self.count,
            "failed": self.failed,
            "failures": self.failures,
            "error": error,
        }
        if self.row is not None or self.count or state == JobRun.State.FAILED:
            _safely(lambda: self._close(values))
        standing: dict[str, Any] = {
            "finished_at": now,
            "seconds": round(time.monotonic() - self.began, 3),
            "runs": F("runs") + 1,
        }
        if state == JobRun.State.FAILED:
            more = F("failures_in_a_row") + 1
            standing |= {"failed_at": now, "failures_in_a_row": more, "last_error": error}
        else:
            standing |= {"ok_at": now, "failures_in_a_row": 0}
        _safely(lambda: JobStanding.objects.filter(name=self.name).update(**standing))

    def _close(self, values: dict[str, Any]) -> None:
        if self.row is None or not JobRun.objects.filter(pk=self.row).update(**values):
            self._keep(**values)


running: ContextVar[Recorder | None] = ContextVar("running", default=None)
"""The run that the code is part of."""


def _safely(write: Callable[[], object]) -> None:
    """Tries to record; what it records goes on whatever comes of that."""
    try:
        with transaction.atomic():
            write()
    except Error:
        logger.warning("What a job did could not be recorded", exc_info=True)


def _worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def in_code(error: BaseException) -> str:
    """The kind of an error and where it happened, without its own words: they may hold what is
    somebody's. Of an error of the database also the constraint, which holds nobody's data."""
    lines = [_kind(error)]
    if constraint := getattr(getattr(error.__cause__, "diag", None), "constraint_name", None):
        lines[0] += f" ({constraint})"
    for frame in traceback.extract_tb(error.__traceback__)[-PLACES:]:
        place = "/".join(Path(frame.filename).parts[-3:])
        lines.append(f"  {place}:{frame.lineno} in {frame.name}")
    return "\n".join(lines)


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else _full_name(kind)


def _full_name(kind: type[BaseException]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
