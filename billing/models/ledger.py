"""The prepaid account: a ledger of entries that are only ever added (M6)."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import Organisation
from access.rules import Currency
from billing.entries import sentence
from billing.models.fields import money
from billing.models.orders import OrderLine
from billing.querysets.ledger import AccountQuerySet, EntryQuerySet, RequestQuerySet
from billing.states import EntryKind, RequestState


class Account(models.Model):
    """An organisation's prepaid account at the vendor, one for each currency (O6, T20).

    The account in the organisation's own currency pays its orders; one in the other currency
    exists only where cashback was earned on a client's orders in it.
    `balance` is the sum of its entries; it is guarded by the row's lock and can't go below zero
    (T18). `entries` counts them, so that each has a number without gaps.
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="accounts", verbose_name=_("organisation")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    balance = money(_("balance"), default=0)
    last_number = models.PositiveIntegerField(_("last number"), default=0, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("prepaid account")
        verbose_name_plural = _("prepaid accounts")
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "currency"], name="one_account_a_currency"
            ),
            models.CheckConstraint(condition=Q(balance__gte=0), name="balance_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.currency}"


class Entry(models.Model):
    """A movement of an account; `amount` is signed, what comes in is positive (M6).

    `reason` is the key of its sentence in `billing.entries`, `facts` what the sentence names.
    """

    account = models.ForeignKey(
        Account, models.PROTECT, related_name="entries", db_index=False, verbose_name=_("account")
    )
    number = models.PositiveIntegerField(_("number"))
    public_id = models.CharField(
        _("key"), max_length=16, unique=True, default=public_id, editable=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    amount = money(_("amount"))
    balance_after = money(_("balance after"))
    created_at = models.DateTimeField(_("booked at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(max_length=32)
    facts = models.JSONField(default=dict, blank=True)
    line = models.ForeignKey(
        OrderLine, models.PROTECT, null=True, related_name="entries", verbose_name=_("order line")
    )
    invoice = models.ForeignKey(
        "billing.Invoice",
        models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("invoice"),
    )
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="reversals", verbose_name=_("takes back")
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="one_entry_a_number"),
            models.CheckConstraint(condition=~Q(amount=0), name="entry_moves_something"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="entry_leaves_no_debt"),
            # T15: a line brings its cashback once.
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(kind="cashback", reverses__isnull=True),
                name="one_cashback_a_line",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "kind", "number"]),
            models.Index(fields=["account", "created_at"]),
        ]
        triggers = [
            pgtrigger.Protect(
                name="entries_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.number} {self.amount}"

    @property
    def why(self) -> str:
        """Its sentence in the reader's language, the catalogue's word for the product too (M6).
        Reads `line__product_type`: lists select it."""
        facts = self.facts
        if self.line is not None and "product" in facts:
            facts = facts | {"product": str(self.line.product_type)}
        return sentence(self.reason, facts)


class Clawback(models.Model):
    """Cashback to be taken back that the balance did not hold: the rest is taken from what comes
    in next, because a balance can't go below zero (M6)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="clawbacks")
    cashback = models.OneToOneField(Entry, models.PROTECT, related_name="clawback")
    amount = money(_("to be taken back"))
    taken = money(_("taken back"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cashback to be taken back")
        verbose_name_plural = _("cashback to be taken back")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, taken__gte=0, taken__lte=models.F("amount")),
                name="clawback_within_limits",
            )
        ]
        indexes = [
            models.Index(
                fields=["account", "id"],
                condition=Q(taken__lt=models.F("amount")),
                name="open_clawbacks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"


class MoneyRequest(models.Model):
    """A top-up or pay-out that an organisation asks for and staff settle, or a correction that one
    of the staff proposes and, above a threshold, another one settles (M6, T19).

    `amount` is signed as the entry will be: pay-outs are negative.
    """

    public_id = models.CharField(
        _("key"), max_length=16, unique=True, default=public_id, editable=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="requests", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    amount = money(_("amount"))
    state = models.CharField(
        _("state"), max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    reference = models.CharField(_("reference"), max_length=27, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    key = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="request", verbose_name=_("entry")
    )

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="one_request_a_key"),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="one_request_a_reference"
            ),
            models.CheckConstraint(
                condition=Q(kind="top_up", amount__gt=0)
                | Q(kind="pay_out", amount__lt=0)
                | (Q(kind="correction") & ~Q(amount=0)),
                name="request_has_its_sign",
            ),
            models.CheckConstraint(
                condition=Q(state="settled", entry__isnull=False)
                | (~Q(state="settled") & Q(entry__isnull=True)),
                name="settled_request_has_its_entry",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.absolute}"

    @property
    def absolute(self) -> Decimal:
        """The amount without its sign."""
        return abs(self.amount)
