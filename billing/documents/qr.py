"""The Swiss QR-bill: the payment part at the end of what is paid by transfer (M8).

As the implementation guidelines for the QR-bill say: structured addresses, amounts in CHF or EUR,
a QR-IBAN with a QR reference or another IBAN with a creditor reference (SCOR).
"""

import io
import unicodedata
from typing import Any

from qrbill import QRBill

from billing.documents.errors import WrongDocument
from billing.documents.model import Document, Party

LANGUAGES = ("en", "de", "fr", "it")
# What readers of the code may print: these three Latin blocks, and four Romanian letters, and €.
OTHERS = "ȘșȚț€"
REPLACED = str.maketrans("’‘“”„–—…\u00a0\u202f", "''\"\"\"--.  ")


def is_printed(document: Document) -> bool:
    """Whether the document gets a payment part."""
    return (
        not document.is_credit_note
        and document.payable > 0
        and document.iban[:2].upper() in ("CH", "LI")
        and bool(document.reference)
    )


def bill_of(document: Document, *, message: str) -> QRBill:
    """The bill. `message` is its unstructured message, 140 characters at most."""
    try:
        return QRBill(
            account=document.iban,
            creditor=address(document.seller),
            debtor=address(document.buyer) if _is_complete(document.buyer) else None,
            amount=document.payable,
            currency=document.currency,
            reference_number=document.reference,
            additional_information=latin(message)[:140],
            language=document.language if document.language in LANGUAGES else "en",
        )
    except ValueError as problem:
        raise WrongDocument(f"{document.number}: {problem}") from problem


def svg_of(bill: QRBill) -> bytes:
    file = io.StringIO()
    bill.as_svg(file)
    return file.getvalue().encode()


def address(party: Party) -> dict[str, Any]:
    """The party as the code wants it: cut to its lengths, in its letters."""
    return {
        "name": latin(party.name)[:70],
        "street": latin(party.street)[:70],
        "pcode": latin(party.postcode)[:16],
        "city": latin(party.city)[:35],
        "country": party.country,
    }


def latin(text: str) -> str:
    """The text in the letters that the QR-bill allows; others lose their marks or become a dot."""
    return "".join(_letter(letter) for letter in text.translate(REPLACED)).strip()


def _letter(letter: str) -> str:
    if " " <= letter <= "~" or "\u00a0" <= letter <= "\u017f" or letter in OTHERS:
        return letter
    if letter.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain.isprintable() and plain else "."


def _is_complete(party: Party) -> bool:
    return bool(party.name and party.postcode and party.city and party.country)
