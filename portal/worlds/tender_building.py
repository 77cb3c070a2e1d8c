"""Building the tenders of a world, through the services (T1-T6)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from access.models import Organisation, User
from access.policy import Actor
from access.rules import currency_of
from clients.models import Category
from portal.worlds.tender_format import (
    OpeningEntry,
    PreferenceEntry,
    ProposalEntry,
    TenderEntry,
)
from tenders.models import Opening, Proposal, Question, Tender
from tenders.rules import LinkPurpose, ProposalState, TenderState
from tenders.services.asking import answer, ask
from tenders.services.choosing import choose
from tenders.services.closing import cancel, cap, expire, hide
from tenders.services.opening import open_tender
from tenders.services.preferences import set_preference
from tenders.services.proposing import save_proposal, send_proposal, withdraw_proposal
from tenders.services.spreading import spread
from tenders.services.submitting import confirm, submit

type ActorIn = Callable[[str, str | None], Actor]
"""The actor in the organisation of this slug: the person, else its first representative."""


def want(entry: PreferenceEntry, *, by: Actor) -> None:
    """A partner's choice of tenders; mails go to its contact address in its language (T2)."""
    partner = by.organisation.partner
    set_preference(
        by=by,
        categories=Category.objects.filter(slug__in=entry.categories),
        languages=entry.languages,
        countries=entry.countries,
        least_budget=entry.least_budget,
        address=entry.email or partner.contact_email or by.person.email,
        mail_language=entry.mail_language or by.person.language,
        wanted=entry.wanted,
    )


def make_tender(
    entry: TenderEntry,
    *,
    person: User | None,
    organisation: Organisation | None,
    actor_in: ActorIn,
    staff: User | None,
) -> Tender:
    """The tender as its requester, partners and staff made it, up to its state."""
    tender = _submitted(entry, person, organisation)
    if entry.state == TenderState.UNCONFIRMED:
        return tender
    tender = confirm(link=tender.links.get(purpose=LinkPurpose.CONFIRM))
    spread(tender=tender)
    if entry.most_openers is not None:
        cap(tender=tender, most=entry.most_openers)
    for opening in entry.openings:
        _opened(tender, opening, by=actor_in(opening.partner, opening.by))
    _put_back(tender, entry)
    _end(tender, entry, person, staff)
    return tender


def _submitted(
    entry: TenderEntry, person: User | None, organisation: Organisation | None
) -> Tender:
    contact = entry.contact
    return submit(
        categories=Category.objects.filter(slug__in=entry.categories),
        title=entry.title,
        need=entry.need,
        country=entry.country,
        place=entry.place_name,
        language=entry.language,
        currency=entry.currency or currency_of(entry.country),
        budget_from=entry.budget_from,
        budget_to=entry.budget_to,
        wanted_on=entry.wanted_on,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
        company=contact.company,
        person=person,
        organisation=organisation,
    )


def _opened(tender: Tender, entry: OpeningEntry, *, by: Actor) -> None:
    open_tender(tender=tender, by=by)
    if entry.proposal is not None:
        _proposed(tender, entry.proposal, by=by)


def _proposed(tender: Tender, entry: ProposalEntry, *, by: Actor) -> None:
    proposal = save_proposal(
        tender=tender,
        by=by,
        text=entry.text,
        price_from=entry.price_from,
        price_to=entry.price_to,
        delay_days=entry.delay_days,
    )
    if entry.state == ProposalState.DRAFT:
        return
    send_proposal(proposal=proposal, by=by, duty_accepted=True)
    for each in entry.questions:
        question = ask(proposal=proposal, text=each.text)
        if each.answer:
            answer(question=question, by=by, text=each.answer)
    if entry.state == ProposalState.WITHDRAWN:
        withdraw_proposal(proposal=proposal, by=by)


def _put_back(tender: Tender, entry: TenderEntry) -> None:
    """All that happened, happened so many days earlier: nobody can publish in the past."""
    if entry.published_on is None:
        return
    then = timezone.make_aware(datetime.combine(entry.published_on, time(9)))
    by = max(timezone.now() - then, timedelta())
    Tender.objects.filter(pk=tender.pk).update(
        created_at=F("created_at") - by,
        published_at=F("published_at") - by,
        expires_at=F("expires_at") - by,
        told_at=F("told_at") - by,
    )
    # Partners came a day later, and wrote the day after; never in the future.
    later, latest = (
        max(by - timedelta(days=1), timedelta()),
        max(by - timedelta(days=2), timedelta()),
    )
    Opening.objects.filter(tender=tender).update(opened_at=F("opened_at") - later)
    Proposal.objects.filter(tender=tender).update(
        created_at=F("created_at") - later,
        sent_at=F("sent_at") - latest,
        products_accepted_at=F("products_accepted_at") - latest,
    )
    Question.objects.filter(proposal__tender=tender).update(
        asked_at=F("asked_at") - latest, answered_at=F("answered_at") - latest
    )


def _end(tender: Tender, entry: TenderEntry, person: User | None, staff: User | None) -> None:
    if entry.state == TenderState.CHOSEN:
        sent = tender.proposals.filter(state=ProposalState.SENT)
        chosen = next(each for each in entry.openings if _is_chosen(each))
        proposal = sent.get(partner__organisation__slug=chosen.partner)
        choose(proposal=proposal, person=person)
    elif entry.state == TenderState.CANCELLED:
        cancel(tender=tender)
    elif entry.state == TenderState.EXPIRED:
        expire(tender=tender)
    elif entry.state == TenderState.HIDDEN:
        hide(tender=tender, by=staff, reason=entry.reason)


def _is_chosen(opening: OpeningEntry) -> bool:
    return opening.proposal is not None and opening.proposal.state == ProposalState.CHOSEN
