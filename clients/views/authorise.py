"""The client authorises a partner (L3)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from access.web.wizard import Wizard
from clients.forms.authorise import AuthoriseForm
from clients.services import invite_partner


@page("partners.authorise", FORM)
def partner_authorise(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The steps partner, access, products or payment, summary; `?partner=` picks one."""
    initial = {"partner": request.GET.get("partner", "")}
    form = AuthoriseForm(request.POST or None, client=actor, initial=initial)
    wizard = Wizard(request, form)
    if wizard.finished:
        try:
            partner, message = form.cleaned_data["partner"], form.cleaned_data["message"]
            invite_partner(partner=partner, offer=form.offer, by=actor, message=message)
        except Refused as refusal:
            wizard.refuse(refusal)
        else:
            messages.success(
                request,
                _("The invitation is on its way to %(partner)s. Nothing starts before it accepts.")
                % {"partner": partner},
            )
            return redirect(reverse("partners", args=[actor.organisation.slug]) + "?tab=waiting")
    form.forgive()
    return render(request, "clients/authorise.html", {"form": form, "wizard": wizard})
