"""What a partner bills its own clients: sender, mark-ups, bills and their lines (B12).

The rows are the partner's; a client reads its issued bills, and never a cost.
"""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access.ids import public_id
from access.models import Organisation
from access.rules import Currency
from billing.models.fields import money, percent
from billing.models.orders import OrderLine
from billing.querysets.rebilling import (
    MarkupQuerySet,
    RebillLineQuerySet,
    RebillQuerySet,
    SenderQuerySet,
)
from billing.rules import MOST_UNITS
from billing.rules_rebilling import LONGEST_DAYS, MarkupKind, RebillKind, RebillState
from clients.models import ProductType
from partners.models import Partner

ACCENT = "#1f5fbf"
MAY_CHANGE = ("state", "paid_on", "reminders", "reminded_at", "pdf", "version")


class RebillLogo(models.Model):
    """A picture that bills carry, as it was made anew from what was sent (T37). Kept for ever:
    issued bills point to it."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="rebill_logos")
    media_type = models.CharField(max_length=16)
    content = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        triggers = [pgtrigger.Protect(name="logos_never_change", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.media_type}"


class RebillSender(models.Model):
    """Who a partner is on its bills, and how it wants them paid (B12).

    Its lock orders all that the partner does at once: picking lines, issuing, numbering.
    """

    partner = models.OneToOneField(
        Partner, models.PROTECT, primary_key=True, related_name="rebill_sender"
    )
    name = models.CharField(_("name"), max_length=80)
    street = models.CharField(_("street and number"), max_length=70)
    postcode = models.CharField(_("postcode"), max_length=12)
    city = models.CharField(_("town"), max_length=35)
    country = CountryField(_("country"))
    email = models.EmailField(_("e-mail address for questions"), blank=True)
    registration_number = models.CharField(_("registration number"), max_length=32, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=24, blank=True)
    vat_percent = percent(
        _("VAT rate in percent"),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    iban = models.CharField(_("account (IBAN)"), max_length=34)
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"),
        default=30,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_DAYS)],
    )
    prefix = models.CharField(_("numbers begin with"), max_length=10, blank=True)
    footer = models.CharField(_("text at the foot"), max_length=300, blank=True)
    accent = models.CharField(_("colour"), max_length=7, default=ACCENT)
    logo = models.ForeignKey(RebillLogo, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)

    objects = SenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender of bills")
        verbose_name_plural = _("senders of bills")
        constraints = [
            models.CheckConstraint(
                condition=Q(vat_percent__gte=0, vat_percent__lte=50),
                name="rebill_vat_within_limits",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RebillCounter(models.Model):
    """The last number a partner gave in a year; its lock makes its numbers gapless (B12)."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="rebill_counters")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "year"], name="one_rebill_counter_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.year}: {self.last}"


