"""The PDFs of invoices and credit notes: what is printed, and that each is printed once (M8).

The page and the rows are read here; what is laid out are the plain values of `model`. A PDF is kept
under MEDIA_ROOT, and leaves it only through the page of its invoice (T43).
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO, cast

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing import vat
from billing.documents import qr, vendor
from billing.documents.errors import DocumentError
from billing.documents.model import Document, Line, Party, VatTotal
from billing.documents.printing import render
from billing.models import Invoice, InvoiceLine
from billing.rules import ZERO
from billing.states import InvoiceKind, InvoiceState, PaymentMethod

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
LOCK = 7_041_402
"""The first half of the advisory lock of a document that is being printed."""


# ---- What is printed ------------------------------------------------------------------------


def document_of(invoice: Invoice) -> Document:
    """The document as it was issued: what was paid later is not on it."""
    lines = list(invoice.lines.order_by("position"))
    paid = invoice.total if invoice.method == PaymentMethod.PREPAID else ZERO
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        paid = ZERO
    corrected = invoice.corrects
    with translation.override(invoice.language):
        return Document(
            kind="credit_note" if corrected else "invoice",
            number=invoice.number,
            issued_on=invoice.issued_on,
            due_on=None if corrected or paid else invoice.due_on,
            language=invoice.language,
            currency=invoice.currency,  # type: ignore[arg-type]
            buyer=_party(invoice.buyer),
            lines=tuple(map(_line, lines)),
            vat_totals=tuple(vat_totals(invoice, lines)),
            net=invoice.net,
            vat=invoice.vat,
            total=invoice.total,
            paid=paid,
            payable=invoice.total - paid,
            iban=invoice.seller.get("iban", "") if invoice.reference else "",
            reference=invoice.reference,
            corrects=corrected.number if corrected else "",
            corrects_on=corrected.issued_on if corrected else None,
            intro=_intro(invoice),
            payment_note=_("Paid from the prepaid account.") if paid else "",
            **(vendor.look() | {"seller": _party(invoice.seller)}),
        )


def vat_totals(invoice: Invoice, lines: Iterable[InvoiceLine]) -> Iterable[VatTotal]:
    """VAT by rate, as the invoice has it; a credit note after those before it (M8)."""
    before: dict[Decimal, Decimal] = {}
    if invoice.corrects_id is not None:
        earlier = InvoiceLine.objects.filter(
            invoice__corrects=invoice.corrects_id, invoice__lt=invoice.pk
        )
        for percent, net in earlier.values_list("vat_percent", "net"):
            before[percent] = before.get(percent, ZERO) + net
    for each in vat.sums([(line.vat_percent, line.net) for line in lines], before):
        yield VatTotal(
            category=invoice.vat_category,  # type: ignore[arg-type]
            percent=each.percent,
            net=each.net,
            vat=each.vat,
        )


def _line(line: InvoiceLine) -> Line:
    where, *steps = line.detail.split("\n")
    return Line(
        text=line.text,
        detail=where,
        quantity=line.quantity,
        unit_price=line.unit_price,
        notes=tuple(steps),
        net=line.net,
        vat_percent=line.vat_percent,
    )


def _party(facts: dict[str, Any]) -> Party:
    return Party(**{name: text for name, text in facts.items() if name != "iban"})


def _intro(invoice: Invoice) -> str:
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return _("Reason: %(reason)s") % {"reason": invoice.reason} if invoice.reason else ""
    if invoice.period_from is None or invoice.period_until is None:
        return ""
    return _("Orders and renewals from %(first)s to %(last)s.") % {
        "first": date_format(invoice.period_from, "SHORT_DATE_FORMAT"),
        "last": date_format(invoice.period_until, "SHORT_DATE_FORMAT"),
    }


# ---- Printing -------------------------------------------------------------------------------


def to_print() -> QuerySet[Invoice]:
    """What has no PDF yet and was not given up; what failed comes last."""
    rows = Invoice.objects.filter(pdf="", pdf_attempts__lt=MOST_ATTEMPTS)
    return rows.order_by("pdf_attempts", "pk")


def print_due(*, limit: int = 50) -> int:
    """Prints up to `limit` documents; answers how many. Safe to run many times at once: who comes
    second skips what is being printed."""
    keys = list(to_print().values_list("pk", flat=True)[:limit])
    return sum(print_one(key) for key in keys)


@transaction.atomic
def print_one(key: int) -> bool:
    """Prints one document (primary key) unless it is printed, or being printed.

    No row stays locked meanwhile: a payment does not wait for a page to be laid out. What fails is
    noted with its reason, and given up after the last attempt, until staff try it again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, key % 2**31])
        if not cursor.fetchone()[0]:
            return False
    invoice = Invoice.objects.select_related("corrects").filter(pk=key, pdf="").first()
    if invoice is None:
        return False
    try:
        data = render(document_of(invoice))
    except DocumentError as error:
        logger.exception("Invoice %s could not be printed", invoice.number)
        Invoice.objects.filter(pk=key).update(
            pdf_attempts=F("pdf_attempts") + 1, pdf_problem=f"{error}"[:200]
        )
        return False
    invoice.pdf.save(f"{invoice.number}-{invoice.public_id}.pdf", ContentFile(data), save=False)
    Invoice.objects.filter(pk=key).update(pdf=invoice.pdf.name, pdf_problem="")
    return True


def open_pdf(invoice: Invoice) -> BinaryIO:
    """The PDF as it is kept; laid out in memory while the job has not been by, or when the store
    lost it: the figures are all there. Nothing is written, so that a page's GET may ask for it.

    Raises a `DocumentError`; at once when printing was given up, until staff try it again.
    """
    if invoice.pdf:
        try:
            return cast(BinaryIO, invoice.pdf.open("rb"))
        except FileNotFoundError:
            logger.exception("The kept PDF of invoice %s is gone.", invoice.number)
    elif invoice.pdf_attempts >= MOST_ATTEMPTS:
        raise DocumentError("Printing it was given up.")
    return BytesIO(render(document_of(invoice)))


def print_again(invoices: Iterable[Invoice]) -> int:
    """Puts documents back to be printed; answers how many. What failed is tried anew, what was
    printed gets the same words and figures on a new page."""
    keys = [invoice.pk for invoice in invoices]
    rows = Invoice.objects.filter(pk__in=keys)
    return rows.update(pdf="", pdf_attempts=0, pdf_problem="")


def code_for(invoice: Invoice) -> bytes:
    """The QR code (PNG) that pays what is open now; empty when nothing is, or no code can be made
    for the vendor's account."""
    if invoice.state != InvoiceState.OPEN or not invoice.reference:
        return b""
    document = document_of(invoice)
    open_ = replace(
        document, paid=document.total - invoice.open_amount, payable=invoice.open_amount
    )
    bill = qr.bill_of(open_, message=f"{invoice.number}")
    return qr.code_of(bill) if bill is not None else b""
