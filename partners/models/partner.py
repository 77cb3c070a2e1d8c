"""Partners: organisations in the programme, or on their way into it (P1, P5, D1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from access.models import Organisation
from partners.querysets import PartnerQuerySet
from partners.rules import PartnerState


class Partner(models.Model):
    """An organisation's place in the partner programme; its key is the organisation's."""

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        primary_key=True,
        related_name="partner",
        verbose_name=_("organisation"),
    )
    state = models.CharField(
        _("state"), max_length=12, choices=PartnerState.choices, default=PartnerState.APPLIED
    )
    listed = models.BooleanField(
        _("listed"),
        default=False,
        help_text=_("Clients find it by name, and it may appear in the public directory."),
    )
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    reason = models.CharField(
        _("reason"),
        max_length=1000,
        blank=True,
        help_text=_("Of the last decision, in words that the partner reads."),
    )
    applied_at = models.DateTimeField(_("applied at"), auto_now_add=True)
    approved_at = models.DateTimeField(_("partner since"), null=True, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["organisation__name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["applied", "refused"])
                | models.Q(approved_at__isnull=False),
                name="partner_since_when_approved",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def approved(self) -> bool:
        return self.state == PartnerState.APPROVED
