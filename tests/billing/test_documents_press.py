"""The rendering process: shut in, limited, and replaced when it breaks (T33)."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.conf import settings
from weasyprint import HTML

from billing.documents import child, press, render
from billing.documents.errors import DocumentFailed, DocumentTooLarge, DocumentTooSlow
from billing.documents.press import Job, Press
from tests.billing.documents import examples, opened, texts

ABOUT = {"variant": "pdf/a-3b", "types": {}, "attachments": []}


def job(page: str, css: str = "@page { size: A4 }") -> Job:
    return Job(ABOUT, {"html": page.encode(), "css": css.encode()})


@pytest.fixture
def own() -> Iterator[Press]:
    """A press that a test may break."""
    own = Press(megabytes=settings.PDF_MEMORY_MB)
    yield own
    own.stop()


def pid(own: Press) -> int:
    own.warm()
    worker = own.places.get()
    own.places.put(worker)
    assert worker is not None
    return worker.process.pid


# ---- What names may hold -----------------------------------------------------------------------

HOSTILE = (
    '<img src="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<style>@import "http://127.0.0.1:1/x.css";</style>',
    "{{ settings.SECRET_KEY }}{% include 'x' %}",
    '"><script>alert(1)</script>',
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_html_is_printed_as_text(text: str) -> None:
    party = replace(examples.PARTNER, name=text)
    line = replace(examples.HOSTINGS, text=text, detail=text, notes=(text,))
    document = examples.invoice(
        buyer=party, lines=(line,), number=text[:20], intro=text, footer=text, payment_note=text
    )
    pdf = render(document)
    said = "".join(texts(pdf)).replace(" ", "")
    assert said.count(text.replace(" ", "")) >= 5
    assert "root:" not in said
    attached = opened(pdf)
    assert list(attached.attachments) == ["factur-x.xml"]


# ---- What the process can reach ----------------------------------------------------------------


@pytest.fixture
def called() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server of our own, and the paths that were asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_page_loads_nothing_but_its_own_parts(own: Press, called: tuple[str, list[str]]) -> None:
    """Even if HTML did get in: no file, no network, no data of others (T33)."""
    address, asked = called
    secret = Path(settings.BASE_DIR) / "pyproject.toml"
    page = greedy(address, secret)
    pdf, _ = own.print(job(page), 20)
    assert asked == []
    assert "text" in texts(pdf)[0]
    assert b"reseller-portal" not in pdf
    attached = opened(pdf)
    assert not attached.attachments


def test_the_same_page_would_load_all_that(called: tuple[str, list[str]]) -> None:
    """The control: WeasyPrint by itself asks the server for it, and attaches the file."""
    address, asked = called
    secret = Path(settings.BASE_DIR) / "pyproject.toml"
    attached = opened(HTML(string=greedy(address, secret)).write_pdf())
    assert {"/a.css", "/b.css", "/d.png"} <= set(asked)
    assert b"reseller-portal" in attached.attachments["pyproject.toml"].get_file().read_bytes()


def greedy(address: str, secret: Path) -> str:
    """A page that asks for all it can think of."""
    return f"""<html lang=en><title>x</title>
        <link rel=stylesheet href="{address}/a.css"><link rel=attachment href="file://{secret}">
        <style>@import url({address}/b.css); @font-face {{ font-family: X;
        src: url({address}/x.woff) }} p {{ background: url({address}/c.png); font-family: X }}
        </style><img src="file://{secret}"><img src="{address}/d.png"><img src="//127.0.0.1/e.png">
        <img src="asset:other"><img src="../../etc/passwd"><img src="data:image/svg+xml,%3Csvg/%3E">
        <object data="file://{secret}"></object><embed src="{address}/f.svg">
        <svg><image href="{address}/g.png"/><use href="file://{secret}#a"/></svg>
        <a rel=attachment href="file://{secret}">a</a><p>text</p>"""


def test_a_picture_of_vectors_loads_nothing_either(
    own: Press, called: tuple[str, list[str]]
) -> None:
    address, asked = called
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
        <style>@import url({address}/a.css);</style><image href="{address}/b.png" width="9"/>
        <image href="file:///etc/passwd" width="9"/></svg>"""
    page = {"html": b"<html lang=en><title>x</title><img src=asset:svg>", "css": b""}
    about = ABOUT | {"types": {"svg": "image/svg+xml"}}
    own.print(Job(about, page | {"svg": svg.encode()}), 20)
    assert asked == []


SHUT = """
import sys
sys.path.insert(0, sys.argv[1])
import child, os, socket, subprocess
child.lock_down()
for act in (
    lambda: open("/etc/passwd"),
    lambda: open(sys.argv[2]),
    lambda: os.open("/etc/passwd", os.O_RDONLY),
    lambda: open(os.path.join(sys.prefix, "new"), "w"),
    lambda: open(sys.prefix + "/../../etc/passwd"),
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("portal.example", 80),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: os.listdir("/"),
):
    try:
        act()
    except PermissionError:
        print("refused")
"""


