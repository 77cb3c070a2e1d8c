"""How a partner's bills look, and what it adds to its cost (B12)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.lists import Listing
from access.web.pages import FORM, page
from billing.forms.rebilling import MarkupForm, NoForm, SenderForm
from billing.models import RebillMarkup
from billing.services import rebilling

SANDBOX = "default-src 'none'; sandbox"
SORTS = {
    "client": ("client__name", "product_type__name"),
    "type": ("product_type__name", "client__name"),
    "value": ("kind", "value"),
}


@page("clients.rebill", FORM)
def rebill_settings(request: HttpRequest, actor: Actor) -> HttpResponse:
    sender = rebilling.sender_of(actor)
    form = SenderForm(request.POST or None, request.FILES or None, actor=actor)
    if form.is_valid():
        try:
            rebilling.save_sender(by=actor, **form.values())
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved. Bills from now on look like this."))
            return redirect("rebill_settings" if sender else "rebills", actor.organisation.slug)
    context = {"form": form, "sender": sender}
    return render(request, "billing/rebill_settings.html", context)


@page("clients.rebill")
def rebill_logo(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The logo as the portal made it anew (T37)."""
    sender = rebilling.sender_of(actor)
    if sender is None or sender.logo is None:
        raise Http404
    response = HttpResponse(bytes(sender.logo.content), content_type=sender.logo.media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@page("clients.rebill")
def rebill_markups(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = RebillMarkup.objects.visible_to(actor)
    listing = Listing(request, rows, sorts=SORTS, default="client")
    return render(request, "billing/rebill_markups.html", {"listing": listing})


def _edit(request: HttpRequest, actor: Actor, markup: RebillMarkup | None) -> HttpResponse:
    form = MarkupForm(request.POST or None, actor=actor, markup=markup)
    if form.is_valid():
        try:
            rebilling.save_markup(markup=markup, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved. It counts for drafts from now on."))
            return redirect("rebill_markups", actor.organisation.slug)
    return render(request, "billing/rebill_markup.html", {"form": form, "markup": markup})


@page("clients.rebill", FORM)
def rebill_markup_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _edit(request, actor, None)


@page("clients.rebill", FORM, markup=RebillMarkup.objects.visible_to)
def rebill_markup(request: HttpRequest, actor: Actor, markup: RebillMarkup) -> HttpResponse:
    return _edit(request, actor, markup)


@page("clients.rebill", FORM, markup=RebillMarkup.objects.visible_to)
def rebill_markup_remove(request: HttpRequest, actor: Actor, markup: RebillMarkup) -> HttpResponse:
    if request.method == "POST":
        try:
            rebilling.remove_markup(markup=markup, by=actor)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The mark-up is gone. Drafts and bills keep their prices."))
        return redirect("rebill_markups", actor.organisation.slug)
    context = {"markup": markup, "form": NoForm()}
    return render(request, "billing/rebill_markup_remove.html", context)
