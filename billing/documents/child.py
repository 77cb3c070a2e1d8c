"""The process that lays out PDFs: no Django, no database, no secrets, no network, no files (T33).

`python -I child.py MEGABYTES` reads jobs from standard input and answers on standard output, one
after the other, until its input closes. It is started from its path and isolated, so that it
imports WeasyPrint and the standard library only.

A message is its header's length (4 bytes), a JSON header, and the parts whose lengths the header
lists under "parts". A job is two messages: the page, whose layout begins at once, and what the
portal makes meanwhile (the QR code, the XML).
"""

import gc
import json
import os
import resource
import signal
import struct
import sys
import time
from typing import Any, BinaryIO

SCHEME = "asset:"
MEMORY = "memory"


def write_message(stream: BinaryIO, header: dict[str, Any], parts: dict[str, bytes]) -> None:
    about = json.dumps(
        header | {"parts": [[name, len(part)] for name, part in parts.items()]}
    ).encode()
    stream.write(struct.pack(">I", len(about)) + about + b"".join(parts.values()))
    stream.flush()


def read_message(stream: BinaryIO) -> tuple[dict[str, Any], dict[str, bytes]] | None:
    """The next message; None when the other side is gone."""
    length = stream.read(4)
    if len(length) < 4:
        return None
    header = json.loads(stream.read(struct.unpack(">I", length)[0]))
    parts = {}
    for name, size in header["parts"]:
        parts[name] = stream.read(size)
        if len(parts[name]) < size:
            return None
    return header, parts


class Parts(dict[str, bytes]):
    """A job's parts; whoever asks for one of the second message waits for that."""

    def __init__(self, parts: dict[str, bytes], stream: BinaryIO) -> None:
        super().__init__(parts)
        self.stream: BinaryIO | None = stream

    def __missing__(self, name: str) -> bytes:
        self.complete()
        if name not in self:
            raise PermissionError(f"The document has no part {name}.")
        return self[name]

    def complete(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            message = read_message(stream)
            if message is None:
                raise EOFError("The second half of the document never came.")
            self.update(message[1])


class OwnBytes:
    """A URL fetcher that knows the job's own parts, and nothing else in the world.

    WeasyPrint's own class is not its base: that one comes with handlers for files and networks.
    """

    _fail_on_errors = False

    def __init__(self, parts: dict[str, bytes], types: dict[str, str]) -> None:
        self.parts, self.types = parts, types

    def __call__(self, url: str, headers: dict[str, str] | None = None) -> Any:
        from weasyprint.urls import URLFetcherResponse

        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self.types:
            raise PermissionError(f"Documents load nothing but their own parts: {url[:80]}")
        return URLFetcherResponse(url, self.parts[name], {"Content-Type": self.types[name]})

    fetch = __call__


class Press:
    """WeasyPrint with its fonts and style sheets kept warm."""

    def __init__(self) -> None:
        from weasyprint.text.fonts import FontConfiguration

        self.fonts = FontConfiguration()
        self.styles: dict[bytes, Any] = {}

    def style(self, css: bytes) -> Any:
        from weasyprint import CSS

        if css not in self.styles:
            self.styles.clear()
            self.styles[css] = CSS(
                string=css.decode(), font_config=self.fonts, url_fetcher=OwnBytes({}, {})
            )
        return self.styles[css]

    def layout(self, job: dict[str, Any], parts: dict[str, bytes]) -> Any:
        from weasyprint import HTML

        page = HTML(string=parts["html"].decode(), url_fetcher=OwnBytes(parts, job["types"]))
        return page.render(stylesheets=[self.style(parts["css"])], font_config=self.fonts)

    def print(self, job: dict[str, Any], parts: dict[str, bytes]) -> tuple[bytes, dict[str, Any]]:
        """The PDF, and how long its layout and the whole took, in seconds."""
        began = time.perf_counter()
        document = self.layout(job, parts)
        laid_out = time.perf_counter()
        if isinstance(parts, Parts):
            parts.complete()
        if "xmp" in parts:
            _extend_metadata(document.metadata, parts["xmp"])
        document.metadata.attachments = [
            _attachment(document, each, job, parts) for each in job["attachments"]
        ]
        pdf = document.write_pdf(
            pdf_variant=job["variant"], pdf_tags=True, finisher=_name_attachments_once
        )
        return pdf, {
            "pages": len(document.pages),
            "layout": laid_out - began,
            "whole": time.perf_counter() - began,
        }


def _extend_metadata(metadata: Any, descriptions: bytes) -> None:
    """Puts ours into the one rdf:RDF that XMP allows; WeasyPrint's option would add a second."""
    generate, end = metadata.generate_rdf_metadata, b"</rdf:RDF>"
    metadata.generate_rdf_metadata = lambda *arguments: generate(*arguments).replace(
        end, descriptions + end
    )


def _name_attachments_once(document: Any, pdf: Any) -> None:
    """WeasyPrint lists an attachment twice among the associated files."""
    if "AF" in pdf.catalog:
        pdf.catalog["AF"][:] = dict.fromkeys(pdf.catalog["AF"])


def _attachment(document: Any, each: dict[str, str], job: dict[str, Any], parts: Any) -> Any:
    from datetime import datetime

    from weasyprint import Attachment

    moment = datetime.fromisoformat(each["moment"])
    return Attachment(
        url=SCHEME + each["part"],
        url_fetcher=OwnBytes(parts, job["types"]),
        name=each["name"],
        description=each["description"],
        relationship=each["relationship"],
        created=moment,
        modified=moment,
    )


def lock_down() -> None:
    """After this, nothing is written, nothing is read but Python's own files, nothing connects.

    The fetcher alone keeps T33; this is the second door behind it, for what WeasyPrint or a
    picture's decoder might open by itself.
    """
    import cffi

    homes = (sys.prefix, sys.base_prefix, os.path.dirname(cffi.__file__))
    readable = tuple(os.path.realpath(home) + os.sep for home in homes)
    refused: tuple[str, ...] = (
        "socket.",
        "subprocess.",
        "os.exec",
        "os.fork",
        "os.posix_spawn",
        "os.system",
    )
    refused += ("urllib.", "os.listdir", "os.scandir", "ftplib.", "http.")

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path = os.fspath(arguments[0]) if not isinstance(arguments[0], int) else ""
            path = path.decode() if isinstance(path, bytes) else path
            reads = not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if reads and os.path.realpath(path).startswith(readable):
                return
            raise PermissionError("Documents open no files.")
        if event.startswith(refused) and not _from_import():
            raise PermissionError(f"Documents do not: {event}.")

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    sys.addaudithook(watch)


def _from_import() -> bool:
    """Whether Python's own import machinery asks, which lists folders to find a module."""
    frame = sys._getframe(2)
    return "importlib" in frame.f_code.co_filename


def warm_up(press: Press) -> None:
    """Loads what the first real document would load: modules, fonts, picture decoders."""
    page = (
        "<html lang=en><title>-</title><body style='font: 9pt Inter'>"
        "<b style='font-weight: 600'>€</b><table><tr><td>1</td></tr></table>"
        f"<img src='{SCHEME}svg'><img src='{SCHEME}png'>"
    )
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text font-family='Arial'>"
    svg += "x<tspan font-weight='bold'>y</tspan></text></svg>"
    types = {"svg": "image/svg+xml", "png": "image/png", "xml": "text/xml"}
    about = {"part": "xml", "name": "x.xml", "moment": "2026-01-01", "description": ""}
    job = {"types": types, "variant": "pdf/a-3b", "attachments": [about | {"relationship": "Data"}]}
    parts = {"html": page.encode(), "css": b"@page { size: A4 }", "svg": svg.encode()}
    parts |= {"png": _dot(), "xml": b"<x/>"}
    press.print(job, parts)


def _dot() -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "png")
    return file.getvalue()


