"""The partner says whether it pays, after its client chose so (M10)."""

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
from clients.services import confirm_payment, decline_payment
from clients.services.payer import waits_for_word
from clients.views.reseller import state_now


@page("clients.confirm_payer", FORM, partnership=Partnership.objects.visible_to_partner)
def client_payer(request: HttpRequest, actor: Actor, partnership: Partnership) -> HttpResponse:
    """What paying means, and two buttons; also where the buttons of the client's page lead."""
    details = redirect("client", actor.organisation.slug, partnership.public_id)
    form = AnswerForm(request.POST or None, partnership=partnership)
    why = ""
    if form.is_valid():
        try:
            messages.success(request, _answer(request, actor, form))
        except OfferChanged as refusal:
            why = str(refusal)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return details
        else:
            return details
    if state_now(partnership) != "active" or not waits_for_word(partnership):
        return details
    partnership.refresh_from_db()
    context = {"partnership": partnership, "why": why, "form": AnswerForm(partnership=partnership)}
    return render(request, "clients/client_payer.html", context)


def _answer(request: HttpRequest, actor: Actor, form: AnswerForm) -> str:
    """Does what the button said; answers what is in force now."""
    partnership, version = form.partnership, form.cleaned_data["version"]
    names = {"client": partnership.client_name, "partner": partnership.partner_name}
    if request.POST.get("answer") == "confirm":
        confirm_payment(partnership=partnership, version=version, by=actor)
        return _("%(partner)s pays for %(client)s from now on. The client was told.") % names
    decline_payment(partnership=partnership, version=version, by=actor)
    return _("%(client)s pays itself again, and was told.") % names
