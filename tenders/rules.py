"""The states of tenders and proposals, and what may follow (T1-T6). Pure."""

from datetime import datetime, time, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
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


class Rhythm(models.TextChoices):
    """How often a partner is told of new tenders (T2)."""

    AT_ONCE = "at_once", _("Each at once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")


COLLECTED_AT = time(7)
"""When collected tenders are mailed, in the portal's time zone; once a week on Mondays."""


def collected_until(rhythm: str, now: datetime) -> datetime:
    """Tenders collected up to this moment are due `now`, a moment in the portal's time zone: the
    last 07:00, of a Monday for those once a week. What was collected before its partner chose
    each at once is due already."""
    if rhythm == Rhythm.AT_ONCE:
        return now
    day = now.date()
    if now.time() < COLLECTED_AT:
        day -= timedelta(days=1)
    if rhythm == Rhythm.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, COLLECTED_AT, tzinfo=now.tzinfo)
