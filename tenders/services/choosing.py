"""Choosing a proposal, and inviting its partner (T4, L3)."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import Organisation, User
from access.policy import Actor
from clients.errors import NotApproved
from clients.models import Product
from clients.rules import Offer
from clients.services import invite_partner
from partners.models import Partner
from tenders.errors import ProposalOver, TenderOver
from tenders.models import Proposal, Tender
from tenders.rules import PROPOSAL_MOVES, ProposalState
from tenders.services.common import named
from tenders.services.moving import is_open, lock, move, outcome
from tenders.services.telling import tell_partner

STATE = ["state", "closed_at"]


@transaction.atomic
def choose(
    *,
    proposal: Proposal,
    person: User | None,
    by: Actor | None = None,
    products: Collection[Product] = frozenset(),
) -> Proposal:
    """The requester chooses one proposal: the tender is decided, the other proposals are lost, and
    each partner is told (T4).

    `person` is who is signed in, or None. With `by`, who acts for a client organisation, its
    partner is invited with limited access to `products` in the same transaction (L3): when that is
    refused, nothing is chosen. A suspended partner wins nothing (P5). Raises TenderOver,
    ProposalOver, NotApproved, or what `invite_partner` raises.
    """
    tender = lock(proposal.tender)
    if not is_open(tender):
        raise TenderOver(outcome(tender))
    proposal = _lock_proposal(proposal)
    _move(proposal, "choose")
    _require_approved(proposal.partner)
    move(tender, "choose")
    proposal.save(update_fields=STATE)
    tender.save(update_fields=STATE)
    tell_partner(proposal, "chosen")
    for other in _standing(tender).exclude(pk=proposal.pk):
        _move(other, "lose")
        other.save(update_fields=STATE)
        tell_partner(other, "lost")
    if by is not None:
        _invite(proposal, by, products)
    if organisation := (by.organisation if by else tender.organisation):
        _record(tender, organisation, by or person)
    return proposal


@transaction.atomic
def invite_chosen(
    *, proposal: Proposal, by: Actor, products: Collection[Product] = frozenset()
) -> Proposal:
    """Invites the partner of a proposal that was chosen before (T4): by somebody who had no
    account or no organisation then. Raises ProposalOver, or what `invite_partner` raises."""
    lock(proposal.tender)
    proposal = _lock_proposal(proposal)
    if proposal.state != ProposalState.CHOSEN:
        raise ProposalOver(_("This proposal was not chosen."))
    if proposal.partnership is not None:
        raise ProposalOver(_("%(partner)s was invited already.") % {"partner": proposal.partner})
    _invite(proposal, by, products)
    return proposal


def _invite(proposal: Proposal, by: Actor, products: Collection[Product]) -> None:
    """Limited access, for the client to widen later if it likes (L3, L5). The invitation stays
    for ever, so it names the tender by its masked title (T25)."""
    proposal.partnership = invite_partner(
        partner=proposal.partner,
        offer=Offer.limited([product.pk for product in products]),
        by=by,
        message=named(proposal.tender).title,
        known=True,
    )
    proposal.save(update_fields=["partnership"])


def _require_approved(partner: Partner) -> None:
    """P5, T45; `invite_partner` asks the same, but not everybody who chooses invites."""
    if not partner.approved:
        raise NotApproved(
            _("%(partner)s takes no new clients at present. Please choose another partner.")
            % {"partner": partner}
        )


def _record(tender: Tender, organisation: Organisation, by: "Actor | User | None") -> None:
    """In the client's log, which stays for ever: by the masked title (T25)."""
    log.write(organisation=organisation, act="tender.choose", by=by, about=named(tender))


def _lock_proposal(proposal: Proposal) -> Proposal:
    """The proposal as it is now; its tender is locked already, which is enough."""
    return Proposal.objects.select_related("tender", "partner__organisation").get(pk=proposal.pk)


def _standing(tender: Tender) -> "QuerySet[Proposal]":
    return tender.proposals.filter(state=ProposalState.SENT).select_related("partner__organisation")


def _move(proposal: Proposal, verb: str) -> None:
    after = PROPOSAL_MOVES[verb].get(ProposalState(proposal.state))
    if after is None:
        raise ProposalOver(
            _("This proposal was withdrawn meanwhile.")
            if proposal.state == ProposalState.WITHDRAWN
            else _("This proposal cannot be chosen.")
        )
    proposal.state = after
    proposal.closed_at = timezone.now()
