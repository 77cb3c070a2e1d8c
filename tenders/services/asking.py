"""Questions of the requester about a proposal, and the partner's answers (T4)."""

from django.db import transaction
from django.utils.translation import gettext as _

from tenders.errors import ProposalOver, TenderOver
from tenders.models import Proposal, Question
from tenders.rules import ProposalState, TenderState
from tenders.services.moving import is_open, lock, outcome
from tenders.services.telling import tell_partner


@transaction.atomic
def ask(*, proposal: Proposal, text: str) -> Question:
    """The requester asks the partner something about its proposal, while it stands. The partner
    is told. Raises TenderOver or ProposalOver."""
    tender = lock(proposal.tender)
    if not (is_open(tender) or tender.state == TenderState.CHOSEN):
        raise TenderOver(outcome(tender))
    proposal = Proposal.objects.select_related("partner__organisation").get(pk=proposal.pk)
    if proposal.state not in (ProposalState.SENT, ProposalState.CHOSEN):
        raise ProposalOver(_("This proposal does not stand any more."))
    question = Question.objects.create(proposal=proposal, text=text)
    tell_partner(proposal, "asked", key=f"question.asked:{question.pk}", question=question.pk)
    return question
