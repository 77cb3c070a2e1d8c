"""A partner's own page in the directory: changed, and seen before anybody else does (D1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from partners.forms.listing import ListingForm
from partners.services import directory as services
from partners.views.entries import Entry


@page("reseller.change_listing", FORM)
def listing(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = ListingForm(request.POST or None, request.FILES or None, actor=actor)
    if form.is_valid():
        try:
            services.change_page(by=actor, **form.values())
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Your page is saved."))
            return redirect("listing_preview", actor.organisation.slug)
    context = {"form": form, "partner": form.partner, "entry": Entry(form.partner)}
    return render(request, "partners/listing.html", context)


@page("reseller.listing")
def listing_preview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The public page itself, shown to anybody or not."""
    context = {"entry": Entry(actor.organisation.partner), "preview": True}
    return render(request, "partners/directory_page.html", context)
