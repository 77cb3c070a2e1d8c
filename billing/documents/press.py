"""The portal's side of the rendering process: started once, kept warm, stopped at its limits.

Safe from threads (Celery's, gunicorn's): each child prints one document at a time, and the others
wait. Safe over forks: a forked process starts children of its own. A child that was too slow or
too large is killed, and the next document gets a new one.
"""

import atexit
import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from billing.documents import child
from billing.documents.errors import DocumentFailed, DocumentTooLarge, DocumentTooSlow

FOLDER = Path(__file__).resolve().parent
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "TZ", "LANG", "SYSTEMROOT")
START_SECONDS = 60  # the first start on a machine writes the cache of its fonts
NO_MEMORY = (signal.SIGABRT, signal.SIGTRAP)  # how GLib ends when it is refused memory
TOO_LARGE = "The document needs more memory than a document may."
MOST_PRINTED = 500  # then a child makes room for a fresh one, whatever it may have kept

type Parts = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """What to print: `parts` begins the layout, `later` makes the rest while it runs."""

    about: dict[str, Any]
    parts: Parts
    later: Callable[[], Parts] = dict


class Child:
    """One rendering process and the pipes to it."""

    def __init__(self, megabytes: int, cache: Path | None) -> None:
        self.printed = 0
        self.process = subprocess.Popen(  # noqa: S603 our own file, no shell
            [sys.executable, "-I", str(FOLDER / "child.py"), str(megabytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(cache),
            cwd="/",
        )
        self.jobs = cast(BinaryIO, self.process.stdin)
        self.answers = cast(BinaryIO, self.process.stdout)
        try:
            self._exchange(None, START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def print(self, job: Job, seconds: int) -> tuple[Parts, dict[str, Any]]:
        self.printed += 1
        answer, results = self._exchange(job, seconds)
        if answer["ok"]:
            return results, answer
        if answer["why"] == child.MEMORY:
            raise DocumentTooLarge(TOO_LARGE)
        raise DocumentFailed(f"The document cannot be laid out: {answer['why']}")

    def _exchange(self, job: Job | None, seconds: int) -> tuple[dict[str, Any], Parts]:
        """Send a job, if there is one, and read an answer; the process is killed when time is up.

        The clock runs in a thread of its own: writing can wait as long as reading.
        """
        too_slow = threading.Event()

        def stop() -> None:
            too_slow.set()
            self.process.kill()

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            if job is not None:
                child.write_message(self.jobs, job.about | {"seconds": seconds}, job.parts)
                child.write_message(self.jobs, {}, job.later())
            answer = child.read_message(self.answers)
        except OSError:
            answer = None
        finally:
            clock.cancel()
        if answer is None:
            code = self.process.wait()
            if too_slow.is_set():
                raise DocumentTooSlow(f"The document took longer than {seconds} seconds.")
            if -code in NO_MEMORY:
                raise DocumentTooLarge(TOO_LARGE)
            raise DocumentFailed(f"The rendering process ended with {code}.")
        return answer

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        self.let_go()

    def let_go(self) -> None:
        """Close the pipes only: the process belongs to somebody else, or is no more."""
        for pipe in (self.jobs, self.answers):
            with contextlib.suppress(OSError):
                pipe.close()


class Press:
    """The rendering processes of this process."""

    def __init__(self, *, megabytes: int, cache: Path | None = None, children: int = 1) -> None:
        self.megabytes, self.cache = megabytes, cache
        self.places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(children):
            self.places.put(None)

    def print(self, job: Job, seconds: int) -> tuple[bytes, dict[str, Any]]:
        """The PDF of the job, and its times. Raises a `DocumentError`."""
        worker, kept = self.places.get(), None
        try:
            worker = worker or Child(self.megabytes, self.cache)
            results, times = worker.print(job, seconds)
            kept = worker
        finally:
            if worker is not None and (kept is None or worker.printed >= MOST_PRINTED):
                worker.stop()
                kept = None
            self.places.put(kept)
        return results["pdf"], times

    def warm(self) -> None:
        """Start a child before the first document asks for it."""
        worker = self.places.get()
        try:
            worker = worker or Child(self.megabytes, self.cache)
        finally:
            self.places.put(worker)

    def stop(self) -> None:
        """End the idle children."""
        for worker in self._idle():
            worker.stop()

    def let_go(self) -> None:
        for worker in self._idle():
            worker.let_go()

    def _idle(self) -> list[Child]:
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.places.get_nowait())
        for _ in found:
            self.places.put(None)
        return [worker for worker in found if worker is not None]


def _environment(cache: Path | None) -> dict[str, str]:
    """What the child may know: where its fonts are, and no secret."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Arenas of malloc reserve address space, which is what is limited.
    environment |= {"FONTCONFIG_FILE": str(FOLDER / "fonts.conf"), "MALLOC_ARENA_MAX": "2"}
    return environment | ({"XDG_CACHE_HOME": str(cache)} if cache else {})


_lock = threading.Lock()
_presses: dict[int, Press] = {}


def press(megabytes: int, cache: Path | None = None) -> Press:
    """The press of this process with this limit of memory; `cache` is where fonts are listed."""
    with _lock:
        if megabytes not in _presses:
            _presses[megabytes] = Press(megabytes=megabytes, cache=cache)
        return _presses[megabytes]


def stop_all() -> None:
    for each in _presses.values():
        each.stop()


def _after_fork() -> None:
    """A forked process has the pipes of its parent's children, and must not speak into them."""
    global _lock
    _lock = threading.Lock()
    inherited = list(_presses.values())
    _presses.clear()
    for each in inherited:
        with contextlib.suppress(Exception):
            each.places.mutex = threading.Lock()
            each.places.not_empty = threading.Condition(each.places.mutex)
            each.places.not_full = threading.Condition(each.places.mutex)
            each.places.all_tasks_done = threading.Condition(each.places.mutex)
            each.let_go()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(stop_all)
