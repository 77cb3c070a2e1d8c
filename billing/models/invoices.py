"""Invoices and credit notes: numbered without gaps, never changed once issued (M4, M8)."""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import Organisation
from access.rules import Currency
from billing.models.fields import money, percent
from billing.models.orders import OrderLine
from billing.querysets.invoices import InvoiceLineQuerySet, InvoiceQuerySet
from billing.states import InvoiceKind, InvoiceState, PaymentMethod, VatCategory

MAY_CHANGE = [
    *("state", "paid", "credited", "paid_at", "reminders", "next_reminder_on", "suspended_at"),
    *("pdf", "pdf_attempts", "pdf_problem"),
]


class InvoiceCounter(models.Model):
    """The last number given in a year; its lock makes numbers gapless (M8)."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Invoice(models.Model):
    """A document to a payer: its figures, and the payer and the vendor as they were (M8).

    `net`, `vat` and `total` are positive on a credit note too, which `corrects` an invoice. `paid`
    and `credited` grow with payments and credit notes; `open_amount` is what remains.
    """

    public_id = models.CharField(
        _("key"), max_length=16, unique=True, default=public_id, editable=False
    )
    kind = models.CharField(_("kind"), max_length=12, choices=InvoiceKind.choices)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=20, unique=True)
    payer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="invoices", verbose_name=_("payer")
    )
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="credit_notes", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    method = models.CharField(_("payment"), max_length=8, choices=PaymentMethod.choices)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    language = models.CharField(_("language"), max_length=7)
    issued_on = models.DateField(_("date"))
    due_on = models.DateField(_("payable until"))
    period_from = models.DateField(null=True)
    period_until = models.DateField(null=True)
    reference = models.CharField(_("payment reference"), max_length=27, blank=True)
    seller = models.JSONField(help_text="The vendor as it was.")
    buyer = models.JSONField(help_text="The payer as it was.")
    vat_category = models.CharField(max_length=2, choices=VatCategory.choices)
    net = money(_("net"))
    vat = money(_("VAT"))
    total = money(_("total, including VAT"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    state = models.CharField(
        _("state"), max_length=10, choices=InvoiceState.choices, default=InvoiceState.OPEN
    )
    paid = money(_("paid"), default=0)
    credited = money(_("credited"), default=0)
    paid_at = models.DateTimeField(_("paid at"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    next_reminder_on = models.DateField(_("next reminder on"), null=True)
    suspended_at = models.DateTimeField(_("products suspended at"), null=True)
    pdf = models.FileField(upload_to="invoices/%Y/%m/", blank=True)
    pdf_attempts = models.PositiveSmallIntegerField(_("tries to print"), default=0)
    pdf_problem = models.CharField(_("problem with printing"), max_length=200, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-year", "-sequence"]
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="one_invoice_a_number"),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="one_invoice_a_reference"
            ),
            models.CheckConstraint(condition=Q(total=F("net") + F("vat")), name="total_is_the_sum"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, credited__gte=0, paid__lte=F("total") - F("credited")),
                name="paid_at_most_what_is_due",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects__isnull=True)
                | Q(kind="credit_note", corrects__isnull=False),
                name="credit_note_corrects_an_invoice",
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "-year", "-sequence"]),
            models.Index(
                fields=["next_reminder_on"], condition=Q(state="open"), name="open_invoices"
            ),
            models.Index(fields=["id"], condition=Q(pdf=""), name="invoices_to_print"),
        ]
        triggers = [
            pgtrigger.Protect(name="invoices_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="issued_invoices_never_change", exclude=MAY_CHANGE),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def open_amount(self) -> Decimal:
        return self.total - self.paid - self.credited

    @property
    def overdue(self) -> bool:
        return self.state == InvoiceState.OPEN and self.due_on < today()

    @property
    def shown_state(self) -> str:
        """Its badge: the state, `overdue`, or `note` for a credit note."""
        if self.kind == InvoiceKind.CREDIT_NOTE:
            return "note"
        return "overdue" if self.overdue else self.state


def today() -> date:
    return timezone.localdate()


class InvoiceLine(models.Model):
    """A line of an invoice: an order line as it was charged, or its part that is credited.

    `net` and `unit_price` exclude VAT and are positive on a credit note too. `text` is in the
    invoice's language and frozen.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(_("position"))
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="invoice_lines")
    text = models.CharField(_("text"), max_length=200)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = money(_("price of one"))
    net = money(_("net"))
    vat_percent = percent(_("VAT rate"))
    credits = models.BooleanField(default=False, help_text="Of a credit note.")

    objects = InvoiceLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice line")
        verbose_name_plural = _("invoice lines")
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="one_invoice_position"),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(credits=False), name="a_line_is_charged_once"
            ),
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(credits=True), name="a_line_is_credited_once"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="invoice_lines_never_change", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.text


class Payment(models.Model):
    """Money that settles an invoice, including VAT: from the prepaid account, or by transfer."""

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="payments", verbose_name=_("invoice")
    )
    method = models.CharField(_("payment"), max_length=8, choices=PaymentMethod.choices)
    amount = money(_("amount"))
    received_on = models.DateField(_("received on"))
    entry = models.OneToOneField(
        "billing.Entry", models.PROTECT, null=True, related_name="payment", verbose_name=_("entry")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    key = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Of the form: sent twice, it pays once.",
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "key"], condition=~Q(key=""), name="one_payment_a_key"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(method="prepaid", entry__isnull=False)
                | Q(method="transfer", entry__isnull=True),
                name="prepaid_payment_has_its_entry",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="payments_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id}: {self.amount}"
