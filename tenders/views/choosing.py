"""Choosing a proposal, and inviting its partner with limited access (T4, L3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from access.errors import Refused
from access.models import User
from access.policy import Actor, as_member, forbidden, organisations_of
from access.second_factor import missing_for_any
from access.web.gate import to_second_factor
from access.web.pages import FORM, public
from tenders.forms.requester import ChooseForm
from tenders.models import Proposal
from tenders.rules import LinkPurpose, ProposalState
from tenders.services.choosing import choose, invite_chosen
from tenders.services.moving import is_open, outcome
from tenders.views.reaching import gone, person_of, reach
from tenders.views.requester import REASON

ACT = "partners.authorise"
FEW = 20


@public(reason=REASON, methods=FORM)
@never_cache
def tender_choose(request: HttpRequest, tender: str, proposal: str) -> HttpResponse:
    """Chooses a proposal; who represents a client organisation invites its partner in the same
    form, now or, of the chosen one, later."""
    found = reach(request, tender, LinkPurpose.PRIVATE)
    about = found and Proposal.objects.read_by_requester(found).filter(public_id=proposal).first()
    if not found or not about:
        return gone(request)
    later = about.state == ProposalState.CHOSEN
    if not (is_open(found) or (later and about.partnership_id is None)):
        messages.error(request, outcome(found))
        return redirect("tender_mine", tender)
    person = person_of(request)
    mine = list(organisations_of(person)[:FEW]) if person else []
    if person and (why := missing_for_any(person, mine)):
        return to_second_factor(request, why)
    mine = [one for one in mine if one.pk != about.partner_id]
    actors = [as_member(person, one) for one in mine] if person else []
    able = [actor for actor in actors if actor.may(ACT)]
    first = found.organisation.slug if found.organisation else ""
    typed = request.POST if request.method == "POST" else None  # may be empty: nothing is asked
    form = ChooseForm(typed, actors=able, partner=about.partner, required=later, first=first)
    asked = request.method == "POST" and (form.is_valid() if able else not later)
    if asked and _done(request, form, about, person, later=later):
        return redirect("tender_mine", tender)
    others = [(one.organisation, forbidden(one, ACT).who) for one in actors if one not in able]
    context = {
        "tender": found,
        "proposal": about,
        "form": form,
        "later": later,
        "able": able,
        "others": others,
        "person": person,
    }
    return render(request, "tenders/requester_choose.html", context)


def _done(
    request: HttpRequest, form: ChooseForm, about: Proposal, person: User | None, *, later: bool
) -> bool:
    """Whether the service accepted; else its refusal stands in the form."""
    actor: Actor | None = form.actor if form.actors else None
    try:
        if later and actor is not None:
            invite_chosen(proposal=about, by=actor, products=form.chosen)
        else:
            choose(proposal=about, person=person, by=actor, products=form.chosen if actor else ())
    except Refused as refusal:
        field = f"products_{actor.organisation.slug}" if actor else None
        form.add_error(field if refusal.field == "products" else None, str(refusal))
        return False
    sentence = (
        _("You chose %(partner)s, and its invitation is on its way.")
        if actor
        else _("You chose %(partner)s. It is told by e-mail.")
    )
    messages.success(request, sentence % {"partner": about.partner})
    return True
