"""From a document to the bytes of its PDF.

The PDF is PDF/A-3b, tagged for screen readers, in the document's language; invoices and credit
notes carry themselves as Factur-X, and end with a Swiss QR-bill when they are paid by transfer.
The page and everything on it is put together here and sent, as bytes, to a process that can reach
nothing else (T33, see `child`).
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from billing.documents import factur_x, pages, qr
from billing.documents.errors import WrongDocument
from billing.documents.model import Document, Statement
from billing.documents.press import Job, Parts, press

VARIANT = "pdf/a-3b"
# Neither XML nor a page may hold them; the last ones turn the direction of what follows.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def render(document: Document | Statement) -> bytes:
    """The PDF. Raises a `DocumentError` (see `errors`); the next document is not affected."""
    return render_with_times(document)[0]


def render_with_times(document: Document | Statement) -> tuple[bytes, dict[str, Any]]:
    """The PDF, and in seconds what WeasyPrint's layout alone took of it ("layout")."""
    with translation.override(document.language):
        job = prepare(document)
        own = press(settings.PDF_MEMORY_MB, settings.DATA_DIR / "font-cache")
        return own.print(job, settings.PDF_SECONDS)


def prepare(document: Document | Statement) -> Job:
    """What the rendering process gets: the page, its style sheet, and all that it may load."""
    if isinstance(document, Statement):
        return _job(document, pages.statement(document), {})
    document = factur_x.with_mentions(document, pages.default_mentions())
    bill = qr.bill_of(document, message=pages.title_of(document))
    terms = _("Payable at once.")

    def later() -> Parts:
        xml = factur_x.xml_of(document, terms=terms)
        parts = {"xml": _printable(xml), "xmp": factur_x.xmp()}
        return parts | {"qr": qr.code_of(bill)} if bill else parts

    types = {"xml": "text/xml", "qr": "image/png"}
    return _job(document, pages.invoice(document, bill), types, later, [_attachment(document)])


def _job(
    document: Document | Statement,
    page: str,
    types: dict[str, str],
    later: Callable[[], Parts] = dict,
    attachments: Sequence[dict[str, str]] = (),
) -> Job:
    parts = {"css": stylesheet(), "html": _printable(page)}
    if document.logo:
        parts["logo"] = document.logo
        types = types | {"logo": _picture_type(document.logo)}
    about = {"variant": VARIANT, "types": types, "attachments": list(attachments)}
    return Job(about, parts, later)


@cache
def stylesheet() -> bytes:
    return (settings.BASE_DIR / "templates" / "billing" / "documents" / "document.css").read_bytes()


def _attachment(document: Document) -> dict[str, str]:
    return {
        "part": "xml",
        "name": factur_x.NAME,
        "description": "Factur-X",
        "relationship": "Alternative",
        "moment": datetime.combine(document.issued_on, time()).isoformat(),
    }


def _picture_type(logo: bytes) -> str:
    for start, name in PICTURES.items():
        if logo.startswith(start):
            return name
    raise WrongDocument("A logo is a PNG or a JPEG.")


def _printable(text: str) -> bytes:
    return UNPRINTABLE.sub("", text).encode(errors="replace")
