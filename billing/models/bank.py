"""What the bank reported, and what became of it (M9). The vendor's own: no client reads it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from billing.models.fields import money
from billing.models.invoices import Invoice, Payment
from billing.models.ledger import Entry, MoneyRequest
from billing.states import Mismatch, MovementState


class BankFile(models.Model):
    """A file of the bank, imported once: its digest knows it again, whatever it is called."""

    digest = models.CharField(_("fingerprint"), max_length=64, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=150)
    kind = models.CharField(_("kind"), max_length=8)
    message_id = models.CharField(_("the bank's number"), max_length=35)
    accounts = models.CharField(_("account"), max_length=300)
    made_at = models.DateTimeField(_("made by the bank at"))
    entries = models.PositiveIntegerField(_("movements"), help_text=_("All, debits included."))
    known = models.PositiveIntegerField(
        _("already known"), help_text=_("Reported by an earlier file: not booked again.")
    )
    pending = models.PositiveIntegerField(_("announced"), help_text=_("Not booked by the bank."))
    imported_at = models.DateTimeField(_("imported at"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("imported by"),
    )

    class Meta:
        verbose_name = _("bank file")
        verbose_name_plural = _("bank files")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class BankMovement(models.Model):
    """A payment to the vendor as the bank reported it, known by its `key` in every file.

    `amount` is above zero, in `currency`. What is booked has its `payment`, its `entry` (a top-up,
    or what was paid too much), or both.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    file = models.ForeignKey(
        BankFile, models.PROTECT, related_name="movements", verbose_name=_("bank file")
    )
    key = models.CharField(max_length=100, unique=True, editable=False)
    account = models.CharField(_("account"), max_length=34)
    booked_on = models.DateField(_("booked on"))
    amount = money(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reference = models.CharField(_("payment reference"), max_length=27, blank=True)
    payer_name = models.CharField(_("payer"), max_length=140, blank=True)
    text = models.TextField(_("text"), blank=True)
    bank_reference = models.CharField(_("the bank's reference"), max_length=64, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=MovementState.choices, default=MovementState.NEW
    )
    mismatch = models.CharField(_("why"), max_length=20, choices=Mismatch.choices, blank=True)
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, related_name="+", verbose_name=_("invoice")
    )
    asked = models.ForeignKey(
        MoneyRequest, models.PROTECT, null=True, related_name="+", verbose_name=_("request")
    )
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="movement", verbose_name=_("payment")
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="movement", verbose_name=_("entry")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("bank movement")
        verbose_name_plural = _("bank movements")
        ordering = ["-booked_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="movement_above_zero"),
            models.CheckConstraint(
                condition=(
                    Q(state=MovementState.BOOKED)
                    & (Q(payment__isnull=False) | Q(entry__isnull=False))
                )
                | (
                    ~Q(state=MovementState.BOOKED) & Q(payment__isnull=True) & Q(entry__isnull=True)
                ),
                name="booked_movement_has_its_booking",
            ),
            models.CheckConstraint(
                condition=~Q(state=MovementState.SET_ASIDE) | ~Q(note=""),
                name="set_aside_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "-booked_on"])]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.currency} {self.amount}"
