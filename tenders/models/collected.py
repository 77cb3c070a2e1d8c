"""Tenders that a partner reads about in one collected mail (T2)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from tenders.models.tenders import Tender
from tenders.querysets import CollectedQuerySet


class CollectedTender(models.Model):
    """A tender kept for the next collected mail of a partner. `mailed_at` says when that mail was
    written, in the same transaction; a row that has it keeps the tender from coming twice."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="collected_tenders")
    tender = models.ForeignKey(Tender, models.CASCADE, related_name="collected_by")
    collected_at = models.DateTimeField(default=timezone.now, editable=False)
    mailed_at = models.DateTimeField(null=True, editable=False)

    objects = CollectedQuerySet.as_manager()

    class Meta:
        verbose_name = _("collected tender")
        verbose_name_plural = _("collected tenders")
        constraints = [
            models.UniqueConstraint(fields=["partner", "tender"], name="collected_once"),
        ]
        indexes = [
            models.Index(
                fields=["partner", "collected_at"],
                condition=Q(mailed_at__isnull=True),
                name="collected_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.tender_id}"
