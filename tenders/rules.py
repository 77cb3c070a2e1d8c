"""The states of tenders and proposals, and what may follow (T1-T6). Pure."""

from django.db import models
from django.utils.translation import pgettext_lazy

LANGUAGES = ("en", "fr", "de", "it", "es")
CURRENCIES = ("CHF", "EUR")
EXPIRY_NOTICE_DAYS = 3
"""So long before a tender expires its requester is told (T6)."""


class TenderState(models.TextChoices):
    """T1, T4-T6."""

    UNCONFIRMED = "unconfirmed", pgettext_lazy("tender", "Address not confirmed")
    OPEN = "open", pgettext_lazy("tender", "Open")
    CHOSEN = "chosen", pgettext_lazy("tender", "Decided")
    CANCELLED = "cancelled", pgettext_lazy("tender", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("tender", "Expired")
    HIDDEN = "hidden", pgettext_lazy("tender", "Hidden")


TENDER_MOVES: dict[str, dict[TenderState, TenderState]] = {
    "confirm": {TenderState.UNCONFIRMED: TenderState.OPEN},
    "choose": {TenderState.OPEN: TenderState.CHOSEN},
    "cancel": {
        TenderState.UNCONFIRMED: TenderState.CANCELLED,
        TenderState.OPEN: TenderState.CANCELLED,
    },
    "expire": {
        TenderState.UNCONFIRMED: TenderState.EXPIRED,
        TenderState.OPEN: TenderState.EXPIRED,
    },
    "prolong": {
        TenderState.OPEN: TenderState.OPEN,
        TenderState.EXPIRED: TenderState.OPEN,
    },
    "hide": {
        TenderState.UNCONFIRMED: TenderState.HIDDEN,
        TenderState.OPEN: TenderState.HIDDEN,
    },
    "show": {TenderState.HIDDEN: TenderState.OPEN},
}
"""verb -> state before -> state after; what is not here is refused. An expired tender is prolonged
only while it still has its contact details and was confirmed."""


class ProposalState(models.TextChoices):
    """T4."""

    DRAFT = "draft", pgettext_lazy("proposal", "Draft")
    SENT = "sent", pgettext_lazy("proposal", "Sent")
    WITHDRAWN = "withdrawn", pgettext_lazy("proposal", "Withdrawn")
    CHOSEN = "chosen", pgettext_lazy("proposal", "Won")
    LOST = "lost", pgettext_lazy("proposal", "Not chosen")


PROPOSAL_MOVES: dict[str, dict[ProposalState, ProposalState]] = {
    "send": {ProposalState.DRAFT: ProposalState.SENT},
    "withdraw": {
        ProposalState.DRAFT: ProposalState.WITHDRAWN,
        ProposalState.SENT: ProposalState.WITHDRAWN,
    },
    "choose": {ProposalState.SENT: ProposalState.CHOSEN},
    "lose": {ProposalState.SENT: ProposalState.LOST},
}


class LinkPurpose(models.TextChoices):
    """What a mailed link of a tender opens; each is good for one tender only (T5, T26)."""

    CONFIRM = "confirm"
    PRIVATE = "private"
    CANCEL = "cancel"


class BoardTab(models.TextChoices):
    """How a partner's list of tenders is divided."""

    OPEN = "open", pgettext_lazy("tenders", "Open")
    OPENED = "opened", pgettext_lazy("tenders", "Opened by us")
    PROPOSALS = "proposals", pgettext_lazy("tenders", "Proposals")
    WON = "won", pgettext_lazy("tenders", "Won")
    CLOSED = "closed", pgettext_lazy("tenders", "Closed")
