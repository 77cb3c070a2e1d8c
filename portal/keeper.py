"""The keeper: a small process that runs the embedded PostgreSQL while anybody uses it.

It is started by `portal.embedded` as a program of its own (never imported by Django), and it
knows nothing of the portal. The server is its child; users of the server hold a shared lock on
`users.lock`, and when the last one lets go, however it ended, the keeper stops the server and
leaves. So nothing has to remember to stop it, and a killed program leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import psycopg

ROLE = DATABASE = "portal"
START_SECONDS = 60
FAST_STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1

# What a throw-away cluster does without: it need not survive a power cut.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class KeeperError(RuntimeError):
    """The server cannot run; the message is one sentence for a person."""


@dataclass(frozen=True)
class Order:
    """What to run: where the data lives, which programs, as which system user."""

    home: Path
    programs: Path
    user: str | None
    durable: bool

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def identity(self) -> dict[str, Any]:
        """The arguments of `subprocess` that make a child the server's user."""
        if self.user is None:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Give a folder that we have just made to the server's user."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)


def environment() -> dict[str, str]:
    """A bare environment: nothing of the caller's locale or PG* variables reaches the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def initialise(order: Order) -> None:
    """Make the cluster, whole or not at all: an interrupted attempt is thrown away."""
    if (order.cluster / "PG_VERSION").exists():
        return
    unfinished = order.home / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    order.own(unfinished)
    answer = subprocess.run(  # noqa: S603 - a program of ours with arguments of ours
        [
            order.programs / "bin" / "initdb",
            f"--pgdata={unfinished}",
            f"--username={ROLE}",
            "--auth=reject",  # our own hba file decides, see `rules_of_entry`
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if order.durable else ["--no-sync"]),
        ],
        capture_output=True,
        text=True,
        cwd="/",
        env=environment(),
        check=False,
        **order.identity,
    )
    if answer.returncode:
        shutil.rmtree(unfinished, ignore_errors=True)
        reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1]
        raise KeeperError(f"The embedded PostgreSQL could not make its data folder: {reason}")
    unfinished.rename(order.cluster)


def rules_of_entry(order: Order) -> None:
    """Write who may connect: by the socket, and only the person the portal runs as.

    The kernel says who is at the other end of the socket ("peer"), so there is no password to
    keep. The files lie outside the cluster, where the server's user cannot change them.
    """
    people = {pwd.getpwuid(os.geteuid()).pw_name, order.user or pwd.getpwuid(os.geteuid()).pw_name}
    lines = [f'portal "{person}" {ROLE}\n' for person in sorted(people)]
    for name, text in (
        ("ident.conf", "".join(lines)),
        ("hba.conf", "local all all peer map=portal\n"),
    ):
        path = order.home / name
        path.write_text(text)
        path.chmod(0o644)


def forget_leftover(order: Order) -> None:
    """Deal with the postmaster.pid of a server whose keeper was killed.

    That server is shutting down (it gets a signal when its keeper dies), so it is waited for. A
    pid that meanwhile belongs to another program must not stop us from starting: ours takes its
    place, which PostgreSQL takes for stale. The rest of the file stays, because by it PostgreSQL
    knows whether processes of the dead server still live.
    """
    pid_file = order.cluster / "postmaster.pid"
    until = time.monotonic() + FAST_STOP_SECONDS
    while lines := read_lines(pid_file):
        pid = int(lines[0]) if lines[0].isdigit() else 0
        if not is_postmaster(pid, order.cluster):
            write_as_owner(order, pid_file, "\n".join([str(os.getpid()), *lines[1:], ""]))
            return
        if time.monotonic() > until:
            os.kill(pid, signal.SIGQUIT)
            until = time.monotonic() + 5
        time.sleep(0.1)


def read_lines(path: Path) -> list[str]:
    """The lines of a file of the server's user, which might be a link to somewhere else."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW)) as file:
            return file.read(1000).splitlines()
    except OSError:
        return []


def write_as_owner(order: Order, path: Path, text: str) -> None:
    """Replace a file in the folder of the server's user, never writing through a link of theirs."""
    path.unlink()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        if order.user is not None:
            entry = pwd.getpwnam(order.user)
            os.fchown(file.fileno(), entry.pw_uid, entry.pw_gid)


def is_postmaster(pid: int, cluster: Path) -> bool:
    """Whether this process is the PostgreSQL server of this cluster."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(cluster).encode() in words and words[0].endswith(b"postgres")


def die_with_parent(number: int) -> Any:
    """A function for a child to call first: the kernel sends `number` when its parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, number)


