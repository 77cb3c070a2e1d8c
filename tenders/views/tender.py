"""A tender as a partner sees it: the extract, and the whole once it was opened (T3, T24, T25)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import ACTION, page
from tenders.models import Opening, Proposal, Tender
from tenders.rules import ProposalState
from tenders.services.moving import is_open, outcome
from tenders.services.opening import open_tender


@page("reseller.tenders", tender=Tender.objects.visible_to)
def tender_page(request: HttpRequest, actor: Actor, tender: Tender) -> HttpResponse:
    return render(request, "tenders/tender.html", about(actor, tender))


@page("reseller.open_tender", ACTION, tender=Tender.objects.visible_to)
def tender_open(request: HttpRequest, actor: Actor, tender: Tender) -> HttpResponse:
    """The button *Show contact details*: what it shows is recorded and told."""
    try:
        open_tender(tender=tender, by=actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("tenders", actor.organisation.slug)
    messages.success(request, _("The requester is told that you have the contact details now."))
    return redirect("tender", actor.organisation.slug, tender.public_id)


def about(actor: Actor, tender: Tender) -> dict[str, Any]:
    """What the page may show of it now. The whole need and the contacts show while the tender is
    open and the partner approved, to a partner that opened it, and stay with the one that won
    (T3, T25, P5)."""
    partner = actor.organisation.partner
    opening = Opening.objects.visible_to(actor).filter(tender=tender).first()
    proposals = list(Proposal.objects.read_by_partner(actor).filter(tender=tender))
    proposal = proposals[0] if proposals else None
    won = proposal is not None and proposal.state == ProposalState.CHOSEN
    working = is_open(tender) and partner.approved
    cap = tender.most_openers
    return {
        "tender": tender,
        "partner": partner,
        "opening": opening,
        "proposal": proposal,
        "earlier": proposals[1:],
        "won": won,
        "working": working,
        "outcome": "" if is_open(tender) else outcome(tender),
        "whole": opening is not None and (working or won) and not tender.contacts_erased_at,
        "full": cap is not None and tender.openers >= cap,
    }
