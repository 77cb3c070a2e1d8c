"""The Swiss QR-bill: the payment part at the end of what is paid by transfer (M8).

As the implementation guidelines for the QR-bill say: structured addresses, amounts in CHF or EUR,
a QR-IBAN with a QR reference or another IBAN with a creditor reference (SCOR).
"""

import io
import unicodedata
from typing import Any

from PIL import Image, ImageDraw
from qrbill import QRBill
from qrbill.bill import LABELS
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from billing.documents.errors import WrongDocument
from billing.documents.model import Document, Party

LANGUAGES = ("en", "de", "fr", "it")
# What readers of the code may print: these three Latin blocks, and four Romanian letters, and €.
OTHERS = "ȘșȚț€"
HEADINGS = {
    "separate": "Separate before paying in",
    "receipt": "Receipt",
    "payment": "Payment part",
    "account": "Account / Payable to",
    "reference": "Reference",
    "message": "Additional information",
    "debtor": "Payable by",
    "no_debtor": "Payable by (name/address)",
    "currency": "Currency",
    "amount": "Amount",
    "acceptance": "Acceptance point",
}
PIXELS = 12  # for each module: about 380 dots an inch on paper
# Half the width and height, in mm, of the white edge, the black field and the arms of the cross.
CROSS = ((3.5, 3.5, 255), (3.0, 3.0, 0), (1.95, 0.585, 255))
REPLACED = str.maketrans("’‘“”„–—…\u00a0\u202f", '\'\'"""--.  ')


def is_printed(document: Document) -> bool:
    """Whether the document gets a payment part."""
    return (
        not document.is_credit_note
        and document.payable > 0
        and document.iban[:2].upper() in ("CH", "LI")
        and bool(document.reference)
    )


def bill_of(document: Document, *, message: str) -> QRBill | None:
    """The bill, or None where none is printed. `message` is cut to the 140 letters it may have."""
    if not is_printed(document):
        return None
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


def labels(language: str) -> dict[str, str]:
    """The headings of the bill, in the words that its guidelines prescribe."""
    return {
        name: text if language == "en" else LABELS[text][language]
        for name, text in HEADINGS.items()
    }


def lines_of(party: Any) -> list[str]:
    """The address as it is printed; the code has the same values."""
    street = " ".join(part for part in (party.street, party.house_num) if part)
    city = f"{party.country}-{party.pcode} {party.city}"
    return [line for line in (party.name, street, city) if line]


def code_of(bill: QRBill) -> bytes:
    """The code as a PNG with the Swiss cross in its middle.

    Its pixels fall on the edges of the modules, so that it is as sharp as lines would be, at a
    tenth of the time that drawing a thousand lines takes.
    """
    code: Any = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(bill.qr_data())
    code.make(fit=True)
    size = len(code.modules)
    picture = Image.new("L", (size, size))
    picture.putdata([0 if is_dark else 255 for row in code.modules for is_dark in row])
    picture = picture.resize((size * PIXELS, size * PIXELS), Image.Resampling.NEAREST)
    _draw_cross(ImageDraw.Draw(picture), size * PIXELS)
    file = io.BytesIO()
    picture.save(file, "png", compress_level=1)
    return file.getvalue()


def _draw_cross(draw: ImageDraw.ImageDraw, side: int) -> None:
    """The cross of 7 mm in the middle of the 46 mm of the code."""
    for half, length, colour in CROSS:
        reach, arm = side * half / 46, side * length / 46
        middle = (side - 1) / 2
        for wide, high in ((reach, arm), (arm, reach)):
            box = (middle - wide, middle - high, middle + wide, middle + high)
            draw.rectangle(tuple(round(edge) for edge in box), fill=colour)


def address(party: Party) -> dict[str, Any]:
    """The party as the code wants it: cut to its lengths, in its letters."""
    return {
        "name": _cut(party.name, 70),
        "street": _cut(party.street, 70),
        "pcode": _cut(party.postcode, 16),
        "city": _cut(party.city, 35),
        "country": party.country,
    }


def latin(text: str) -> str:
    """The text in the letters that the QR-bill allows; others lose their marks or become a dot."""
    return "".join(_letter(letter) for letter in text.translate(REPLACED)).strip()


def _cut(text: str, most: int) -> str:
    """The text in the code's letters, at most so many, without half a word at its end."""
    text = latin(text)
    if len(text) <= most:
        return text
    return (text[: most + 1].rpartition(" ")[0] or text)[:most].strip()


def _letter(letter: str) -> str:
    if " " <= letter <= "~" or "\u00a0" <= letter <= "\u017f" or letter in OTHERS:
        return letter
    if letter.isspace():
        return " "
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return plain if plain.isprintable() and plain else "."


def _is_complete(party: Party) -> bool:
    return bool(party.name and party.postcode and party.city and party.country)
