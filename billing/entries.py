"""Why an entry stands in the ledger: a sentence for each reason, in the reader's language (M6).

`add` lets each part of billing bring its own reasons; a reason without a sentence fails a test.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

SENTENCES: dict[str, Promise] = {
    "top_up_transfer": gettext_lazy("Top-up by bank transfer"),
    "overpaid": gettext_lazy("Paid too much on invoice %(invoice)s: kept on your account"),
    "invoice_paid": gettext_lazy("Payment of invoice %(invoice)s"),
    "invoice_refunded": gettext_lazy("Refund of invoice %(invoice)s by credit note %(credit)s"),
    "cashback_order": gettext_lazy("Cashback: %(quantity)s × %(product)s at %(client)s"),
    "cashback_renewal": gettext_lazy(
        "Cashback of a renewal: %(quantity)s × %(product)s at %(client)s"
    ),
    "cashback_back": gettext_lazy(
        "Cashback taken back, its order was refunded: %(quantity)s × %(product)s at %(client)s"
    ),
    "pay_out": gettext_lazy("Pay-out to %(iban)s"),
    "correction": gettext_lazy("Correction by the vendor: %(reason)s"),
}
"""Key of `Entry.reason` -> its sentence, which names what `Entry.facts` holds."""


def sentence(reason: str, facts: Mapping[str, Any]) -> str:
    """The reason in words. Facts that are missing leave the key readable, never an error."""
    text = str(SENTENCES.get(reason, reason))
    try:
        return text % facts
    except (KeyError, ValueError):
        return text
