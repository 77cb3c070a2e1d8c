"""Dated price lists (C2, M8): the row in force on a day is the latest that begins by then.

A row has a first day and no last one: the next row closes it, so rows can neither overlap nor
leave a gap. What has begun to count is never edited or deleted; the database holds that.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access.rules import Currency
from billing.models.fields import money, percent
from billing.querysets.prices import DatedQuerySet, PriceQuerySet
from billing.rules import HIGHEST_PARTNER_RATE
from clients.models import ProductType
from clients.rules import Period

PAST_IS_KEPT = """
    IF OLD.valid_from <= CURRENT_DATE THEN
        RAISE EXCEPTION 'a price or rate that has begun to count is never changed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def past_is_kept(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=PAST_IS_KEPT,
    )


class Dated(models.Model):
    """Something that counts from a day on, until the next of its kind."""

    valid_from = models.DateField(_("valid from"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


class Price(Dated):
    """The public price of one for one period, excluding VAT (C2)."""

    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="prices", verbose_name=_("product type")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    period = models.CharField(_("period"), max_length=8, choices=Period.choices)
    amount = money(_("public price, excluding VAT"))

    objects = PriceQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("public price")
        verbose_name_plural = _("public prices")
        ordering = ["product_type", "currency", "period", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["product_type", "currency", "period", "valid_from"],
                name="one_price_a_day",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="price_above_zero"),
        ]
        triggers = [past_is_kept("past_prices_are_kept")]

    def __str__(self) -> str:
        return f"{self.product_type} {self.currency} {self.amount}"


class FixedPrice(Dated):
    """A fixed partner price of one, excluding VAT, instead of the partner rate (C2).

    An empty amount ends it: from that day on the partner rate counts again.
    """

    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="fixed_prices", verbose_name=_("product type")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    period = models.CharField(_("period"), max_length=8, choices=Period.choices)
    amount = money(_("fixed partner price, excluding VAT"), null=True, blank=True)

    class Meta:
        verbose_name = _("fixed partner price")
        verbose_name_plural = _("fixed partner prices")
        ordering = ["product_type", "currency", "period", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["product_type", "currency", "period", "valid_from"],
                name="one_fixed_price_a_day",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="fixed_price_not_negative"
            ),
        ]
        triggers = [past_is_kept("past_fixed_prices_are_kept")]

    def __str__(self) -> str:
        return f"{self.product_type} {self.currency} {self.amount}"


class PartnerRate(Dated):
    """What partners get off a product type, in percent: 0 to 35 (C2)."""

    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="partner_rates", verbose_name=_("product type")
    )
    percent = percent(_("partner rate in percent"))

    class Meta:
        verbose_name = _("partner rate")
        verbose_name_plural = _("partner rates")
        ordering = ["product_type", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["product_type", "valid_from"], name="one_rate_a_day"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=HIGHEST_PARTNER_RATE),
                name="partner_rate_within_limits",
            ),
        ]
        triggers = [past_is_kept("past_rates_are_kept")]

    def __str__(self) -> str:
        return f"{self.product_type} {self.percent} %"


class TierTable(Dated):
    """All volume tiers of a product type from a day on; without any tier: none (C2)."""

    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="tier_tables", verbose_name=_("product type")
    )

    class Meta:
        verbose_name = _("volume tiers")
        verbose_name_plural = _("volume tiers")
        ordering = ["product_type", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["product_type", "valid_from"], name="one_table_a_day"),
        ]
        triggers = [past_is_kept("past_tier_tables_are_kept")]

    def __str__(self) -> str:
        return f"{self.product_type} {self.valid_from}"


class VolumeTier(models.Model):
    """From `units` on, `percent` percent off both prices (M2)."""

    table = models.ForeignKey(TierTable, models.CASCADE, related_name="tiers")
    units = models.PositiveIntegerField(_("from this number of units on"))
    percent = percent(_("percent off"))

    class Meta:
        verbose_name = _("volume tier")
        verbose_name_plural = _("volume tiers")
        ordering = ["units"]
        constraints = [
            models.UniqueConstraint(fields=["table", "units"], name="one_tier_a_threshold"),
            models.CheckConstraint(
                condition=Q(units__gte=1, percent__gt=0, percent__lt=100),
                name="tier_within_limits",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="past_tiers_are_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM billing_tiertable t
                               WHERE t.id = OLD.table_id AND t.valid_from <= CURRENT_DATE) THEN
                        RAISE EXCEPTION 'a tier that has begun to count is never changed'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.units}+: {self.percent} %"


class VatRate(Dated):
    """The standard VAT rate of a country, in percent (M8)."""

    country = CountryField(_("country"))
    percent = percent(_("VAT rate in percent"))

    class Meta:
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        ordering = ["country", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "valid_from"], name="one_vat_rate_a_day"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=50),
                name="vat_rate_within_limits",
            ),
        ]
        triggers = [past_is_kept("past_vat_rates_are_kept")]

    def __str__(self) -> str:
        return f"{self.country} {self.percent} %"
