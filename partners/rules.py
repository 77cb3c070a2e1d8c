"""The states of a partner and of an application to the programme (P1, P5). Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class ApplicationState(models.TextChoices):
    """From the applicant's draft to staff's answer (P1)."""

    DRAFT = "draft", pgettext_lazy("application", "Draft")
    SENT = "sent", pgettext_lazy("application", "Sent")
    APPROVED = "approved", pgettext_lazy("application", "Approved")
    REFUSED = "refused", pgettext_lazy("application", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("application", "Withdrawn")


class TextKind(models.TextChoices):
    """What a text of the programme is."""

    INTRODUCTION = "introduction", _("Introduction")
    BENEFIT = "benefit", _("Benefit")
    CONDITION = "condition", _("Condition")


CONDITIONS = ("company", "support", "invoices", "products", "terms")
"""The five conditions of P1: every version of the texts has each of them."""
