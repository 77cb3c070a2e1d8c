"""An organisation: founding one, its data, changing them (O2, O6, O7)."""

from copy import copy

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from access.errors import Refused
from access.forms import OrganisationDataForm, OrganisationForm
from access.policy import Actor
from access.services import change_organisation, create_organisation
from access.web.pages import FORM, page, person


@person(reason="Anybody who signed up may found an organisation.", methods=FORM)
def organisation_new(request: HttpRequest) -> HttpResponse:
    """A new organisation with the signed-in person as its legal representative (O2)."""
    form = OrganisationForm(request.POST or None)
    onward = _onward(request)
    if form.is_valid():
        try:
            organisation = create_organisation(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The organisation %s is created.") % organisation.name)
            return redirect(onward) if onward else redirect("home", organisation.slug)
    return render(request, "access/organisation_new.html", {"form": form, "onward": onward})


def _onward(request: HttpRequest) -> str:
    """Where the person was going, if it is a page of ours (threat T36)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else ""


@page("organisation.see")
def organisation_data(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the portal knows about the organisation, for those who belong to it."""
    context = {"organisation": actor.organisation, "may_change": actor.may("organisation.change")}
    return render(request, "access/organisation.html", context)


@page("organisation.change", FORM)
def organisation_edit(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Its data, changed by its own people; the country stays, because money hangs on it (O6)."""
    # The form writes what was typed on its organisation; the page shows the one that is.
    form = OrganisationDataForm(request.POST or None, instance=copy(actor.organisation))
    if form.is_valid():
        try:
            changed = change_organisation(by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The data of %s are saved.") % changed.name)
            return redirect("organisation", changed.slug)
    context = {"form": form, "organisation": actor.organisation}
    return render(request, "access/organisation_edit.html", context)
