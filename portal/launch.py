"""`make demo` and `make run`: prepare everything, start the portal's processes, watch them.

Web, worker and beat are separate processes, as in production. What fails is said in one sentence.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import smtplib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from portal import embedded, environment, supervisor
from portal.environment import WrongEnvironmentError

CHECKOUT = Path(__file__).resolve().parent.parent
DEMO_WORLD = CHECKOUT / "portal" / "worlds" / "demo.json"
DEMO_PASSWORD = "demo-password"  # noqa: S105 - printed for everybody to read
FIRST_PORT = 8000
# What the portal writes into DATA_DIR, and RESET=1 deletes from it.
WRITTEN = ("broker", "mails", "media", "log", "secret-key")

WEB = (
    "portal.wsgi",
    "--workers=2",
    "--threads=2",
    "--graceful-timeout=5",
    "--no-control-socket",
    "--config=python:portal.web_server",
    f"--chdir={CHECKOUT}",
)
WORKER = (
    "--pool=threads",
    "--concurrency=2",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel=info",
)
# The schedule keeps no file: every job finds in the database what is due.
BEAT = ("--scheduler=portal.clock:Clock", "--loglevel=info")


class LaunchError(RuntimeError):
    """The portal cannot start; the message is one sentence for a person."""


def main() -> None:
    arguments = read_arguments()
    if arguments.with_parent:
        supervisor.follow_parent()
    try:
        launch(arguments)
    except (
        LaunchError,
        WrongEnvironmentError,
        embedded.EmbeddedPostgresError,
        supervisor.ChildDiedError,
    ) as problem:
        raise SystemExit(f"\n{problem}") from None
    except KeyboardInterrupt:
        raise SystemExit("\nStopped before it had started.") from None


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m portal.launch", description=__doc__)
    parser.add_argument("what", choices=["demo", "run"], help="with the demo world, or without")
    parser.add_argument("--reset", action="store_true", help="delete the data and begin anew")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first port to try")
    parser.add_argument("--with-parent", action="store_true", help="stop when the caller dies")
    return parser.parse_args()


def launch(arguments: argparse.Namespace) -> None:
    demo = arguments.what == "demo"
    if demo:
        os.environ["DEMO"] = "true"
    elif not any(map(environment.given, ("DEBUG", "DEMO", "SECRET_KEY"))):
        os.environ["DEBUG"] = "true"
    folder = environment.data_dir(CHECKOUT)
    embedded.make_folder(folder)
    with only_one(folder / "portal.lock") as lock:
        if arguments.reset:
            reset(folder)
        with closing(free_socket(arguments.port)) as listener:
            port = listener.getsockname()[1]
            os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
            lock.write_text(os.environ["BASE_URL"])
            try:
                prepare(folder, demo=demo)
                serve(folder, listener, demo=demo)
            finally:
                let_database_go(folder)
    say("Stopped.")


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def only_one(path: Path) -> Iterator[Path]:
    """Hold the lock of this data folder, or say who has it. The file holds the address."""
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            address = path.read_text().strip()
            raise LaunchError(
                f"The portal already runs here{address and f': {address}'}. "
                "Stop it first (Ctrl-C where it was started)."
            ) from None
        yield path
        lock.truncate(0)


def free_socket(first: int) -> socket.socket:
    """Listen on the first free port from `first` on; the socket is handed to the web server."""
    for port in range(first, first + 50):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
        except OSError:
            listener.close()
            say(f"Port {port} is taken, trying the next.")
            continue
        return listener
    raise LaunchError(f"All ports from {first} to {first + 49} are taken: give another, PORT=9000.")


def reset(folder: Path) -> None:
    """Delete the data of the demo: only what the portal wrote, only where it brings the server."""
    if environment.given("DATABASE_URL"):
        raise LaunchError(
            "RESET=1 deletes only the portal's own database, and DATABASE_URL names another "
            "server: empty that one yourself."
        )
    embedded.remove(folder / "postgres")
    for name in WRITTEN:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    say("Deleted the data, beginning anew.")


def prepare(folder: Path, *, demo: bool) -> None:
    """Bring database, translations, files and demo world up to date."""
    begun = time.monotonic()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.db import Error, connection

    say("Preparing the database …")
    compile_translations(CHECKOUT / "locale")
    django.setup()
    check_servers()
    # Messages only wake workers up: those of an earlier run would wake them for nothing.
    shutil.rmtree(folder / "broker", ignore_errors=True)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        if not settings.DEBUG:
            collect_files(folder / "static.stamp")
        if demo:
            load_world()
    except (CommandError, Error) as problem:
        raise LaunchError(f"The database could not be prepared: {problem}") from problem
    finally:
        connection.close()
    say(f"Prepared in {time.monotonic() - begun:.0f} seconds.")


def compile_translations(folder: Path) -> None:
    """Write the .mo file of each .po file that is newer; gettext's tools are not needed."""
    import polib

    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            draft = target.with_suffix(f".mo.{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.rename(target)


def check_servers() -> None:
    """Ask each server that the environment names, so that a wrong one is said at once."""
    from django.conf import settings
    from django.db import Error, connection

    from portal.health import ask_broker

    try:
        connection.ensure_connection()
    except Error as problem:
        reason = str(problem).strip().splitlines()[0].removeprefix("connection failed: ")
        raise LaunchError(f"DATABASE_URL: the database does not let us in: {reason}") from problem
    if connection.connection.info.server_version < 150_000:
        raise LaunchError("DATABASE_URL: PostgreSQL 15 or newer is needed.")
    try:
        ask_broker()
    except Exception as problem:
        raise LaunchError(f"REDIS_URL: Redis does not answer: {problem}") from problem
    options = settings.MAILERS["default"].get("OPTIONS")
    if options:
        check_mail_server(options)


def check_mail_server(options: dict[str, object]) -> None:
    from django.core.mail import mailers

    try:
        connection = mailers.default
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException) as problem:
        raise LaunchError(
            f"EMAIL_URL: the mail server {options['host']}:{options['port']} does not let us in: "
            f"{problem}"
        ) from problem


