"""From a document to the bytes of its PDF.

The PDF is PDF/A-3b, tagged for screen readers, in the document's language; invoices and credit
notes carry themselves as Factur-X, and end with a Swiss QR-bill when they are paid by transfer.
The page and everything on it is put together here and sent, as bytes, to a process that can reach
nothing else (T33, see `child`).
"""

import re
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from billing.documents import factur_x, pages, qr
from billing.documents.errors import WrongDocument
from billing.documents.model import Document, Statement
from billing.documents.press import Parts, press

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
        job, parts = prepare(document)
    return press(settings.PDF_MEMORY_MB).print(job, parts, settings.PDF_SECONDS)


def prepare(document: Document | Statement) -> tuple[dict[str, Any], Parts]:
    """What the rendering process gets: the page, its style sheet, and all that it may load."""
    parts: Parts = {"css": stylesheet()}
    types: dict[str, str] = {}
    attachments: list[dict[str, str]] = []
    if document.logo:
        parts["logo"], types["logo"] = document.logo, _picture_type(document.logo)
    if isinstance(document, Statement):
        page = pages.statement(document)
    else:
        document = factur_x.with_mentions(document, pages.default_mentions())
        page = pages.invoice(document)
        xml = factur_x.xml_of(document, terms=_("Payable at once."))
        parts["xml"], types["xml"] = _printable(xml.decode()), "text/xml"
        parts["xmp"] = factur_x.xmp()
        attachments.append(_attachment(document))
        if qr.is_printed(document):
            bill = qr.bill_of(document, message=pages.title_of(document))
            parts["bill"], types["bill"] = qr.svg_of(bill), "image/svg+xml"
    parts["html"] = _printable(page)
    return {"variant": VARIANT, "types": types, "attachments": attachments}, parts


@cache
def stylesheet() -> bytes:
    template = get_template("billing/documents/document.css")
    return Path(template.origin.name).read_bytes()


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
