"""Orders and their lines: what was ordered or renewed, with the figures that made it (M7)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import Organisation
from access.rules import Currency
from billing.models.fields import money, percent
from billing.querysets.orders import LineQuerySet, OrderQuerySet
from billing.rules import MOST_UNITS, Basis, Gain, Rule
from billing.states import OrderKind, OrderState, PaymentMethod
from clients.models import Product, ProductType
from clients.rules import Period, Side
from partners.models import Partner


class Order(models.Model):
    """Products ordered or renewed together, in one client's organisation, by one payer.

    `organisation` is where the products are installed (C3), `payer` who is charged (M3), `partner`
    who gains from it or pays it (None: nobody manages). All amounts exclude VAT.
    """

    public_id = models.CharField(
        _("key"), max_length=16, unique=True, default=public_id, editable=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=OrderKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=OrderState.choices)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="orders", verbose_name=_("organisation")
    )
    payer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="paid_orders", verbose_name=_("payer")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, related_name="orders", verbose_name=_("partner")
    )
    ordered_by = models.CharField(_("ordered by"), max_length=8, choices=Side.choices)
    method = models.CharField(_("payment"), max_length=8, choices=PaymentMethod.choices)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    partnership_version = models.PositiveIntegerField(
        null=True, editable=False, help_text="Of the partnership when it was ordered (T13)."
    )
    rates_of = models.DateField(_("rates of"), help_text="The day whose prices and rates count.")
    key = models.CharField(
        max_length=64, editable=False, help_text="The same key twice is one order (T15)."
    )
    created_at = models.DateTimeField(_("ordered at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    placed_at = models.DateTimeField(_("placed at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    expires_at = models.DateTimeField(_("open until"), null=True)
    reminded_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    net = money(_("total, excluding VAT"))
    cashback = money(_("cashback"))
    discount = money(_("discount"))

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], name="one_order_a_key"),
            models.CheckConstraint(
                condition=~Q(state=OrderState.PLACED) | Q(placed_at__isnull=False),
                name="placed_order_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.WAITING) | Q(expires_at__isnull=False),
                name="waiting_order_has_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"]),
            models.Index(fields=["payer", "-created_at", "-id"]),
            models.Index(fields=["partner", "-created_at", "-id"]),
            models.Index(
                fields=["expires_at"], condition=Q(state="waiting"), name="waiting_orders"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="orders_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="payment_is_chosen_once",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("method"),
                condition=pgtrigger.Q(old__method__df=pgtrigger.F("new__method"))
                & ~pgtrigger.Q(old__state=OrderState.WAITING),
                func="""
                    RAISE EXCEPTION 'an order that does not wait keeps its payment'
                        USING ERRCODE = 'check_violation';
                """,
            ),
            pgtrigger.ReadOnly(
                name="placed_orders_keep_their_figures",
                fields=[
                    *("kind", "organisation", "payer", "partner", "ordered_by"),
                    *("currency", "rates_of", "net", "cashback", "discount", "key"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class OrderLine(models.Model):
    """A number of one product type at one price, with every figure that made it (M1-M3, M7)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    position = models.PositiveSmallIntegerField(default=1)
    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="+", verbose_name=_("product type")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    names = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        help_text="Of the products to install, one for each unit.",
    )
    period = models.CharField(_("period"), max_length=8, choices=Period.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), help_text="The day of the next renewal.")
    quantity = models.PositiveIntegerField(_("quantity"))
    units = models.PositiveIntegerField(
        _("units"), help_text="All that the payer pays of it, this line included (M2)."
    )
    price = money(_("public price of one"))
    partner_percent = percent(_("partner rate"))
    fixed_price = money(_("fixed partner price of one"), null=True)
    tier_units = models.PositiveIntegerField(_("tier from"), default=0)
    tier_percent = percent(_("volume tier"))
    list_total = money(_("price × quantity"))
    public_total = money(_("public price after the tier"))
    after_rate = money(_("after the partner rate"))
    partner_total = money(_("partner price"))
    rule = models.CharField(_("rule"), max_length=24, choices=Rule.choices)
    basis = models.CharField(_("charged"), max_length=8, choices=Basis.choices)
    gain = models.CharField(_("the partner gets"), max_length=8, choices=Gain.choices)
    net = money(_("charged, excluding VAT"))
    cashback = money(_("cashback"))
    discount = money(_("discount"))
    payer = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", help_text="A copy of the order's."
    )
    to_invoice = models.BooleanField(
        default=False, help_text="Waits for the payer's collective invoice."
    )

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_line_a_position"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MOST_UNITS), name="quantity_in_limits"
            ),
            models.CheckConstraint(condition=Q(units__gte=F("quantity")), name="units_hold_line"),
            # T17: exactly one of cashback and discount, as the row of M3 says.
            models.CheckConstraint(
                condition=Q(gain=Gain.NOTHING, cashback=0, discount=0)
                | Q(
                    gain=Gain.CASHBACK,
                    discount=0,
                    cashback=F("public_total") - F("partner_total"),
                )
                | Q(
                    gain=Gain.DISCOUNT,
                    cashback=0,
                    discount=F("public_total") - F("partner_total"),
                ),
                name="cashback_or_discount",
            ),
            models.CheckConstraint(
                condition=Q(net=F("public_total") - F("discount"), net__gte=0, cashback__gte=0),
                name="public_is_paid_and_discount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["payer"], condition=Q(to_invoice=True), name="lines_to_be_invoiced"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="order_lines_are_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="order_lines_never_change",
                exclude=["to_invoice", "name", "starts_on", "ends_on"],
            ),
            # The term of what has to be approved begins with the approval.
            pgtrigger.Trigger(
                name="terms_begin_once",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("starts_on", "ends_on"),
                condition=pgtrigger.Q(old__starts_on__df=pgtrigger.F("new__starts_on"))
                | pgtrigger.Q(old__ends_on__df=pgtrigger.F("new__ends_on")),
                func="""
                    IF EXISTS (SELECT 1 FROM billing_lineproduct p WHERE p.line_id = OLD.id) THEN
                        RAISE EXCEPTION 'the term of a line has begun'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_type}"


class LineProduct(models.Model):
    """A product that a line ordered or renewed, from a day on. One line for each product and term:
    nothing is renewed or paid twice (T15)."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="line_products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="line_products")
    starts_on = models.DateField(_("from"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "starts_on"], name="one_line_a_term"),
            models.UniqueConstraint(fields=["line", "product"], name="product_once_a_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} · {self.product_id}"


class OrderLimit(models.Model):
    """Up to how much a client of a partner that pays may order without asking it (M3).

    `amount` is the net total of one order in the partner's currency; without a row it is 0.
    """

    partnership = models.OneToOneField(
        "clients.Partnership", models.PROTECT, related_name="order_limit"
    )
    amount = money(_("limit of one order, excluding VAT"))
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="limit_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.partnership_id}: {self.amount}"
