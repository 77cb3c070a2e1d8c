"""Drafts of other rates and tiers, to be tried on past orders before they count (C2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.fields import percent
from billing.rules import HIGHEST_PARTNER_RATE
from clients.models import ProductType


class WhatIf(models.Model):
    """A draft of changed rates and tiers. It books nothing; published, it has become dated rows
    that count from `published_from` on, and is only looked at."""

    title = models.CharField(_("title"), max_length=80)
    since = models.DateField(
        _("orders from"), help_text=_("The first day of the orders that it is tried on.")
    )
    until = models.DateField(_("orders to"), help_text=_("The last day, included."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    published_from = models.DateField(_("counts from"), null=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )

    class Meta:
        verbose_name = _("what if")
        verbose_name_plural = _("what if")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="what_if_over_some_days"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(published_from__isnull=False),
                name="published_what_if_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class WhatIfRow(models.Model):
    """What a draft changes at one product type: its rate, its tiers, or both.

    `percent` None: the rate stays. `tiers` None: they stay; else a list of `{"units": 10,
    "percent": "5.00"}`, empty for none any more.
    """

    what_if = models.ForeignKey(WhatIf, models.CASCADE, related_name="rows")
    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="+", verbose_name=_("product type")
    )
    percent = percent(_("partner rate in percent"), null=True, blank=True, default=None)
    tiers = models.JSONField(_("volume tiers"), null=True, blank=True, default=None)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["product_type__category__position", "product_type__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["what_if", "product_type"], name="one_change_a_product_type"
            ),
            models.CheckConstraint(
                condition=Q(percent__isnull=True)
                | Q(percent__gte=0, percent__lte=HIGHEST_PARTNER_RATE),
                name="rate_tried_within_limits",
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_type)
