"""`make demo`: it starts, says where, stops cleanly, and leaves no process behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from portal import launch
from portal.launch import LaunchError

CHECKOUT = Path(__file__).resolve().parent.parent.parent
MARK = "TEST_OF_LAUNCH"
# What the tests' own settings put into the environment, and a demo does not have.
OF_TESTS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEBUG", "DJANGO_ALLOW_ASYNC_UNSAFE")
ADDRESS = re.compile(r"The portal runs: (http://localhost:(\d+))/")


class Demo:
    """A portal started as `make demo` starts it, on data of its own."""

    def __init__(self, folder: Path) -> None:
        self.mark = uuid.uuid4().hex
        self.folder = folder
        self.said = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str, **variables: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in OF_TESTS}
        environment |= {MARK: self.mark, "DATA_DIR": str(self.folder)} | variables
        self.said = ""
        if self.process is not None:
            self.process.communicate()
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "portal.launch", "--port=8700", *options, "demo"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            cwd=CHECKOUT,
        )

    def read_until(self, words: str) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if words in line:
                break
        assert words in self.said, self.said
        return self.said

    def address(self) -> str:
        self.read_until("Ctrl-C stops it")
        found = ADDRESS.search(self.said)
        assert found is not None
        return f"http://127.0.0.1:{found[2]}"

    def end(self) -> int:
        """Wait for its end, and answer its exit code."""
        assert self.process is not None
        self.said += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def processes(self) -> dict[int, str]:
        """Every process that descends from ours, wherever it went: they inherit a variable."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found[int(folder.name)] = command
            except OSError:
                continue
        return found

    def process_of(self, words: str) -> int:
        return min(pid for pid, command in self.processes().items() if words in command)

    def clean_up(self) -> None:
        """Leave nothing of a test that failed half-way."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process is not None:
            self.process.communicate()

    def nothing_left(self) -> bool:
        end = time.monotonic() + 40
        while self.processes() and time.monotonic() < end:
            time.sleep(0.2)
        return not self.processes()


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


@pytest.fixture
def demo(folder: Path) -> Iterator[Demo]:
    portal = Demo(folder)
    yield portal
    portal.clean_up()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
        return answer.read().decode()


class TestDemo:
    def test_its_life(self, demo: Demo) -> None:
        """Each step stands on the one before: four tests could run on two workers."""
        self.it_starts_says_where_and_stops(demo)
        self.a_second_start_keeps_the_data_and_a_killed_launcher_takes_all_along(demo)
        self.a_process_that_dies_stops_the_others(demo)
        self.beginning_anew(demo)

    def it_starts_says_where_and_stops(self, demo: Demo) -> None:
        with closing(socket.socket()) as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", 8700))
            taken.listen()
            demo.start()
            address = demo.address()
        assert "Port 8700 is taken, trying the next." in demo.said
        assert address != "http://127.0.0.1:8700"
        assert "gina@garage-nord.example" in demo.said
        assert "demo-password" in demo.said
        assert get(f"{address}/healthz") == "ok\n"
        assert get(f"{address}/readyz") == '{"database": "ok", "broker": "ok", "mail": "ok"}'
        commands = " ".join(demo.processes().values())
        assert all(name in commands for name in ("gunicorn", "worker", "beat"))

        second = Demo(demo.folder)
        second.start()
        assert second.end() == 1
        assert "The portal already runs here: http://localhost:" in second.said

        assert demo.process is not None
        demo.process.send_signal(signal.SIGINT)
        assert demo.end() == 0
        assert demo.processes() == {}, "the launcher waits for all of them"

    def a_second_start_keeps_the_data_and_a_killed_launcher_takes_all_along(
        self, demo: Demo
    ) -> None:
        demo.start()
        demo.address()
        assert "Loading the demo world" not in demo.said
        assert demo.process is not None
        demo.process.kill()
        assert demo.nothing_left(), demo.processes()

    def a_process_that_dies_stops_the_others(self, demo: Demo) -> None:
        demo.start()
        demo.address()
        os.kill(demo.process_of("celery --app=portal --workdir"), signal.SIGKILL)
        assert demo.end() == 1
        assert re.search(
            r"The process (worker|beat) ended by itself \(killed by SIGKILL\)", demo.said
        )
        assert demo.processes() == {}

    def beginning_anew(self, demo: Demo) -> None:
        demo.start("--reset")
        demo.read_until("Loading the demo world")
        demo.address()
        assert demo.process is not None
        demo.process.terminate()
        assert demo.end() == 0


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "postgresql://me:hidden@127.0.0.1:1/x", "the database does not let us in"),
        ("DATABASE_URL", "oracle://me:hidden@127.0.0.1/x", "DATABASE_URL is not understood"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "REDIS_URL: Redis does not answer"),
        ("EMAIL_URL", "smtp://127.0.0.1:1", "EMAIL_URL: the mail server 127.0.0.1:1 does not"),
    ],
)
def test_a_wrong_server_gets_one_sentence(demo: Demo, name: str, value: str, sentence: str) -> None:
    demo.start(**{name: value})
    assert demo.end() == 1
    assert demo.nothing_left()
    last = demo.said.strip().splitlines()[-1]
    assert sentence in last
    assert "Traceback" not in demo.said
    assert "hidden" not in demo.said


def test_data_of_another_server_are_not_deleted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@db.example/production")
    (tmp_path / "mails").mkdir()
    with pytest.raises(LaunchError, match="empty that one yourself"):
        launch.reset(tmp_path)
    assert (tmp_path / "mails").exists()


def test_reset_deletes_only_what_the_portal_wrote(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "mails").mkdir()
    (tmp_path / "mine.txt").write_text("kept")
    launch.reset(tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name != "postgres"] == ["mine.txt"]


def test_translations_are_compiled_when_they_changed(tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source, target = folder / "django.po", folder / "django.mo"
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        'msgid "Partner"\nmsgstr "Partenaire"\n'
    )
    launch.compile_translations(tmp_path)
    assert b"Partenaire" in target.read_bytes()
    os.utime(target, ns=(time.time_ns() + 10**9,) * 2)
    before = target.stat().st_mtime_ns
    launch.compile_translations(tmp_path)
    assert target.stat().st_mtime_ns == before


def test_the_table_lines_up() -> None:
    lines = launch.table([("a@b.example", "staff", "/admin/"), ("c@d.example", "x", "Café")])
    assert len({len(line) for line in lines}) == 1
