"""What the tests of documents share: reading a PDF back."""

import io

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image

from bench import document_examples as examples

__all__ = ["examples", "opened", "picture", "scanned", "texts"]


def texts(pdf: bytes) -> list[str]:
    """The text of each page, with single blanks."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def picture(pdf: bytes, page: int = -1, scale: float = 2.0) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    return document[page % len(document)].render(scale=scale).to_pil()


def scanned(pdf: bytes, page: int = -1) -> list[str]:
    """The contents of the QR codes on a page, as a camera reads them from its picture."""
    return [code.text for code in zxingcpp.read_barcodes(picture(pdf, page, 3.0))]


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))