def start(order: Order, sockets: Path) -> subprocess.Popen[bytes]:
    """Start the server on a socket in `sockets`, without any network port."""
    settings = [
        f"unix_socket_directories={sockets}",
        "unix_socket_permissions=0700",
        "listen_addresses=",
        f"hba_file={order.home / 'hba.conf'}",
        f"ident_file={order.home / 'ident.conf'}",
        "timezone=UTC",
        "log_timezone=UTC",
        *([] if order.durable else NOT_DURABLE),
    ]
    words = [word for setting in settings for word in ("-c", setting)]
    with (order.home / "server.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - a program of ours with arguments of ours
            [order.programs / "bin" / "postgres", "-D", order.cluster, *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=environment(),
            preexec_fn=die_with_parent(signal.SIGINT),  # one thread so far
            **order.identity,
        )


def make_ready(order: Order, server: subprocess.Popen[bytes], sockets: Path) -> None:
    """Wait until the server answers, and make the database on the first start."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(
                host=str(sockets), user=ROLE, dbname="postgres", autocommit=True
            ) as connection:
                found = connection.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                ).fetchone()
                if not found:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
                return
        except psycopg.OperationalError as problem:
            if server.poll() is not None or time.monotonic() > until:
                raise KeeperError(
                    f"The embedded PostgreSQL did not start: {last_words(order, str(problem))}"
                ) from problem
            time.sleep(0.05)


def start_when_free(order: Order, sockets: Path) -> subprocess.Popen[bytes]:
    """Start the server and make it ready; processes of a killed one may need a moment to go."""
    until = time.monotonic() + FAST_STOP_SECONDS
    while True:
        server = start(order, sockets)
        try:
            make_ready(order, server, sockets)
        except KeeperError as problem:
            stop(server)
            if "still in use" not in str(problem) or time.monotonic() > until:
                raise
            time.sleep(0.2)
        except BaseException:
            stop(server)
            raise
        else:
            return server


def last_words(order: Order, otherwise: str) -> str:
    """The last thing that the server's log says went wrong, or `otherwise`."""
    try:
        lines = (order.home / "server.log").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    bad = [line for line in lines[-50:] if "FATAL" in line or "PANIC" in line]
    return (bad or [otherwise.strip().splitlines()[-1]])[-1]


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server: kindly, then firmly, then by force."""
    for number, seconds in (
        (signal.SIGINT, FAST_STOP_SECONDS),
        (signal.SIGQUIT, 5),
        (signal.SIGKILL, 5),
    ):
        with contextlib.suppress(subprocess.TimeoutExpired, ProcessLookupError):
            server.send_signal(number)
            server.wait(seconds)
            return


def stop_after_last_user(users: int, server: subprocess.Popen[bytes]) -> None:
    """Wait for the last user, then stop the server.

    The lock stays ours until this process has ended: who comes meanwhile waits for it, and then
    starts a server of its own.
    """

    def wait() -> None:
        fcntl.flock(users, fcntl.LOCK_EX)
        stop(server)

    threading.Thread(target=wait, daemon=True).start()


def report(answer: dict[str, Any]) -> None:
    """Tell the program that started us; it may be gone."""
    with contextlib.suppress(OSError):
        print(json.dumps(answer), flush=True)  # noqa: T201 - this line is the answer
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def forget_sockets(home: Path) -> None:
    """Remove what a killed keeper left in the temporary folder."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        left = Path(json.loads((home / "server.json").read_text())["sockets"])
        if left.name.startswith("portal-db-"):
            shutil.rmtree(left, ignore_errors=True)
    (home / "server.json").unlink(missing_ok=True)


def write_answer(home: Path, answer: dict[str, Any]) -> None:
    draft = home / "server.json.new"
    draft.write_text(json.dumps(answer))
    draft.rename(home / "server.json")


def keep(order: Order) -> None:
    """Run the server until its last user has gone, or it dies."""
    with contextlib.ExitStack() as stack:
        initialise(order)
        rules_of_entry(order)
        forget_leftover(order)
        forget_sockets(order.home)
        # A Unix socket's path holds 107 bytes at most, and the data folder's may be longer.
        sockets = Path(tempfile.mkdtemp(prefix="portal-db-", dir="/tmp"))
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        order.own(sockets)
        server = start_when_free(order, sockets)
        stack.callback(stop, server)
        signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
        answer = {
            "url": f"postgresql://{ROLE}@/{DATABASE}?host={sockets}",
            "sockets": str(sockets),
            "keeper": os.getpid(),
            "server": server.pid,
        }
        write_answer(order.home, answer)
        stack.callback((order.home / "server.json").unlink, missing_ok=True)
        report(answer)
        users = os.open(order.home / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        stop_after_last_user(users, server)
        server.wait()


def main(order: Order) -> NoReturn:
    """Keep the one server of this home, or leave it to the keeper that is there."""
    os.umask(0o077)
    lock = os.open(order.home / "keeper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        keep(order)
    except KeeperError as problem:
        report({"error": str(problem)})
        sys.exit(1)
    except OSError as problem:
        report({"error": f"The embedded PostgreSQL could not start: {problem}"})
        sys.exit(1)
    sys.exit(0)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    main(
        Order(
            home=Path(asked["home"]),
            programs=Path(asked["programs"]),
            user=asked["user"],
            durable=asked["durable"],
        )
    )
