"""The portal's processes of a run, each started again when it dies, as Docker does it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from portal.keeper import die_with_parent

CHECKOUT = Path(__file__).resolve().parent.parent
CELERY = (sys.executable, "-m", "celery", "--app=portal")
WORKER = (
    *(*CELERY, "worker", "--concurrency=2"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=info"),
)
BEAT = (*CELERY, "beat", "--scheduler=portal.clock:Clock", "--loglevel=info")
"""As docker-compose.yml starts them; tests/faults compares."""
AGAIN_AFTER = 1.0


class Family:
    """Processes by name, each in a group of its own with a log in `folder`."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.commands: dict[str, Sequence[str]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0
        self.stopping = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True, name="family")

    def start(self, **commands: Sequence[str]) -> None:
        self.commands.update(commands)
        self.watcher.start()

    def _watch(self) -> None:
        """Starts what does not run. One thread for all of it: the kernel stops a child when the
        thread that started it ends."""
        died: dict[str, float] = {}
        while not self.stopping.wait(0.1):
            for name, command in self.commands.items():
                process = self.running.get(name)
                if process is None:
                    self.running[name] = self._start(name, command)
                elif process.poll() is not None:
                    since = died.setdefault(name, time.monotonic())
                    if time.monotonic() - since > AGAIN_AFTER:
                        del died[name]
                        self.restarts += 1
                        self.running[name] = self._start(name, command)

    def _start(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=CHECKOUT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def kill(self, name: str) -> bool:
        """Kills a process and its children at once, as the end of a container does."""
        process = self.running.get(name)
        if process is None or process.poll() is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        return True

    def members(self) -> list[int]:
        """The ids of the processes that run, and of their children."""
        mothers = [process.pid for process in self.running.values() if process.poll() is None]
        return mothers + [child for mother in mothers for child in _children(mother)]

    def owner(self, port: int) -> int | None:
        """Which of them has the connection of this local port."""
        inode = _inode_of(port)
        if inode is None:
            return None
        link = f"socket:[{inode}]"
        for pid in self.members():
            with contextlib.suppress(OSError):
                for descriptor in os.scandir(f"/proc/{pid}/fd"):
                    with contextlib.suppress(OSError):
                        if os.readlink(descriptor.path) == link:
                            return pid
        return None

    def stop(self) -> None:
        self.stopping.set()
        if self.watcher.is_alive():
            self.watcher.join(5)
        for number, seconds in ((signal.SIGTERM, 4.0), (signal.SIGKILL, 5.0)):
            for process in self.running.values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)
            until = time.monotonic() + seconds
            for process in self.running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(max(0.1, until - time.monotonic()))


def _children(mother: int) -> list[int]:
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{mother}/task/{mother}/children").read_text()
        return [int(word) for word in text.split()]
    return []


def _inode_of(port: int) -> str | None:
    """The socket of the connection whose local port this is."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            if int(words[1].rpartition(":")[2], 16) == port and words[3] == "01":
                return words[9]
    return None
