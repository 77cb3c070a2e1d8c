"""Looks at a PDF as what it is, before anybody else gets it (T4). Pure: bytes in, a word out.

This reads structure only: where it begins and ends, and the names in its objects, those in
compressed object streams included. What may act when it is opened is refused, and so is what
cannot be looked into. It is served as a download with `nosniff` and a sandbox besides.
"""

import re
import zlib
from enum import Enum, auto

LARGEST_INSIDE = 64 * 1024 * 1024
"""How many bytes the compressed objects of one file may come to."""


class Flaw(Enum):
    """Why a file is not taken."""

    NO_PDF = auto()
    LOCKED = auto()
    ACTIVE = auto()


ACTIVE = frozenset(
    b"JavaScript JS Launch EmbeddedFile EmbeddedFiles RichMedia XFA SubmitForm ImportData GoToE "
    b"GoToR Rendition Movie Sound 3D Filespec".split()
)
"""Names of what runs, submits, plays, carries another file or opens one elsewhere."""

OBJECTS = frozenset({b"ObjStm", b"First"})
"""What tells a stream of objects; not all readers ask for its type, but all for its first."""

_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]{1,127})")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DEFLATED = re.compile(rb"/Filter\s*(?:/FlateDecode(?![^\s/>])|\[\s*/FlateDecode\s*\])")
_START = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*$")


def flaw(content: bytes) -> Flaw | None:
    """What is wrong with the file, or None: a PDF that only shows something."""
    start = _START.search(content[-1024:])
    if not re.match(rb"%PDF-[12]\.\d", content) or start is None:
        return Flaw.NO_PDF
    if int(start[1]) >= len(content) or b" obj" not in content:
        return Flaw.NO_PDF
    names = _names(content)
    if b"Encrypt" in names:
        return Flaw.LOCKED
    inside = _names_inside(content)
    if inside is None:
        return Flaw.LOCKED
    return Flaw.ACTIVE if (names | inside) & ACTIVE else None


def _names(content: bytes) -> set[bytes]:
    """The names that stand in it, `/J#61vaScript` as what it spells."""
    found = set(_NAME.findall(content))
    return {_ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), name) for name in found}


def _names_inside(content: bytes) -> set[bytes] | None:
    """The names in compressed objects; None when one cannot be opened."""
    names: set[bytes] = set()
    room = LARGEST_INSIDE
    for begun in _STREAM.finditer(content):
        head = content[max(0, begun.start() - 4096) : begun.start()]
        head = head[head.rfind(b" obj") :]
        head_names = _names(head)
        if not head_names & OBJECTS:
            continue
        end = content.find(b"endstream", begun.end())
        objects = _opened(content[begun.end() : end], head, room)
        if end < 0 or objects is None:
            return None
        room -= len(objects)
        names |= _names(objects)
    return names


def _opened(stream: bytes, head: bytes, room: int) -> bytes | None:
    """The stream as it was before compression, if it is deflate, once, and fits the room. Not when
    its dictionary says the filter elsewhere, or by a short name that some readers know."""
    names = _names(head)
    if b"Filter" not in names:
        return stream
    if not _DEFLATED.search(head) or b"Predictor" in names:
        return None
    try:
        opened = zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        return None
    return opened if len(opened) < room else None
