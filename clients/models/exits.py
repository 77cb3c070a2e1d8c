"""What a partnership left behind at its end (L6): frozen, because the grants are gone."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import Organisation
from clients.models.catalogue import ProductType
from clients.models.partnerships import Partnership
from clients.querysets import ExitLineQuerySet
from clients.rules import ProductState


class ExitLine(models.Model):
    """A product that the partner managed at the end, as it was then. Only ever added to.

    The product is kept by its key and name, so that the sheet survives whatever becomes of it.
    `next_manager` (L7) and `next_payer` are the client's affair: the partner that has left is not
    told of another one.
    """

    partnership = models.ForeignKey(
        Partnership, models.PROTECT, related_name="exit_lines", db_index=False
    )
    product_key = models.CharField(max_length=16)
    product_name = models.CharField(_("product"), max_length=80)
    product_type = models.ForeignKey(
        ProductType, models.PROTECT, related_name="+", verbose_name=_("product type")
    )
    state = models.CharField(_("state"), max_length=12, choices=ProductState.choices)
    renews_on = models.DateField(_("next renewal"), null=True)
    auto_renewal = models.BooleanField(_("renews automatically"))
    next_manager = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False
    )
    next_payer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)

    objects = ExitLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of an exit sheet")
        verbose_name_plural = _("lines of exit sheets")
        ordering = ["product_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "product_key"], name="one_exit_line_each"
            )
        ]
        indexes = [
            models.Index(fields=["partnership", "product_name", "id"], name="exit_sheet_by_name"),
            models.Index(fields=["partnership", "renews_on", "id"], name="exit_sheet_by_renewal"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="exit_lines_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partnership} · {self.product_name}"