class Memory:
    """Whether the limit was reached: running out of it shows as an error of any kind, since C code
    turns a refused allocation into what it likes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.status = os.open("/proc/self/status", os.O_RDONLY)

    def is_full(self) -> bool:
        lines = os.pread(self.status, 10_000, 0).splitlines()
        peak = next(int(line.split()[1]) for line in lines if line.startswith(b"VmPeak:"))
        return peak * 1024 > 0.9 * self.most


def serve(press: Press, memory: Memory, jobs: BinaryIO, answers: BinaryIO) -> None:
    while message := read_message(jobs):
        job, parts = message[0], Parts(message[1], jobs)
        # Should the portal die meanwhile, nobody else stops an endless layout.
        signal.alarm(job["seconds"] + 5)
        gc.disable()  # one document makes no garbage that could not wait for its end
        try:
            pdf, times = press.print(job, parts)
            answer, results = {"ok": True, **times}, {"pdf": pdf}
        except Exception as problem:
            why = f"{type(problem).__name__}: {problem}"[:300]
            if isinstance(problem, MemoryError) or memory.is_full():
                why = MEMORY
            answer, results = {"ok": False, "why": why}, {}
        signal.alarm(0)
        answer["peak_kb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        write_message(answers, answer, results)
        del message, job, parts, answer, results
        gc.collect()


def main() -> None:
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints does not end up in an answer
    most = int(sys.argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import logging

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    press, memory = Press(), Memory(most)
    warm_up(press)
    gc.collect()
    gc.freeze()
    lock_down()
    write_message(answers, {"ok": True}, {})
    serve(press, memory, jobs, answers)


if __name__ == "__main__":
    main()
