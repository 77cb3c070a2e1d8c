"""Files are whole or not there: on a full disk, and when who writes them is killed."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import RequestFactory

from billing.documents import invoices
from billing.models import Invoice
from portal import faults, storage, views
from portal.storage import WholeFileStorage
from tenders.errors import AttachmentRefused
from tenders.models import Attachment
from tenders.services import proposing
from tests.billing.invoiced import clear_money, invoice_of
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[2]
BIG = b"x" * 300_000


@pytest.fixture
def kept(tmp_path: Path) -> WholeFileStorage:
    return WholeFileStorage(location=tmp_path)


@pytest.fixture(params=["unnamed", "named"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to write: on file systems with files without a name, and on others."""
    if request.param == "named":
        really = os.open

        def without(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not here")
            return really(path, flags, *args, **kwargs)

        monkeypatch.setattr(storage.os, "open", without)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """The system refuses to write a file beyond 100,000 bytes, in the middle of it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    kept_signal = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, kept_signal)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_written_whole(way: None, kept: WholeFileStorage, tmp_path: Path) -> None:
    name = kept.save("a/b/one.pdf", ContentFile(BIG))
    assert (name, (tmp_path / name).read_bytes()) == ("a/b/one.pdf", BIG)
    assert files(tmp_path) == ["a/b/one.pdf"]


def test_a_name_is_never_taken_from_another(
    way: None, kept: WholeFileStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the other one came between the look and the writing."""
    kept.save("one.pdf", ContentFile(b"old"))
    really = kept.get_available_name
    asked: list[str] = []

    def blind(name: str, max_length: int | None = None) -> str:
        asked.append(name)
        return name if len(asked) == 1 else really(name, max_length)

    monkeypatch.setattr(kept, "get_available_name", blind)
    name = kept.save("one.pdf", ContentFile(b"new"))
    assert name != "one.pdf"
    assert [(tmp_path / one).read_bytes() for one in ("one.pdf", name)] == [b"old", b"new"]


def test_a_full_disk_leaves_nothing_and_the_old_file(
    way: None, kept: WholeFileStorage, tmp_path: Path, small_disk: None
) -> None:
    kept.save("old.pdf", ContentFile(b"old"))
    with pytest.raises(OSError, match="File too large") as full:
        kept.save("new.pdf", ContentFile(BIG))
    assert storage.is_full(full.value)
    assert files(tmp_path) == ["old.pdf"]
    assert (tmp_path / "old.pdf").read_bytes() == b"old"


def test_control_djangos_own_storage_leaves_half_a_file(tmp_path: Path, small_disk: None) -> None:
    from django.core.files.storage import FileSystemStorage

    with pytest.raises(OSError, match="File too large"):
        FileSystemStorage(location=tmp_path).save("new.pdf", ContentFile(BIG))
    assert files(tmp_path) == ["new.pdf"]


def test_the_portal_uses_it() -> None:
    assert isinstance(Invoice._meta.get_field("pdf").storage, WholeFileStorage)  # type: ignore[attr-defined]


def test_a_page_that_can_not_write_says_so(rf: RequestFactory) -> None:
    """507, what to do, and whom to ask."""
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError:
        answer = views.server_error(rf.post("/o/alpine-web/"))
    assert answer.status_code == 507
    text = answer.content.decode()
    assert "could not be stored" in text
    assert "support@portal.example" in text
    assert not faults.store_full(OSError(errno.ECONNRESET, "gone"))


@pytest.mark.django_db
def test_a_proposals_file_is_refused_at_its_field(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    attachment = Attachment()

    def full(*args: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "write", full)
    before = Attachment.objects.count()
    with pytest.raises(AttachmentRefused, match="can't store files") as refused:
        proposing._store(attachment, SimpleUploadedFile("offer.pdf", b"%PDF-1.7 %%EOF"))
    assert refused.value.field == "file"
    assert (files(tmp_path), Attachment.objects.count()) == ([], before)


@pytest.mark.django_db
def test_an_invoice_waits_for_room_and_loses_nothing(
    world: World, request: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    clear_money(request)
    invoice = invoice_of(world)
    monkeypatch.setattr(invoices, "render", lambda document: b"%PDF-1.7 " + BIG + b"%%EOF")
    really = os.write

    def full(file: int, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        invoices.print_one(invoice.pk)
    row = Invoice.objects.get(pk=invoice.pk)
    assert (row.pdf.name, row.pdf_attempts, files(tmp_path)) == ("", 0, [])
    monkeypatch.setattr(storage.os, "write", really)
    assert invoices.print_one(invoice.pk)
    assert len(files(tmp_path)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_within_a_pdf_costs_nothing(
    live_world: World, request: Any, settings: Any, tmp_path: Path
) -> None:
    """kill -9 while the page is laid out, and with half the file written: the next run prints."""
    settings.MEDIA_ROOT = tmp_path
    clear_money(request)
    invoice = invoice_of(live_world)
    before = Invoice.objects.values().get(pk=invoice.pk)
    for where in ("page", "file"):
        worker = printer(where, tmp_path)
        assert worker.stdout is not None
        assert worker.stdout.readline() == "there\n"
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        worker.stdout.close()
        assert files(tmp_path) == []
        assert Invoice.objects.values().get(pk=invoice.pk) == before
    wait_until_free()
    assert invoices.print_due() == 1
    row = Invoice.objects.get(pk=invoice.pk)
    assert files(tmp_path) == [row.pdf.name]
    content = (tmp_path / row.pdf.name).read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"%%EOF" in content[-1024:]
    after = Invoice.objects.values().get(pk=invoice.pk)
    assert {name for name in after if after[name] != before[name]} == {"pdf"}


def printer(where: str, media: Path) -> subprocess.Popen[str]:
    """A worker that begins to print; its own child, the press, ends with it."""
    server = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))
    code = "import tests.settings as s; s.MEDIA_ROOT = __import__('pathlib').Path(%r);"
    code += "import sys; sys.argv = ['', %r]; from tests.portal.print_once import main; main()"
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", code % (str(media), where)],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": address},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_free() -> None:
    """The killed worker's session ends a moment after it, and its lock with it."""
    import time

    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE classid = %s", [invoices.LOCK])
            if not cursor.fetchone()[0]:
                return
            assert time.monotonic() < until
            time.sleep(0.05)
