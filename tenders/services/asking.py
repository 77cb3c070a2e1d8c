"""Questions of the requester about a proposal, and the partner's answers (T4)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.policy import Actor
from tenders.errors import (
    AlreadyAnswered,
    ContactsErased,
    ProposalOver,
    TenderOver,
    TooManyQuestions,
)
from tenders.models import Proposal, Question, Tender
from tenders.rules import ProposalState, TenderState
from tenders.services.common import approved_partner, record, tell_requester_about
from tenders.services.moving import is_open, lock, outcome
from tenders.services.telling import tell_partner

MOST_QUESTIONS = 20
STANDING = (ProposalState.SENT, ProposalState.CHOSEN)


@transaction.atomic
def ask(*, proposal: Proposal, text: str) -> Question:
    """The requester asks the partner something about its proposal, while it stands. The partner
    is told. Raises TenderOver, ContactsErased, ProposalOver or TooManyQuestions."""
    _lock(proposal.tender)
    proposal = Proposal.objects.select_related("partner__organisation").get(pk=proposal.pk)
    if proposal.state not in STANDING:
        raise ProposalOver(_("This proposal does not stand any more."))
    if proposal.questions.count() >= MOST_QUESTIONS:
        raise TooManyQuestions(
            _("You have asked %(n)d questions about this proposal. Please talk to the partner now.")
            % {"n": MOST_QUESTIONS}
        )
    question = Question.objects.create(proposal=proposal, text=text)
    tell_partner(proposal, "asked", key=f"question.asked:{question.pk}", question=question.pk)
    return question


@transaction.atomic
def answer(*, question: Question, by: Actor, text: str) -> Question:
    """The partner answers a question about its proposal, once; the requester is told (T4).
    Raises AlreadyAnswered, TenderOver, ContactsErased, ProposalOver, PartnerSuspended, and what
    `Actor.require` raises."""
    tender = _lock(question.proposal.tender)
    approved_partner(by, "reseller.propose")
    question = Question.objects.visible_to(by).select_related("proposal").get(pk=question.pk)
    if question.proposal.state not in STANDING:
        raise ProposalOver(_("This proposal does not stand any more."))
    if question.answered_at is not None:
        raise AlreadyAnswered(_("This question has its answer already."))
    question.answer, question.answered_at, question.answered_by = text, timezone.now(), by.person
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    record(tender, "tender.answer", by)
    key, about = f"question.answered:{question.pk}", question.proposal_id
    tell_requester_about(tender, "answered", key=key, proposal=about, question=question.pk)
    return question


def _lock(tender: Tender) -> Tender:
    """The tender locked, while it is open or decided: then people may still have to ask, until
    its contacts were erased, for nothing would erase what they say after that (T25)."""
    tender = lock(tender)
    if tender.contacts_erased_at is not None:
        raise ContactsErased(_("The contact details of this tender were erased."))
    if not (is_open(tender) or tender.state == TenderState.CHOSEN):
        raise TenderOver(outcome(tender))
    return tender
