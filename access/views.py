"""Pages of people and organisations that are no other app's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from access.errors import Refused
from access.forms import OrganisationForm
from access.services import create_organisation
from access.web.pages import FORM, person


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
