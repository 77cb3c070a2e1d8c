"""The page on which a partner chooses which tenders reach it (T2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.policy import Actor
from access.web.pages import FORM, page
from tenders.forms.preferences import PreferenceForm
from tenders.models import TenderPreference
from tenders.services.preferences import set_preference


@page("reseller.tender_settings", FORM)
def tender_preferences(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Nothing comes before somebody has chosen here."""
    found = TenderPreference.objects.visible_to(actor).first()
    form = PreferenceForm(request.POST or None, actor=actor, preference=found)
    if form.is_valid():
        kept = set_preference(by=actor, **form.cleaned_data)
        messages.success(
            request,
            _("New tenders that fit go to %(address)s.") % {"address": kept.address}
            if kept.wanted
            else _("Paused: no tender comes by mail until you tick it again."),
        )
        return redirect("tenders", actor.organisation.slug)
    context = {"form": form, "preference": found, "partner": actor.organisation.partner}
    return render(request, "tenders/preferences.html", context)