def collect_files(stamp: Path) -> None:
    """Run `collectstatic`, unless no static file has changed since it last ran."""
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_mtime_ns} {status.st_size}\n".encode())
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(digest.hexdigest())


def load_world() -> None:
    """Load the demo world into an empty database; data that are there stay as they are."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    if not get_user_model().objects.exists():
        say("Loading the demo world …")
        call_command("world", str(DEMO_WORLD), verbosity=0)


def serve(folder: Path, listener: socket.socket, *, demo: bool) -> None:
    """Run web, worker and beat until somebody stops us or one of them dies."""
    family = supervisor.Supervisor(folder / "log")
    family.listen()
    try:
        start_processes(family, listener)
        port, host = listener.getsockname()[1], urlsplit(os.environ["BASE_URL"]).hostname or ""
        family.wait_for(lambda: supervisor.answers(f"http://127.0.0.1:{port}/healthz", host))
        if not family.stopping:
            announce(folder, demo=demo)
        family.watch()
    finally:
        say("\nStopping …")
        family.stop()


def let_database_go(folder: Path) -> None:
    """Wait until the embedded server has stopped, unless somebody else uses it."""
    if not environment.given("DATABASE_URL") and not embedded.release(folder / "postgres"):
        say("The database goes on: another program uses it.")


def start_processes(family: supervisor.Supervisor, listener: socket.socket) -> None:
    python = (sys.executable, "-m")
    celery = (*python, "celery", "--app=portal", "--workdir", str(CHECKOUT))
    family.start("web", (*python, "gunicorn", *WEB, f"--bind=fd://{listener.fileno()}"), [listener])
    family.start("worker", (*celery, "worker", *WORKER))
    family.start("beat", (*celery, "beat", *BEAT))


def announce(folder: Path, *, demo: bool) -> None:
    """Print where the portal is, and who may sign in."""
    say()
    say(f"  The portal runs: {os.environ['BASE_URL']}/")
    if demo:
        say(f"  Its mails:       {os.environ['BASE_URL']}/demo/mails/")
    say(f"  Its logs:        {folder / 'log'}")
    if demo:
        say(f"\n  Sign in with one of these; every password is {DEMO_PASSWORD}\n")
        for line in table(logins()):
            say(f"  {line}")
    say("\n  Ctrl-C stops it; the data are kept.")


def logins() -> list[tuple[str, str, str]]:
    """The people of the world: address, role, organisation."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    rows = []
    people = get_user_model().objects.order_by("pk").prefetch_related("memberships__organisation")
    for person in people[:40]:
        if person.is_superuser:
            rows.append((person.email, "staff", "/admin/"))
        for membership in person.memberships.all():
            role = str(membership.get_role_display())
            rows.append((person.email, role, membership.organisation.name))
    connection.close()
    return rows


def table(rows: list[tuple[str, str, str]]) -> list[str]:
    heads = ("e-mail address", "role", "organisation")
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(3)]

    def line(row: tuple[str, str, str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))

    return [line(heads), "  ".join("─" * width for width in widths), *map(line, rows)]


if __name__ == "__main__":
    main()
