"""Locking a tender and moving it from state to state: the first step of every verb on it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from tenders.errors import TenderOver
from tenders.models import Tender
from tenders.rules import TENDER_MOVES, TenderState

ENDS = frozenset(
    {TenderState.CHOSEN, TenderState.CANCELLED, TenderState.EXPIRED, TenderState.HIDDEN}
)


def lock(tender: Tender) -> Tender:
    """The tender as it is now, locked. Every verb on it, its openings and its proposals locks it
    first, so that exactly one of two that collide wins. Raises TenderOver when it is gone."""
    found = Tender.objects.select_for_update(of=("self",)).filter(pk=tender.pk).first()
    if found is None:
        raise TenderOver(_("This tender does not exist any more."))
    return found


def move(tender: Tender, verb: str) -> None:
    """Sets the state after `verb` and when it ended (not yet saved), or raises TenderOver with
    the sentence that says what the tender is now. The tender must be locked."""
    after = TENDER_MOVES[verb].get(TenderState(tender.state))
    if after is None:
        raise TenderOver(outcome(tender))
    tender.state = after
    tender.closed_at = timezone.now() if after in ENDS else None


def is_open(tender: Tender) -> bool:
    """Open now: a passed date counts whether or not a job has come by (T6)."""
    return tender.state == TenderState.OPEN and tender.expires_at > timezone.now()


def outcome(tender: Tender) -> str:
    """What became of the tender, as a sentence for somebody who came too late."""
    if tender.state == TenderState.OPEN and not is_open(tender):
        return _("This tender has expired.")
    sentences = {
        TenderState.UNCONFIRMED: _("The address of this tender is not confirmed yet."),
        TenderState.OPEN: _("This tender is open."),
        TenderState.CHOSEN: _("A proposal was already chosen for this tender."),
        TenderState.CANCELLED: _("This tender was cancelled."),
        TenderState.EXPIRED: _("This tender has expired."),
        TenderState.HIDDEN: _("This tender was hidden by the vendor's staff."),
    }
    return sentences[TenderState(tender.state)]
