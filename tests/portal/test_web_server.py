"""The web server as production starts it: all its processes are measured, its log holds no path."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.portal.test_metrics import CHECKOUT, KEY, TOKEN, Samples, samples, value

CANARY = "Zx9Kq4Wm7Rt2Lp8Vn3Jd6Hs5"


def _static_files(folder: Path) -> None:
    """As `collectstatic` leaves them, so far as a page of a failure asks."""
    static = CHECKOUT / "static"
    names = [str(file.relative_to(static)) for file in static.rglob("*") if file.is_file()]
    manifest = {"version": "1.1", "paths": {name: name for name in names}, "hash": ""}
    folder.mkdir()
    (folder / "staticfiles.json").write_text(json.dumps(manifest))


class Server:
    """The web server as production starts it, with two processes and no database to be found."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        _static_files(folder / "static")
        self.log = folder / "log"
        self.files = folder / "measures"
        environment = os.environ | {
            "DEBUG": "false",
            "DEMO": "true",
            "LOG_FORMAT": "json",
            "DATA_DIR": str(folder),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "METRICS_TOKEN": TOKEN,
            "PROMETHEUS_MULTIPROC_DIR": str(self.files),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        options = ["--workers=2", "--no-control-socket", "--config=python:portal.web_server"]
        options.append(f"--bind=127.0.0.1:{self.port}")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "gunicorn", "portal.wsgi", *options],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=CHECKOUT,
                start_new_session=True,
            )

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def measures(self) -> Samples:
        status, text = self.get("/metrics", **KEY)
        assert status == 200, text
        return samples(text)

    def processes(self) -> set[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(pid) for pid in children.read_text().split()}

    def until(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if ready():
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    yield found
    found.stop()


def test_processes_share_their_counts_and_their_log_holds_no_address(server: Server) -> None:
    server.until(lambda: server.get("/healthz")[0] == 200)
    server.until(lambda: len(server.processes()) == 2)

    def counted() -> float:
        labels = {"route": "healthz", "method": "GET", "status": "2xx"}
        return value(server.measures(), "portal_requests_total", **labels)

    before = counted()
    for _ in range(30):
        assert server.get("/healthz")[0] == 200
    assert {counted() for _ in range(6)} == {before + 30}
    assert len(list(server.files.glob("counter_*.db"))) == 2, "both took some"

    victim = min(server.processes())
    os.kill(victim, signal.SIGKILL)
    server.until(lambda: victim not in server.processes() and len(server.processes()) == 2)
    assert counted() == before + 30, "what a dead process counted stays counted"

    assert value(server.measures(), "portal_database_up") == 0
    assert server.get("/readyz/web")[0] == 503
    for path in (f"/join/{CANARY}/", f"/en/tenders/link/{CANARY}/?token={CANARY}"):
        assert server.get(path, Cookie=f"sessionid={CANARY}")[0] >= 500
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(f"GET /join/{CANARY}/ HTTP/9.9\r\n\r\n".encode())
        client.recv(1000)
    server.stop()
    text = server.log.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"gunicorn.error", "portal.requests"} <= {line["logger"] for line in lines}
    failed = [line for line in lines if line.get("status", 0) >= 500]
    assert len({line["request_id"] for line in failed}) == len(failed) == 3
    told = [line for line in lines if "Traceback" in line.get("exception", "")]
    assert {line["request_id"] for line in told} <= {line["request_id"] for line in failed}
    assert CANARY not in text
