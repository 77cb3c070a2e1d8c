"""The servers that break: a PostgreSQL of our own, and a Redis, each in the run's folder."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import redis

from portal import embedded, keeper

SECONDS = 20


class MissingServerError(RuntimeError):
    """A server's program is not installed; the message is one sentence."""


def free_port(among: range = range(0)) -> int:
    """A port that nobody listens on: one of these, else any."""
    for port in [*among, 0]:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise MissingServerError("No port is free.")


class Postgres:
    """The embedded server, started by hand so that it can be broken.

    fsync is off, because no machine loses its power here; a commit is still answered only when it
    is written (synchronous_commit), so what was answered outlives an immediate restart.
    """

    def __init__(self, folder: Path) -> None:
        embedded.make_folder(folder)
        place = embedded.find_place(folder)
        self.home = place.home
        self.order = keeper.Order(
            home=place.home, programs=embedded.programs(place), user=place.user, durable=True
        )
        self.sockets = folder / "s"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{keeper.ROLE}@/{keeper.DATABASE}?host={self.sockets}"

    def start(self) -> None:
        keeper.initialise(replace(self.order, durable=False))
        keeper.rules_of_entry(self.order)
        conf = self.order.cluster / "postgresql.conf"
        with conf.open("a") as file:
            file.write("fsync = off\nfull_page_writes = off\nmax_connections = 200\n")
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.order.own(self.sockets)
        self.process = keeper.start_when_free(self.order, self.sockets)

    def restart_at_once(self) -> None:
        """What `pg_ctl --mode=immediate restart` does: every session is cut where it stands."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(SECONDS)
        self.process = keeper.start_when_free(self.order, self.sockets)

    def stop(self) -> None:
        if self.process is not None:
            keeper.stop(self.process)
            self.process = None
        if self.home.parent in embedded.ELSEWHERE:
            shutil.rmtree(self.home, ignore_errors=True)


class Redis:
    """A Redis without persistence, as production has it: what it held is gone with it."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise MissingServerError(
                "redis-server is not installed: apt-get install redis-server, then try again."
            )
        self.folder, self.port = folder, free_port()
        self.command = [
            *(program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""),
            *("--appendonly", "no", "--dir", str(folder)),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a program of the system
                self.command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=keeper.die_with_parent(signal.SIGTERM),
            )
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(redis.RedisError), self._client() as client:
                client.ping()
                return
            time.sleep(0.05)
        raise MissingServerError("redis-server does not answer; see redis.log.")

    def _client(self) -> redis.Redis:
        return redis.Redis(port=self.port, socket_connect_timeout=1, socket_timeout=2)

    def flush(self) -> None:
        with contextlib.suppress(redis.RedisError), self._client() as client:
            client.flushall()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(SECONDS)
            self.process = None
