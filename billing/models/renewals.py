"""Nightly renewals: the runs, what they counted, and what they could not renew (M5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.models import Organisation
from billing.models.orders import OrderLine
from billing.querysets.renewals import FailureQuerySet
from billing.states import RenewalFault
from clients.models import Product, ProductType


class RenewalRun(models.Model):
    """All that is due by one day, renewed by whoever comes: a run that was cut off is taken up
    again, and several workers share it. Of a day, at most one run is unfinished."""

    day = models.DateField(_("day"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    products = models.PositiveIntegerField(_("products renewed"), default=0)
    orders = models.PositiveIntegerField(_("orders"), default=0)
    failures = models.PositiveIntegerField(_("products not renewed"), default=0)

    class Meta:
        verbose_name = _("renewal run")
        verbose_name_plural = _("renewal runs")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day"], condition=Q(finished_at__isnull=True), name="one_open_run_a_day"
            ),
        ]
        indexes = [models.Index(fields=["day", "-id"])]

    def __str__(self) -> str:
        return self.day.isoformat()


class RenewalUnits(models.Model):
    """How many units of a product type a payer pays when a run begins, so that each of its parts
    counts the same, resumed or not (M2)."""

    run = models.ForeignKey(RenewalRun, models.CASCADE, related_name="+", db_index=False)
    payer = models.ForeignKey(Organisation, models.CASCADE, related_name="+", db_index=False)
    product_type = models.ForeignKey(ProductType, models.CASCADE, related_name="+", db_index=False)
    units = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "payer", "product_type"], name="one_count_a_payer_and_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id} {self.product_type_id}: {self.units}"


class RenewalFailure(models.Model):
    """A product whose term could not be renewed, and why. `run` tried it last; each following
    run tries again."""

    product = models.ForeignKey(
        Product, models.PROTECT, related_name="renewal_failures", verbose_name=_("product")
    )
    starts_on = models.DateField(_("renewal of"))
    run = models.ForeignKey(
        RenewalRun,
        models.PROTECT,
        related_name="failed",
        verbose_name=_("last tried by the run of"),
    )
    fault = models.CharField(_("reason"), max_length=12, choices=RenewalFault.choices)
    first_failed_at = models.DateTimeField(_("first tried at"), auto_now_add=True)

    objects = FailureQuerySet.as_manager()

    class Meta:
        verbose_name = _("product not renewed")
        verbose_name_plural = _("products not renewed")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "starts_on"], name="one_failure_a_term"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.starts_on}"


class RenewalWish(models.Model):
    """A product that an order by hand renews once the order is placed."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="wished_renewals")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "product"], name="wished_once_a_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} · {self.product_id}"
