"""The embedded PostgreSQL: it comes and goes by itself, lets in only us, and opens no folder."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from portal import embedded
from portal.keeper import is_postmaster

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {checkout!r})
from portal import embedded
print(embedded.database_url(Path({folder!r}), durable=False), flush=True)
sys.stdin.readline()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to leave its own folder")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, as a checkout in /srv is."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for /var/lib/reseller-portal."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(embedded, "ELSEWHERE", (Path(folder) / "portal",))
        yield Path(folder)


def ask(url: str, question: str) -> Any:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def keeper_of(home: Path) -> tuple[int, int, Path]:
    answer = json.loads((home / "server.json").read_text())
    return answer["keeper"], answer["server"], Path(answer["sockets"])


def user_program(folder: Path) -> subprocess.Popen[str]:
    """Another program that uses the server of this folder until it is told to end."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", PROGRAM.format(checkout=str(CHECKOUT), folder=str(folder))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_server_for_as_long_as_somebody_uses_it(open_folder: Path) -> None:
    folder = open_folder / "var" / "postgres"
    url = embedded.database_url(folder, durable=False)
    try:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert embedded.database_url(folder) == url
        with user_program(folder) as other:
            assert other.stdout is not None
            assert other.stdout.readline().strip() == url
            assert embedded.release(folder) is False, "another program uses it"
            assert ask(url, "SELECT answer FROM kept") == 42
            _, server, sockets = keeper_of(folder)
            other.kill()
        assert until(lambda: not sockets.exists()), "the last user has gone"
        assert not is_postmaster(server, folder / "cluster")
        url = embedded.database_url(folder, durable=False)
        assert ask(url, "SELECT answer FROM kept") == 42
        assert ask(url, "SELECT lower('É')") == "é"
    finally:
        assert embedded.release(folder)
    embedded.remove(folder)
    assert not folder.exists()


def test_killed_at_once_it_starts_again(open_folder: Path) -> None:
    """As after a power cut: a stale pid file, a socket folder that nobody removed."""
    folder = open_folder / "postgres"
    embedded.database_url(folder, durable=False)
    keeper, server, sockets = keeper_of(folder)
    os.kill(keeper, signal.SIGKILL)
    os.kill(server, signal.SIGKILL)
    os.waitpid(keeper, 0)
    assert until(lambda: not is_postmaster(server, folder / "cluster"))
    # The pid now belongs to a program that is not PostgreSQL: to us.
    pid_file = folder / "cluster" / "postmaster.pid"
    pid_file.write_text("\n".join([str(os.getpid()), *pid_file.read_text().split("\n")[1:]]))
    try:
        assert ask(embedded.database_url(folder, durable=False), "SELECT 1") == 1
        assert not sockets.exists()
    finally:
        assert embedded.release(folder)


def test_it_lets_in_only_us(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    url = embedded.database_url(folder, durable=False)
    try:
        _, _, sockets = keeper_of(folder)
        assert len(os.fsencode(sockets / ".s.PGSQL.5432")) < 107
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((folder / "cluster").stat().st_mode) == 0o700
        assert ask(url, "SHOW listen_addresses") == ""
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(url.replace("portal@", "postgres@"))
        if os.geteuid() == 0:
            stranger = subprocess.run(  # noqa: S603
                ["/bin/ls", sockets], user="nobody", capture_output=True, check=False
            )
            assert stranger.returncode != 0
    finally:
        assert embedded.release(folder)


def modes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mode for path in (folder, *folder.parents)}


@as_root
def test_below_a_closed_home_no_folder_changes_its_rights(elsewhere: Path) -> None:
    """Root's checkout lies in a home of mode 0700: the data go elsewhere, the home stays closed."""
    with tempfile.TemporaryDirectory() as home:
        checkout = Path(home) / "checkout"
        checkout.mkdir(mode=0o755)
        before = modes(checkout)
        assert stat.S_IMODE(before[Path(home)]) == 0o700
        url = embedded.database_url(checkout / "var" / "postgres", durable=False)
        try:
            place = embedded.find_place(checkout / "var" / "postgres").home
            assert place.is_relative_to(elsewhere)
            assert ask(url, "SELECT current_user") == "portal"
            server = keeper_of(place)[1]
            assert os.stat(f"/proc/{server}").st_uid != 0
        finally:
            assert embedded.release(checkout / "var" / "postgres")
        assert modes(checkout) == before
        assert not (checkout / "var").exists()


@as_root
def test_data_that_exist_are_found_again_when_the_home_opens(elsewhere: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "postgres"
        embedded.database_url(folder, durable=False)
        assert embedded.release(folder)
        place = embedded.find_place(folder)
        Path(home).chmod(0o755)
        assert embedded.find_place(folder) == place


@as_root
def test_data_out_of_reach_are_not_replaced_by_empty_ones(
    open_folder: Path, elsewhere: Path
) -> None:
    folder = open_folder / "postgres"
    embedded.database_url(folder, durable=False)
    assert embedded.release(folder)
    open_folder.chmod(0o700)
    with pytest.raises(embedded.EmbeddedPostgresError, match="can no longer reach its data"):
        embedded.database_url(folder)
    assert not any(elsewhere.iterdir())


@as_root
def test_programs_that_the_servers_user_cannot_read_are_copied(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_runs_as", lambda *_: False)
    folder = open_folder / "postgres"
    url = embedded.database_url(folder, durable=False)
    try:
        assert ask(url, "SELECT 1") == 1
        server = keeper_of(folder)[1]
        assert Path(os.readlink(f"/proc/{server}/exe")).is_relative_to(folder)
    finally:
        assert embedded.release(folder)


def test_a_folder_prepared_by_a_stranger_is_not_used(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place in /var/tmp has a name that anybody can guess."""
    if os.geteuid() != 0:
        pytest.skip("only root goes elsewhere")
    prepared = elsewhere / "portal"
    prepared.mkdir(mode=0o755)
    os.chown(prepared, pwd.getpwnam("nobody").pw_uid, -1)
    refused = pytest.raises(embedded.EmbeddedPostgresError, match="set DATA_DIR")
    with tempfile.TemporaryDirectory() as home, refused:
        embedded.find_place(Path(home) / "postgres")
    assert not any(prepared.iterdir())


def test_data_of_another_version_are_refused(open_folder: Path) -> None:
    folder = open_folder / "postgres"
    home = embedded.find_place(folder).home
    (home / "cluster").mkdir()
    (home / "cluster" / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedPostgresError, match=r"PostgreSQL 17.*brings 18"):
        embedded.database_url(folder)
    shutil.rmtree(home)