class RebillMarkup(models.Model):
    """What a partner adds to its cost; empty `client` or `product_type` is any (B12).

    `value` is in percent of the cost, or an amount per unit excluding VAT in the partner's
    currency. Below zero it was meant so.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="rebill_markups")
    client = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("client")
    )
    product_type = models.ForeignKey(
        ProductType, models.PROTECT, null=True, related_name="+", verbose_name=_("product type")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=MarkupKind.choices)
    value = money(_("mark-up"))
    changed_at = models.DateTimeField(auto_now=True)

    objects = MarkupQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark-up")
        verbose_name_plural = _("mark-ups")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "client", "product_type"],
                name="one_markup_a_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(kind=MarkupKind.PERCENT) | Q(value__gte=-100),
                name="price_not_below_zero",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client or '*'} · {self.product_type or '*'}"


class Rebill(models.Model):
    """A partner's bill to a client, or the credit that cancels one: a draft until it is issued,
    then frozen by the database with the sender and the client as they were (B12).

    `net`, `vat`, `total` and `cost` are positive on a credit too. `cost` is the partner's own:
    no page of the client reads it.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    kind = models.CharField(
        _("kind"), max_length=8, choices=RebillKind.choices, default=RebillKind.BILL
    )
    state = models.CharField(
        _("state"), max_length=10, choices=RebillState.choices, default=RebillState.DRAFT
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="rebills", verbose_name=_("partner")
    )
    client = models.ForeignKey(
        Organisation, models.PROTECT, related_name="received_rebills", verbose_name=_("client")
    )
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="credit", verbose_name=_("corrects")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    period_from = models.DateField(_("from"))
    period_until = models.DateField(_("until"))
    language = models.CharField(_("language"), max_length=7)
    payment_days = models.PositiveSmallIntegerField(_("days to pay"))
    vat_percent = percent(_("VAT rate in percent"))
    note = models.CharField(_("text above the lines"), max_length=500, blank=True)
    net = money(_("net"), default=0)
    vat = money(_("VAT"), default=0)
    total = money(_("total, including VAT"), default=0)
    cost = money(_("cost"), default=0)

    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(_("number"), max_length=32, blank=True)
    issued_on = models.DateField(_("date"), null=True)
    due_on = models.DateField(_("payable until"), null=True)
    reference = models.CharField(max_length=27, blank=True)
    seller = models.JSONField(default=dict, help_text=_("The partner as it was."))
    buyer = models.JSONField(default=dict, help_text=_("The client as it was."))
    logo = models.ForeignKey(RebillLogo, models.PROTECT, null=True, related_name="+")

    version = models.PositiveIntegerField(default=1)
    paid_on = models.DateField(_("paid on"), null=True)
    reminders = models.PositiveSmallIntegerField(_("reminders"), default=0)
    reminded_at = models.DateTimeField(null=True)
    pdf = models.FileField(upload_to="rebills/%Y/%m/", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = RebillQuerySet.as_manager()

    class Meta:
        verbose_name = _("bill to a client")
        verbose_name_plural = _("bills to clients")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "year", "sequence"], name="one_rebill_a_sequence"
            ),
            models.UniqueConstraint(
                fields=["partner", "number"],
                condition=~Q(number=""),
                name="one_rebill_a_number",
            ),
            models.CheckConstraint(
                condition=Q(state=RebillState.DRAFT, number="", issued_on__isnull=True)
                | (
                    ~Q(state=RebillState.DRAFT)
                    & ~Q(number="")
                    & Q(issued_on__isnull=False, sequence__isnull=False, year__isnull=False)
                ),
                name="issued_rebill_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(kind=RebillKind.BILL, corrects__isnull=True)
                | Q(kind=RebillKind.CREDIT, corrects__isnull=False),
                name="credit_corrects_a_rebill",
            ),
            models.CheckConstraint(
                condition=Q(state=RebillState.PAID, paid_on__isnull=False)
                | (~Q(state=RebillState.PAID)),
                name="paid_rebill_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(total=F("net") + F("vat")), name="rebill_total_is_the_sum"
            ),
            models.CheckConstraint(
                condition=Q(period_from__lte=F("period_until")), name="rebill_period_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"]),
            models.Index(fields=["client", "-issued_on", "-id"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="issued_rebills_never_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["open", "paid", "cancelled", "credit"]),
                func="""
                    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - ARRAY[{names}]
                            IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{names}] THEN
                        RAISE EXCEPTION 'an issued bill never changes'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """.replace("{names}", ", ".join(f"'{name}'" for name in MAY_CHANGE)),
            )
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft"))

    @property
    def is_draft(self) -> bool:
        return self.state == RebillState.DRAFT

    @property
    def overdue(self) -> bool:
        return (
            self.state == RebillState.OPEN
            and self.due_on is not None
            and self.due_on < timezone.localdate()
        )

    @property
    def reminded_on(self) -> date | None:
        return timezone.localdate(self.reminded_at) if self.reminded_at else None


class RebillLine(models.Model):
    """A line of a partner's bill: from an order line, or written freely (then it cost nothing).

    `cost` is what the partner was charged less its cashback, `unit_price` (to 0.0001) and `net`
    what the client pays; all exclude VAT. While `counts` no other line bills the order line again;
    the credit of a bill and a discarded draft set it free.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    bill = models.ForeignKey(Rebill, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    order_line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="rebilled")
    counts = models.BooleanField(default=True)
    text = models.CharField(_("text"), max_length=200)
    detail = models.CharField(_("detail"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    cost = money(_("cost"), default=0)
    unit_price = models.DecimalField(_("price of one"), max_digits=14, decimal_places=4)
    net = money(_("net"))

    objects = RebillLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a bill to a client")
        verbose_name_plural = _("lines of bills to clients")
        ordering = ["bill_id", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order_line"], condition=Q(counts=True), name="order_line_rebilled_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_UNITS),
                name="rebill_quantity_in_limits",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, cost__gte=0), name="rebill_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(
                    net=Round(
                        ExpressionWrapper(
                            F("quantity") * F("unit_price"),
                            models.DecimalField(max_digits=20, decimal_places=4),
                        ),
                        precision=2,
                    )
                ),
                name="rebill_net_is_the_product",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lines_of_issued_rebills_never_change",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM billing_rebill
                               WHERE id IN (OLD.bill_id, NEW.bill_id) AND state <> 'draft')
                        AND (TG_OP <> 'UPDATE'
                             OR to_jsonb(OLD) - 'counts' IS DISTINCT FROM to_jsonb(NEW) - 'counts')
                    THEN
                        RAISE EXCEPTION 'the lines of an issued bill never change'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def price_shown(self) -> str:
        """The price of one in the reader's way: cents, and what is finer only where it is."""
        return shown(self.unit_price)


def shown(price: Decimal) -> str:
    places = max(2, -int(price.normalize().as_tuple().exponent))
    return str(number_format(price, decimal_pos=places, use_l10n=True, force_grouping=True))
