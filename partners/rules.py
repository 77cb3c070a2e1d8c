"""The states of a partner in the programme (P1, P5). Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnerState(models.TextChoices):
    APPLIED = "applied", _("Application waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    SUSPENDED = "suspended", _("Suspended")


MOVES: dict[str, dict[PartnerState, PartnerState]] = {
    "approve": {
        PartnerState.APPLIED: PartnerState.APPROVED,
        PartnerState.SUSPENDED: PartnerState.APPROVED,
    },
    "refuse": {PartnerState.APPLIED: PartnerState.REFUSED},
    "suspend": {PartnerState.APPROVED: PartnerState.SUSPENDED},
    "apply": {PartnerState.REFUSED: PartnerState.APPLIED},
}
"""verb -> state before -> state after; what is not here is refused."""
