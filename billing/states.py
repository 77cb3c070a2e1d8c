"""Orders, invoices, ledger entries and requests as data: their kinds, states and moves. Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderKind(models.TextChoices):
    NEW = "new", _("Order")
    RENEWAL = "renewal", _("Renewal")


class OrderState(models.TextChoices):
    """`placed` counts; `waiting` waits for the partner that would pay it (M3)."""

    WAITING = "waiting", _("Waits for approval")
    PLACED = "placed", _("Placed")
    REFUSED = "refused", pgettext_lazy("an order", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("an order", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("an order", "Expired")
    CANCELLED = "cancelled", _("Cancelled and refunded")


class PaymentMethod(models.TextChoices):
    """How the payer settles (M9)."""

    PREPAID = "prepaid", _("Prepaid account")
    TRANSFER = "transfer", _("Bank transfer on invoice")


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")


class InvoiceState(models.TextChoices):
    """`overdue` is not a state: it is an open invoice past its due day."""

    OPEN = "open", _("Open")
    PAID = "paid", pgettext_lazy("an invoice", "Paid")
    CREDITED = "credited", pgettext_lazy("an invoice", "Credited")


class VatCategory(models.TextChoices):
    """EN 16931 codes of how VAT is treated (M8)."""

    STANDARD = "S", _("VAT")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    EXPORT = "G", _("Not subject to VAT: the customer is abroad")


class EntryKind(models.TextChoices):
    """M6."""

    TOP_UP = "top_up", _("Top-up")
    CASHBACK = "cashback", _("Cashback")
    PAYMENT = "payment", _("Payment")
    REFUND = "refund", _("Refund")
    CORRECTION = "correction", _("Correction")
    PAY_OUT = "pay_out", _("Pay-out")


class RequestState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SETTLED = "settled", _("Settled")
    REFUSED = "refused", pgettext_lazy("a top-up or pay-out", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("a top-up or pay-out", "Withdrawn")


class TaskState(models.TextChoices):
    """Of a provisioning task; `failed` waits for staff."""

    DUE = "due", _("Due")
    DONE = "done", pgettext_lazy("a task", "Done")
    FAILED = "failed", _("Failed")


class TaskAct(models.TextChoices):
    """What the vendor's systems are told to do with a product."""

    ACTIVATE = "activate", _("Activate")
    RENEW = "renew", _("Renew")
    SUSPEND = "suspend", _("Suspend")
    RESUME = "resume", _("Resume")
    CANCEL = "cancel", pgettext_lazy("a product", "Cancel")


class RenewalFault(models.TextChoices):
    """Why a product could not be renewed; staff mend it, and the next run tries again."""

    NO_PRICE = "no_price", _("No price in the payer’s currency and this period")
    NO_VAT = "no_vat", _("No VAT rate counts on this day")
    TWICE = "twice", _("This term was renewed before")
    TOO_MANY = "too_many", _("More products on one line than a line may hold")


class MovementState(models.TextChoices):
    """Of a payment that the bank reported: only `booked` moved money; `unmatched` waits for staff
    (M9)."""

    NEW = "new", _("Not looked at yet")
    BOOKED = "booked", _("Booked")
    UNMATCHED = "unmatched", _("Unmatched")
    SET_ASIDE = "set_aside", pgettext_lazy("a payment", "Set aside")


class Mismatch(models.TextChoices):
    """Why a movement was not booked by itself."""

    NO_REFERENCE = "no_reference", _("It carries no payment reference.")
    UNKNOWN_REFERENCE = "unknown_reference", _("Nothing of ours has this payment reference.")
    CURRENCY = "currency", _("It is in another currency than what it pays.")
    REVERSAL = "reversal", _("It takes an earlier payment back.")
    BUNDLE = "bundle", _("Several payments in one sum: import the notification (camt.054).")
    REQUEST_CLOSED = "request_closed", _("The top-up that it pays does not wait any more.")