def test_behind_the_fetcher_is_a_second_door() -> None:
    """What WeasyPrint or a decoder might open by itself is refused as well."""
    secret = str(Path(settings.BASE_DIR) / "pyproject.toml")
    code = [sys.executable, "-c", SHUT, str(press.FOLDER), secret]
    done = subprocess.run(code, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.split() == ["refused"] * 10, done.stderr


def test_the_process_knows_no_secret(own: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary-of-the-secret")
    environment = Path(f"/proc/{pid(own)}/environ").read_bytes()
    assert b"canary-of-the-secret" not in environment
    assert b"DATABASE_URL" not in environment
    assert os.readlink(f"/proc/{pid(own)}/cwd") == "/"


# ---- Limits ------------------------------------------------------------------------------------


def test_an_endless_layout_is_stopped(own: Press) -> None:
    before = pid(own)
    with pytest.raises(DocumentTooSlow, match="longer than 1 seconds"):
        own.print(job("<html lang=en><title>x</title>" + "<p>x<table><td>y</table>" * 20_000), 1)
    with pytest.raises(ProcessLookupError):
        os.kill(before, 0)
    pdf, _ = own.print(job("<html lang=en><title>x</title><p>next"), 20)
    assert texts(pdf) == ["next"]


def test_too_much_memory_is_refused() -> None:
    small = Press(megabytes=384)
    try:
        page = "<html lang=en><title>x</title>" + "<p>x</p>" * 60_000
        with pytest.raises(DocumentTooLarge):
            small.print(job(page), 60)
        pdf, _ = small.print(job("<html lang=en><title>x</title><p>next"), 20)
        assert texts(pdf) == ["next"]
    finally:
        small.stop()


def test_a_killed_process_is_replaced(own: Press) -> None:
    before = pid(own)
    os.kill(before, signal.SIGKILL)
    with pytest.raises(DocumentFailed, match="ended with -9"):
        own.print(job("<html lang=en><title>x</title>"), 20)
    assert pid(own) != before
    assert own.print(job("<html lang=en><title>x</title>"), 20)[0].startswith(b"%PDF")


def test_a_fault_in_the_second_half_leaves_nothing_behind(own: Press) -> None:
    def fault() -> press.Parts:
        raise ZeroDivisionError

    broken = replace(job("<html lang=en><title>x</title>"), later=fault)
    with pytest.raises(ZeroDivisionError):
        own.print(broken, 20)
    assert own.print(job("<html lang=en><title>x</title><p>next"), 20)[0].startswith(b"%PDF")


def test_a_part_that_does_not_exist_is_a_picture_less(own: Press) -> None:
    about = ABOUT | {"types": {"logo": "image/png"}}
    page = {"html": b"<html lang=en><title>x</title><img src=asset:logo><p>text", "css": b""}
    pdf, _ = own.print(Job(about, page), 20)
    assert texts(pdf) == ["text"]


def test_memory_does_not_grow_with_the_documents(own: Press) -> None:
    page = job("<html lang=en><title>x</title>" + "<p>x</p>" * 200)
    peaks = [own.print(page, 20)[1]["peak_kb"] for _ in range(30)]
    assert peaks[-1] - peaks[4] < 4_000


# ---- Threads and forks -------------------------------------------------------------------------


def test_threads_share_one_process() -> None:
    """As Celery's pool of threads does; each gets its own document."""
    documents = [examples.invoice(number=f"2026-{place:06}") for place in range(8)]
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(render, documents))
    for document, pdf in zip(documents, pdfs, strict=True):
        assert f"Invoice {document.number}" in texts(pdf)[0]


FORK = """
import os, sys
sys.path.insert(0, sys.argv[1])
from billing.documents.press import Job, Press, press
about = {"variant": "pdf/a-3b", "types": {}, "attachments": []}
job = Job(about, {"html": b"<html lang=en><title>x</title><p>text", "css": b""})
assert press(512).print(job, 20)[0].startswith(b"%PDF")
if (forked := os.fork()) == 0:
    ok = press(512).print(job, 20)[0].startswith(b"%PDF")
    from billing.documents.press import stop_all
    stop_all()
    os._exit(0 if ok else 1)
assert os.waitpid(forked, 0)[1] == 0
assert press(512).print(job, 20)[0].startswith(b"%PDF")
print("both")
"""


def test_a_forked_server_has_a_process_of_its_own() -> None:
    """As gunicorn does, when the portal is loaded before it forks."""
    code = [sys.executable, "-W", "error", "-c", FORK, str(settings.BASE_DIR)]
    done = subprocess.run(code, capture_output=True, text=True, timeout=60)  # noqa: S603
    assert done.stdout.strip() == "both", done.stderr


def test_the_process_ends_with_its_portal() -> None:
    code = """
import sys
sys.path.insert(0, sys.argv[1])
from billing.documents.press import press
press(512).warm()
worker = press(512).places.get()
print(worker.process.pid, flush=True)
import os
os._exit(0)
"""
    command = [sys.executable, "-c", code, str(settings.BASE_DIR)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)  # noqa: S603
    assert _is_gone(int(done.stdout))


def _is_gone(process: int) -> bool:
    import time

    for _ in range(100):
        status = Path(f"/proc/{process}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False


def test_half_a_message_is_none() -> None:
    import io

    file = io.BytesIO()
    child.write_message(file, {"a": 1}, {"part": b"12345"})
    whole = file.getvalue()
    assert child.read_message(io.BytesIO(whole)) == (
        {"a": 1, "parts": [["part", 5]]},
        {"part": b"12345"},
    )
    assert child.read_message(io.BytesIO(whole[:-1])) is None
    assert child.read_message(io.BytesIO(b"")) is None
