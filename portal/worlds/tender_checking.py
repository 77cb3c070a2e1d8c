"""What pages of the directory and tenders must also satisfy: what one entry says must fit what the
others say (D1, T1-T6). As `checking`, every check lives with values that could not be read."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from partners.rules import PartnerState
from partners.services.directory import MOST_PLACES
from portal.worlds.format import World
from portal.worlds.reading import Entry, Report
from portal.worlds.tender_format import OpeningEntry, ProposalEntry, TenderEntry
from tenders.rules import ProposalState, TenderState

IN_THE_PROGRAMME = {PartnerState.APPROVED, PartnerState.SUSPENDED}
STANDING = {ProposalState.SENT, ProposalState.CHOSEN}


def check(world: World, report: Report) -> None:
    """Reports whatever in these parts does not fit together."""
    approved = {each.organisation for each in world.partners or () if _in_programme(each.state)}
    for page in world.directory or ():
        _partner(page, page.partner, approved, report)
        if page.too_many_places:
            report.add(page.at("places"), f"are too many: {MOST_PLACES} are possible.")
    for preference in world.tender_preferences or ():
        _partner(preference, preference.partner, approved, report)
    for tender in world.tenders or ():
        _tender(tender, report)
        _openings(tender, approved, report)


def _in_programme(state: str | None) -> bool:
    return state is None or state in IN_THE_PROGRAMME


def _partner(at: Entry, slug: str | None, approved: set[str], report: Report) -> None:
    if slug is not None and slug not in approved:
        report.add(at.at("partner"), f"“{slug}” is no approved or suspended partner in “partners”.")


def _rising(at: Entry, low: Decimal | None, high: Decimal | None, name: str, to: Report) -> None:
    if low is not None and high is not None and low > high:
        to.add(at.at(name), "is lower than where the range begins.")


def _tender(tender: TenderEntry, report: Report) -> None:
    _rising(tender, tender.budget_from, tender.budget_to, "budget_to", report)
    hidden = tender.state == TenderState.HIDDEN
    if tender.state is not None and hidden != bool(tender.reason):
        need = "is missing: the requester reads it." if hidden else "is for hidden ones only."
        report.add(tender.at("reason"), need)
    published = tender.published_on
    if published is not None and published > timezone.localdate():
        report.add(tender.at("published_on"), "lies in the future.")
    over = timezone.localdate() - timedelta(days=settings.TENDER_DAYS)
    if tender.state == TenderState.EXPIRED and (published is None or published >= over):
        report.add(
            tender.at("published_on"),
            f"an expired tender was published more than {settings.TENDER_DAYS} days ago.",
        )


def _openings(tender: TenderEntry, approved: set[str], report: Report) -> None:
    seen: set[str] = set()
    for opening in tender.openings or ():
        _partner(opening, opening.partner, approved, report)
        if opening.partner in seen:
            report.add(opening.at("partner"), f"“{opening.partner}” opens it a second time.")
        seen.add(opening.partner)
        if opening.proposal is not None:
            _proposal(opening.proposal, report)
    _numbers(tender, tender.openings or (), report)


def _proposal(proposal: ProposalEntry, report: Report) -> None:
    _rising(proposal, proposal.price_from, proposal.price_to, "price_to", report)
    if proposal.questions and proposal.state is not None and proposal.state not in STANDING:
        report.add(proposal.at("questions"), "are about proposals that were sent and stand.")


def _numbers(tender: TenderEntry, openings: Iterable[OpeningEntry], report: Report) -> None:
    number = len(list(openings))
    if number and tender.state == TenderState.UNCONFIRMED:
        report.add(tender.at("openings"), "nobody opens a tender whose address is not confirmed.")
    if tender.most_openers is not None and number > tender.most_openers:
        report.add(tender.at("openings"), f"are more than “most_openers”: {number}.")
    chosen = [each for each in tender.proposals() if each.state == ProposalState.CHOSEN]
    if tender.state is not None and len(chosen) != int(tender.state == TenderState.CHOSEN):
        report.add(
            tender.at("openings"),
            "exactly one proposal of a decided tender is “chosen”, and none of another one.",
        )
