"""The partner answers a client's invitation (L3), from its reseller space."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from clients.errors import OfferChanged
from clients.forms.reseller import AnswerForm
from clients.models import Partnership
from clients.rules import PartnershipState
from clients.services import accept_invitation, refuse_invitation
from clients.views.reseller import state_now
from clients.views.terms import offered_terms


@page("clients.answer", FORM, partnership=Partnership.objects.invitations_to_partner)
def client_accept(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """What the client offers, and the button. An offer that changed is shown again (T6)."""
    form = AnswerForm(request.POST or None, partnership=partnership)
    if form.is_valid():
        try:
            accept_invitation(
                partnership=partnership, version=form.cleaned_data["version"], by=actor
            )
        except OfferChanged as refusal:
            return _ask_again(request, partnership, str(refusal))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, _("You now look after %s. The client was told.") % partnership.client_name
            )
        return redirect("client", actor.organisation.slug, partnership.public_id)
    if state_now(partnership) != PartnershipState.INVITED:
        return redirect("client", actor.organisation.slug, partnership.public_id)
    if form.is_bound:
        return _ask_again(request, partnership, _("Please read the offer again, then decide."))
    return _ask(request, partnership, form)


@page("clients.answer", FORM, partnership=Partnership.objects.invitations_to_partner)
def client_decline(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """Asks before it declines: the client has to invite anew afterwards."""
    slug = actor.organisation.slug
    if request.method == "POST":
        try:
            refuse_invitation(partnership=partnership, by=actor)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            told = _("You declined the invitation of %s. The client was told.")
            messages.success(request, told % partnership.client_name)
        return redirect("clients_waiting", slug)
    if state_now(partnership) != PartnershipState.INVITED:
        return redirect("client", slug, partnership.public_id)
    names = {"client": partnership.client_name, "partner": partnership.partner_name}
    consequences = [
        _("%(partner)s gets no access to %(client)s.") % names,
        _("%(client)s is told by mail that you declined.") % names,
        _("To work together later, %(client)s has to invite you again.") % names,
    ]
    context = {"partnership": partnership, "consequences": consequences}
    return render(request, "clients/client_decline.html", context)


def _ask_again(request: HttpRequest, partnership: Partnership, why: str) -> HttpResponse:
    partnership.refresh_from_db()
    return _ask(request, partnership, AnswerForm(partnership=partnership), why)


def _ask(
    request: HttpRequest, partnership: Partnership, form: AnswerForm, why: str = ""
) -> HttpResponse:
    context = {
        "partnership": partnership,
        "terms": offered_terms(partnership),
        "form": form,
        "why": why,
    }
    return render(request, "clients/client_accept.html", context)
