"""The breaker: one fault after the other while the drivers work, each noted with its time."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable

from faults.compare import Fault
from faults.servers import Postgres, Redis
from faults.sink import Sink
from faults.workers import Family

FIRST_ACT = (
    *("sender killed", "Redis flushed", "mail server stopped", "worker killed"),
    *("PostgreSQL restarted", "Redis killed", "sender killed", "mail server mute"),
    *("beat killed", "connections cut", "worker killed", "PostgreSQL restarted"),
)
"""With Redis, which comes back when it was killed."""
LAST_ACT = (
    *("Redis gone for good", "beat killed", "PostgreSQL restarted", "mail server stopped"),
    *("sender killed", "worker killed"),
)
"""Without Redis: the clock does the work."""
AWAY_SECONDS = 4.0
PAUSE = 1.0


class Breaker:
    """Breaks what it is given; `noted` is what it did so far."""

    def __init__(
        self, postgres: Postgres, redis: Redis, sink: Sink, family: Family, seed: int
    ) -> None:
        self.postgres, self.redis, self.sink, self.family = postgres, redis, sink, family
        self.chance = random.Random(f"{seed} breaker")  # noqa: S311 - no secret
        self.noted: list[Fault] = []
        self.verbs: dict[str, Callable[[], object]] = {
            "sender killed": self._kill_sender,
            "worker killed": lambda: self.family.kill(self.chance.choice(["worker1", "worker2"])),
            "beat killed": lambda: self.family.kill("beat"),
            "Redis flushed": self.redis.flush,
            "Redis killed": self._kill_redis,
            "Redis gone for good": self.redis.kill,
            "PostgreSQL restarted": self.postgres.restart_at_once,
            "mail server stopped": self._stop_mail,
            "mail server mute": self._mute_mail,
            "connections cut": self.sink.cut,
        }

    def break_it(self, kind: str) -> None:
        """One fault, whole: what is to come back is back when this returns."""
        begun = time.time()
        if self.verbs[kind]() is not False:
            self.noted.append(Fault(kind, begun, time.time()))

    def _kill_sender(self) -> bool:
        """Kills the process that sends, by its id: between its mail's DATA and our answer, where
        a mail may be doubled, or wherever it is when nothing is sent for a while."""
        struck = threading.Event()

        def strike(port: int) -> None:
            self.sink.on_kept = None
            pid = self.family.owner(port)
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    struck.set()

        self.sink.on_kept = strike
        found = struck.wait(5)
        self.sink.on_kept = None
        return found

    def _kill_redis(self) -> None:
        self.redis.kill()
        time.sleep(AWAY_SECONDS)
        self.redis.start()

    def _stop_mail(self) -> None:
        self.sink.stop()
        time.sleep(AWAY_SECONDS)
        self.sink.start_again()

    def _mute_mail(self) -> None:
        """It lets everybody in and says nothing: senders wait until they give up."""
        self.sink.mute = True
        self.sink.cut()
        time.sleep(AWAY_SECONDS)
        self.sink.mute = False
        self.sink.cut()


def plan(rounds: int) -> list[str]:
    """The faults of a run, in order: the first act so many times, then the last."""
    return [*FIRST_ACT * rounds, *LAST_ACT]
