"""From a bill of a partner to its document and its PDF (B12, M8).

Nothing here reads a cost: the client gets the same document.
"""

import logging
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing import vat
from billing.documents import Document, DocumentError, Line, Party, VatTotal, render
from billing.models import Rebill, RebillSender
from billing.models.rebilling import shown
from billing.rules_rebilling import RebillKind
from billing.services import rebilling
from billing.states import VatCategory

logger = logging.getLogger(__name__)


def document_of(bill: Rebill) -> Document:
    """The bill as it was issued, in the client's language."""
    seller = dict(bill.seller)
    extra = {name: seller.pop(name, "") for name in ("iban", "footer", "accent")}
    credit = bill.kind == RebillKind.CREDIT
    corrects = bill.corrects
    with translation.override(bill.language):
        return Document(
            kind="credit_note" if credit else "rebill",
            number=bill.number or "–",
            issued_on=bill.issued_on,  # type: ignore[arg-type]
            due_on=None if credit else bill.due_on,
            language=bill.language,
            currency=bill.currency,  # type: ignore[arg-type]
            seller=Party(**seller),
            buyer=Party(**bill.buyer),
            lines=tuple(_lines(bill)),
            vat_totals=(_vat(bill),),
            net=bill.net,
            vat=bill.vat,
            total=bill.total,
            payable=bill.total,
            iban="" if credit else extra["iban"],
            reference="" if credit else bill.reference,
            corrects=corrects.number if corrects else "",
            corrects_on=corrects.issued_on if corrects else None,
            logo=bytes(bill.logo.content) if bill.logo else None,
            accent=extra["accent"],
            intro=bill.reason if credit else bill.note,
            footer=extra["footer"],
        )


def preview_of(draft: Rebill, sender: RebillSender) -> Document:
    """What the draft would be, were it issued now: with neither number nor payment part."""
    draft.seller, draft.buyer = rebilling.seller_of(sender), rebilling.buyer_of(draft.client)
    draft.logo, draft.issued_on = sender.logo, timezone.localdate()
    with translation.override(draft.language):
        found = document_of(draft)
        return replace(found, number=_("DRAFT"), due_on=None, iban="", reference="")


def _lines(bill: Rebill) -> list[Line]:
    return [
        Line(
            text=line.text,
            detail=line.detail,
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=line.net,
            vat_percent=bill.vat_percent,
        )
        for line in rebilling.lines_of(bill)
    ]


def rows_of(document: Document) -> list[dict[str, Any]]:
    """The lines as a page shows them."""
    return [
        {
            "text": line.text,
            "detail": line.detail,
            "quantity": line.quantity,
            "price_shown": shown(line.unit_price),
            "net": line.net,
        }
        for line in document.lines
    ]


def _vat(bill: Rebill) -> VatTotal:
    """The bill's one rate. Without VAT the reason is read from where both sides are (M8); who has
    no VAT number is not subject to it."""
    values: dict[str, Any] = {"percent": bill.vat_percent, "net": bill.net, "vat": bill.vat}
    seller, buyer = bill.seller, bill.buyer
    has_number = bool(buyer["vat_number"])
    category = vat.treatment(seller["country"], buyer["country"], has_number=has_number)
    if bill.vat_percent:
        return VatTotal(category="S", **values)
    if seller["vat_number"] and category == VatCategory.REVERSE_CHARGE:
        return VatTotal(category="AE", **values)
    if seller["vat_number"] and category == VatCategory.EXPORT:
        return VatTotal(category="G", **values)
    return VatTotal(category="O", mention=_("No VAT is charged."), **values)


def pdf_of(bill: Rebill) -> bytes:
    """The PDF of an issued bill as it is kept; laid out in memory when it could not be printed at
    once, or the store lost it: the figures are all there. Nothing is written, so that a page's GET
    may ask for it. Raises a `DocumentError`."""
    if bill.pdf:
        try:
            with bill.pdf.open("rb") as file:
                return bytes(file.read())
        except FileNotFoundError:
            logger.exception("The kept PDF of the bill %s is gone.", bill.public_id)
    return render(document_of(bill))


def print_early(bill: Rebill) -> None:
    """Prints and keeps a bill that was just issued; should that fail, each reader's is laid out
    from the same figures."""
    try:
        rebilling.keep_pdf(bill=bill, content=render(document_of(bill)))
    except DocumentError:
        logger.exception("The bill %s could not be printed.", bill.public_id)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """A download; the name holds a number's letters, digits and hyphens only (T32)."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
