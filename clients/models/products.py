"""A client's products (C3)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import Organisation
from clients.models.backups import ConsoleUnit
from clients.models.catalogue import ProductType
from clients.querysets import ProductQuerySet
from clients.rules import Period, ProductState


class Product(models.Model):
    """A product installed in a client's organisation, whoever ordered it and whoever pays.

    A change of partner or payer never moves it.
    """

    public_id = models.CharField(
        max_length=16,
        unique=True,
        default=public_id,
        editable=False,
        verbose_name=_("number in addresses"),
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="products", verbose_name=_("organisation")
    )
    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="products", verbose_name=_("product type")
    )
    name = models.CharField(_("name"), max_length=80)
    notes = models.TextField(_("notes"), max_length=2000, blank=True)
    technical_contact = models.EmailField(_("technical contact"), blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=ProductState.choices, default=ProductState.ORDERED
    )
    period = models.CharField(_("period"), max_length=8, choices=Period.choices)
    started_on = models.DateField(_("since"), null=True, blank=True)
    renews_on = models.DateField(_("next renewal"), null=True, blank=True)
    auto_renewal = models.BooleanField(_("renews automatically"), default=True)
    console_unit = models.ForeignKey(
        ConsoleUnit,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="products",
        verbose_name=_("console unit"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["name", "pk"]
        permissions = [("manage_product", "Manage the product for its owner")]
        # One more, `products_by_plain_words`, stands in the migration: see clients/reached.py.
        indexes = [
            models.Index(fields=["organisation", "name", "id"]),
            models.Index(fields=["organisation", "renews_on", "id"]),
            models.Index(fields=["organisation", "product_type"]),
            models.Index(
                fields=["renews_on", "id"],
                condition=Q(state__in=["active", "suspended"]),
                name="products_by_renewal",
            ),
        ]
        triggers = [
            # C4: once in a console account, always there.
            pgtrigger.Trigger(
                name="backups_never_move",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("console_unit_id"),
                condition=pgtrigger.Q(old__console_unit__isnull=False)
                & pgtrigger.Q(old__console_unit__df=pgtrigger.F("new__console_unit")),
                func="""
                    RAISE EXCEPTION 'a backup never moves to another console account or unit'
                        USING ERRCODE = 'check_violation';
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name
