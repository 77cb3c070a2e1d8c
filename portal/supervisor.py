"""The supervisor: runs the portal's processes, and leaves none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from types import FrameType

from portal.keeper import die_with_parent

STOP_SECONDS = 15
START_SECONDS = 90


class ChildDiedError(RuntimeError):
    """A process of the portal ended by itself; the message is one sentence with its last words."""


@dataclass
class Supervisor:
    """Processes that live and die together, each with its own log in `logs`.

    Terminal signals reach only the supervisor (each child is in a session of its own), which then
    stops the children in order. If it is killed itself, the kernel stops them.
    """

    logs: Path
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def listen(self) -> None:
        """Let Ctrl-C, a closed terminal and SIGTERM end `watch`."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def start(self, name: str, command: Sequence[str], listeners: Sequence[socket] = ()) -> None:
        """Start a process; it inherits these listening sockets."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own programs
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno() for listener in listeners],
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def wait_for(self, ready: Callable[[], bool]) -> None:
        """Wait until the portal answers; raises ChildDiedError when it never will."""
        until = time.monotonic() + START_SECONDS
        while not self.stopping and not ready():
            self.check()
            if time.monotonic() > until:
                raise ChildDiedError(f"The portal did not answer in {START_SECONDS} seconds.")
            time.sleep(0.1)

    def watch(self) -> None:
        """Wait until somebody asks to stop; raises ChildDiedError when a child ends before."""
        while not self.stopping:
            self.check()
            time.sleep(0.2)

    def check(self) -> None:
        for name, child in self.children.items():
            code = child.poll()
            if code is not None and not self.stopping:
                raise ChildDiedError(
                    f"The process {name} ended by itself ({_how(code)}), so everything was "
                    f"stopped. Its last words:\n{self._last_words(name)}"
                )

    def _last_words(self, name: str) -> str:
        path = self.logs / f"{name}.log"
        lines = path.read_text(errors="replace").splitlines()[-12:]
        return "\n".join(f"  {line}" for line in lines) + f"\n  ({path})"

    def stop(self) -> None:
        """Stop all children, kindly and then by force, with what they started themselves."""
        self.stopping = True
        for number, seconds in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, 5)):
            for child in self.children.values():
                _signal_group(child, number)
            until = time.monotonic() + seconds
            for child in self.children.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(max(0.1, until - time.monotonic()))
        self.children.clear()


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    """Signal a child; by force, also whatever it left behind in its session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL:
            os.killpg(child.pid, number)
        elif child.poll() is None:
            child.send_signal(number)


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"


def answers(url: str, host: str) -> bool:
    """Whether this address answers 200."""
    request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310 - our own address
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def follow_parent() -> None:
    """Stop, like on SIGTERM, when the program that started us dies (`make`, killed)."""
    if sys.platform.startswith("linux"):
        preparation = die_with_parent(signal.SIGTERM)
        preparation()
