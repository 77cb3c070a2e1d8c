"""The code that tops a prepaid account up."""

from decimal import Decimal

from django.conf import settings
from qrbill import QRBill

from billing.documents import qr, vendor
from billing.documents.errors import WrongDocument
from billing.models import MoneyRequest


def top_up_code(request: MoneyRequest) -> bytes:
    """The Swiss QR code (PNG) of the transfer that a top-up waits for; empty where the vendor's
    account takes none."""
    seller = vendor.look()["seller"]
    iban = settings.VENDOR_IBAN
    if not request.reference or iban[:2] not in ("CH", "LI"):
        return b""
    try:
        bill = QRBill(
            account=iban,
            creditor=qr.address(seller),
            amount=Decimal(request.amount),
            currency=request.account.currency,
            reference_number=request.reference,
            additional_information=qr.latin(request.account.organisation.name)[:140],
        )
    except ValueError as problem:
        raise WrongDocument(f"top-up {request.pk}: {problem}") from problem
    return qr.code_of(bill)
