"""A partner asks a client for access (L1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from access.web.wizard import Wizard
from clients.errors import AlreadyLinked
from clients.forms.add_client import AddClientForm
from clients.services import request_access


@page("clients.add", FORM)
def client_add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The steps client, access, payment, summary; a suspended partner reads why not (P5)."""
    partner = actor.organisation.partner
    if not partner.approved:
        return render(request, "clients/client_add_closed.html", {"partner": partner})
    form = AddClientForm(request.POST or None, partner=actor.organisation)
    wizard = Wizard(request, form)
    if wizard.finished:
        try:
            asked = request_access(by=actor, **form.request)
        except Refused as refusal:
            form.offers_another |= isinstance(refusal, AlreadyLinked)
            wizard.refuse(refusal)
        else:
            messages.success(request, _("Your request was sent to %s.") % asked.asked_email)
            return redirect("clients_waiting", actor.organisation.slug)
    return render(request, "clients/client_add.html", {"form": form, "wizard": wizard})
