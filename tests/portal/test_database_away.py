"""PostgreSQL away: a 503 page that says so, and pages as soon as it is back."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse

from faults.servers import Postgres, free_port
from portal import faults, keeper

CHECKOUT = Path(__file__).resolve().parents[2]
LOST = "server closed the connection unexpectedly"


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def refused(code: str) -> psycopg.OperationalError:
    return psycopg.errors.lookup(code)("no")  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("failure", "away"),
    [
        (caused(OperationalError(LOST), psycopg.OperationalError(LOST)), True),
        (caused(OperationalError("cut"), refused("57P01")), True),
        (caused(OperationalError("starting"), refused("57P03")), True),
        (caused(OperationalError("full"), refused("53300")), True),
        (InterfaceError("connection already closed"), True),
        (caused(ValueError("after it"), psycopg.OperationalError(LOST)), True),
        # The server is there, and says no.
        (caused(OperationalError("slow"), refused("57014")), False),
        (caused(OperationalError("lock"), refused("55P03")), False),
        (caused(OperationalError("deadlock"), refused("40P01")), False),
        (caused(IntegrityError("twice"), refused("23505")), False),
        (ValueError("ours"), False),
        (None, False),
    ],
)
def test_what_counts_as_away(failure: Exception | None, away: bool) -> None:
    assert faults.database_away(failure) is away


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Client:
    """Whoever asks the database finds the line cut."""

    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError(LOST) from psycopg.OperationalError(LOST)

    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", gone)
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_the_page_says_it(cut: Client) -> None:
    answer = cut.get(reverse("directory"), headers={"accept-language": "xx"})
    assert answer.status_code == 503
    assert "Back in a moment" in answer.content.decode()
    assert "can’t say whether" not in answer.content.decode()
    assert answer["Retry-After"] == str(faults.RETRY_AFTER)
    assert "no-store" in answer["Cache-Control"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Request-ID"] in answer.content.decode()
    assert not answer.cookies


@pytest.mark.django_db
def test_who_sent_something_is_told_to_look_first(cut: Client) -> None:
    answer = cut.post(reverse("account_login"), {"login": "lea@alpineweb.example", "password": "x"})
    assert answer.status_code == 503
    assert "can’t say whether what you just sent was saved" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "cookie", "accepted", "language"),
    [
        ("/fr/directory/", "de", "it", "fr"),
        ("/accounts/login/", "de", "it", "de"),
        ("/accounts/login/", "", "it-CH,it;q=0.9", "it"),
        ("/accounts/login/", "", "pt", "en"),
    ],
)
def test_in_the_readers_language(
    cut: Client, path: str, cookie: str, accepted: str, language: str
) -> None:
    cut.cookies["django_language"] = cookie
    # The page of sign-in asks for nothing: a session makes it ask.
    cut.cookies["sessionid"] = "a" * 32
    answer = cut.get(path, headers={"accept-language": accepted})
    assert answer.status_code == 503
    assert f'<html lang="{language}">' in answer.content.decode()


@pytest.mark.django_db
def test_health_pages_answer_machines(cut: Client) -> None:
    assert cut.get("/healthz").status_code == 200
    cut.cookies["sessionid"] = "a" * 32  # so that middleware asks the database
    for path in ("/readyz", "/readyz/web"):
        answer = cut.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/json"), path
        assert answer.json()["database"] == "unavailable"


# ---- A real server, cut at once -------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL of its own, with the one table that the page of sign-in asks."""
    folder = Path(f"/tmp/portal-away-{os.getpid()}")  # noqa: S108 - its user must reach it
    database = Postgres(folder)
    database.start()
    try:
        with psycopg.connect(database.url, autocommit=True) as line:
            line.execute(
                "CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY,"
                " session_data text NOT NULL, expire_date timestamptz NOT NULL)"
            )
        yield database
    finally:
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def web(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port, folder = free_port(range(8135, 8137)), tmp_path_factory.mktemp("web")
    without = ("REDIS_URL", "PROMETHEUS_MULTIPROC_DIR")
    env = {name: value for name, value in os.environ.items() if name not in without}
    env |= {"DATABASE_URL": server.url, "DJANGO_SETTINGS_MODULE": "tests.portal.serving"}
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", f"--bind=127.0.0.1:{port}"]
    command += ["--workers=2", "--threads=2", "--graceful-timeout=2"]
    command += ["--config=python:portal.web_server"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--no-control-socket"],
            cwd=CHECKOUT,
            env=env,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=keeper.die_with_parent(signal.SIGTERM),
        )
    try:
        until = time.monotonic() + 60
        while status(port) != 200:
            assert time.monotonic() < until, (folder / "web.log").read_text()[-3000:]
            time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def status(port: int) -> int:
    """What the page of sign-in answers a browser whose session the database has to look for."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        try:
            line.request("GET", "/accounts/login/", headers={"Cookie": f"sessionid={'a' * 32}"})
            answer = line.getresponse()
            answer.read()
        except OSError:
            return 0
        return answer.status


def test_a_restart_costs_a_503_and_no_more(server: Postgres, web: int) -> None:
    """Four connections (two workers, two threads): all answers are 200 or 503, those after the
    server is back are 200 at once, and the old connections cost no request."""
    seen: list[tuple[float, int]] = []
    over = threading.Event()

    def hammer() -> None:
        while not over.is_set():
            begun = time.monotonic()
            seen.append((begun, status(web)))

    threads = [threading.Thread(target=hammer) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(1.5)
    down = time.monotonic()
    server.restart_at_once()
    back = time.monotonic()
    time.sleep(2.5)
    over.set()
    for thread in threads:
        thread.join(30)
    assert {found for _begun, found in seen} <= {200, 503}
    assert {found for begun, found in seen if begun < down - 1} == {200}
    assert 503 in {found for begun, found in seen if down - 1 <= begun <= back}
    late = [found for begun, found in seen if begun > back]
    assert len(late) > 4
    assert late.count(503) == 0


def test_a_restart_between_requests_costs_none(server: Postgres, web: int) -> None:
    """Connections that are kept and cut while nobody asks: the next request makes a new one."""
    assert {status(web) for _ in range(12)} == {200}
    server.restart_at_once()
    assert {status(web) for _ in range(12)} == {200}
