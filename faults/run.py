"""A run: the servers, the workers and the drivers, the faults, and what is left of it all."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from faults.breaker import PAUSE, Breaker, plan
from faults.compare import Evidence, Row
from faults.servers import Postgres, Redis, free_port
from faults.sink import Sink
from faults.workers import BEAT, CHECKOUT, WORKER, Family

DRIVERS = 3
ACT_SECONDS, LAST_SECONDS = 50, 30
PATIENCE = 120.0
"""How long a run waits until nothing is due; 60 s are promised."""
SABOTAGE = {
    "new-ids": "the Message-ID is made anew at each try: wrong Message-IDs, and mails lost",
    "own-transaction": "mails are written outside the caller's transaction: phantoms",
    "no-hands": "beat has no hands of its own: not drained once Redis is gone",
    "no-lock": "senders do not lock what they send: copies without a reason",
}
"""Parts of the promise that can be taken away (faults/sabotage.py), and what a run then finds."""
WAITING = """
    SELECT (SELECT count(*) FROM access_outgoingmail WHERE state = 'queued')
        + (SELECT count(*) FROM tenders_tender WHERE state = 'open' AND told_at IS NULL)
"""


@dataclass
class Run:
    """What is to be done: so many events, by this seed; `sabotage` is one of `faults.sabotage`."""

    events: int
    seed: int
    sabotage: str = ""
    keep: bool = False
    say: Callable[[str], None] = print
    folder: Path = field(init=False)

    def evidence(self) -> Evidence:
        """Does it all, and leaves nothing running. Raises MissingServerError without Redis."""
        with contextlib.ExitStack() as stack:
            self.folder = Path(tempfile.mkdtemp(prefix="faults-", dir="/tmp"))
            self.folder.chmod(0o711)
            if not self.keep:
                stack.callback(_remove, self.folder)
            redis = Redis(self.folder)
            stack.callback(redis.kill)
            postgres = Postgres(self.folder / "postgres")
            stack.callback(postgres.stop)
            redis.start()
            postgres.start()
            sink = Sink(free_port(), self.folder / "kept.jsonl")
            sink.start()
            stack.callback(sink.close)
            environment = self._environment(postgres, redis, sink)
            self._prepare(postgres, environment)
            family = Family(self.folder, environment)
            stack.callback(family.stop)
            breaker = Breaker(postgres, redis, sink, family, self.seed)
            family.start(**self._commands())
            self._wait_for_workers()
            return self._work(postgres, breaker, environment, stack)

    # ---- before --------------------------------------------------------------------------------

    def _environment(self, postgres: Postgres, redis: Redis, sink: Sink) -> dict[str, str]:
        own = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "BASE_URL": "http://portal.example",
            "ALLOWED_HOSTS": "portal.example",
            "DATABASE_URL": postgres.url,
            "REDIS_URL": redis.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
            "EMAIL_TIMEOUT": "5",
            "DATA_DIR": str(self.folder / "data"),
            "MEDIA_ROOT": str(self.folder / "data" / "media"),
            "FAULTS_SABOTAGE": self.sabotage,
        }
        limits = ("INVITATIONS_A_DAY", "INVITATIONS_A_DAY_AND_ADDRESS", "TENDERS_A_DAY")
        kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONPATH")
        return (
            {name: os.environ[name] for name in kept if name in os.environ}
            | own
            | dict.fromkeys(limits, "1000000")
        )

    def _prepare(self, postgres: Postgres, environment: dict[str, str]) -> None:
        begun = time.monotonic()
        code = (
            "import django; django.setup()\n"
            "from django.core.management import call_command\n"
            "call_command('migrate', verbosity=0)\n"
            "from faults.world import fill\n"
            f"fill({self.seed}, {DRIVERS})\n"
        )
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", code],
            cwd=CHECKOUT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
            check=True,
        )
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE faults_event (number bigint PRIMARY KEY)")
        self.say(f"Servers and people are ready after {time.monotonic() - begun:.0f} s.")

    def _commands(self) -> dict[str, tuple[str, ...]]:
        worker: tuple[str, ...] = WORKER
        beat: tuple[str, ...] = BEAT
        if self.sabotage:
            worker, beat = (
                tuple(word.replace("--app=portal", "--app=faults.sabotage") for word in words)
                for words in (worker, beat)
            )
        if self.sabotage == "no-hands":
            beat = tuple(
                word.replace("portal.clock:Clock", "celery.beat:Scheduler") for word in beat
            )
        names = {name: (*worker, f"--hostname={name}@%h") for name in ("worker1", "worker2")}
        return names | {"beat": beat}

    def _wait_for_workers(self) -> None:
        """Until both have said that they are ready; faults begin with everything at work."""
        until = time.monotonic() + PATIENCE
        logs = [self.folder / "worker1.log", self.folder / "worker2.log"]
        while time.monotonic() < until:
            if all(log.exists() and " ready." in log.read_text(errors="replace") for log in logs):
                return
            time.sleep(0.2)
        raise RuntimeError("The workers did not start.")

    # ---- meanwhile -----------------------------------------------------------------------------

    def _work(
        self,
        postgres: Postgres,
        breaker: Breaker,
        environment: dict[str, str],
        stack: contextlib.ExitStack,
    ) -> Evidence:
        rounds = max(1, round(self.events / 1_500))
        ledgers = [self.folder / f"ledger-{number}.jsonl" for number in range(DRIVERS)]
        drivers = [
            self._driver(number, ledger, rounds, environment)
            for number, ledger in enumerate(ledgers)
        ]
        for driver in drivers:
            stack.callback(_end, driver)
        faults = plan(rounds)
        for number, kind in enumerate(faults):
            self._wait_for(ledgers, drivers, (number + 1) / (len(faults) + 1))
            self.say(f"  {_lines(ledgers):6d} events, {len(breaker.sink.kept):6d} mails: {kind}")
            breaker.break_it(kind)
            time.sleep(PAUSE)
        for driver in drivers:
            if driver.wait():
                raise RuntimeError(f"A driver ended by itself; see {self.folder}.")
        last = max([*(fault.ended for fault in breaker.noted), time.time()])
        self.say(
            f"  {_lines(ledgers):6d} events, {len(breaker.sink.kept):6d} mails: no more faults"
        )
        drained = _drained(postgres, last)
        time.sleep(2)  # for copies that should not come
        breaker.family.stop()
        return self._evidence(postgres, breaker, ledgers, drained)

    def _driver(
        self, number: int, ledger: Path, rounds: int, environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        events = self.events // DRIVERS + (number < self.events % DRIVERS)
        seconds = rounds * ACT_SECONDS + LAST_SECONDS
        order = {
            "number": number,
            "events": events,
            "each": seconds / max(events, 1),
            "seed": self.seed,
            "ledger": str(ledger),
        }
        ledger.touch()
        with (self.folder / f"driver-{number}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", "faults.driver", json.dumps(order)],
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env=environment,
                start_new_session=True,
            )

    def _wait_for(
        self, ledgers: list[Path], drivers: list[subprocess.Popen[bytes]], share: float
    ) -> None:
        """Until so much of the work is done, or all of the drivers have ended."""
        while _lines(ledgers) < self.events * share:
            if all(driver.poll() is not None for driver in drivers):
                return
            time.sleep(0.1)

    # ---- afterwards ----------------------------------------------------------------------------

    def _evidence(
        self, postgres: Postgres, breaker: Breaker, ledgers: list[Path], drained: float | None
    ) -> Evidence:
        with psycopg.connect(postgres.url) as connection:
            existing = {row[0] for row in connection.execute("SELECT number FROM faults_event")}
            rows = [
                Row(*row)
                for row in connection.execute(
                    "SELECT event, address, message_id, state, attempts FROM access_outgoingmail"
                )
            ]
        return Evidence(
            events=list(_events(ledgers)),
            existing=existing,
            rows=rows,
            kept=list(breaker.sink.kept),
            faults=list(breaker.noted),
            drained=drained,
        )


def _drained(postgres: Postgres, last: float) -> float | None:
    """Seconds from the last fault until nothing waited any more."""
    while time.time() < last + PATIENCE:
        with contextlib.suppress(psycopg.Error), psycopg.connect(postgres.url) as connection:
            found = connection.execute(WAITING).fetchone()
            if found and not found[0]:
                return max(0.0, time.time() - last)
        time.sleep(0.5)
    return None


def _lines(ledgers: list[Path]) -> int:
    return sum(ledger.read_bytes().count(b"\n") for ledger in ledgers)


def _events(ledgers: list[Path]) -> Iterator[dict[str, Any]]:
    for ledger in ledgers:
        for line in ledger.read_text().splitlines():
            yield json.loads(line)


def _remove(folder: Path) -> None:
    """Removes the folder, also while a server that was told to stop still writes into it."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.2)


def _end(driver: subprocess.Popen[bytes]) -> None:
    if driver.poll() is None:
        driver.kill()
        driver.wait(10)
