"""What a collaborator or an external user reaches: products, and a partner's clients (O2, O5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import Refused
from access.models import Membership
from access.policy import Actor
from access.web.lists import Listing
from access.web.pages import FORM, page
from clients.forms.assigning import (
    AssignedFilter,
    AssignProductsForm,
    ChosenClientsForm,
    with_assigned,
)
from clients.models import Partnership
from clients.services import assign_clients, assign_products, take_back_clients

SORTS = {"client": ("client_name",), "access": ("access", "client_name"), "since": ("started_at",)}


@page("people.change", FORM, member=Membership.objects.visible_to)
def member_products(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    """Which products the person reaches: all, by category, or one by one."""
    if member.represents:
        return _nothing_to_assign(request, actor, member)
    form = AssignProductsForm(request.POST or None, actor=actor, member=member)
    if form.is_valid():
        try:
            assign_products(membership=member, by=actor, **form.chosen)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(
                request, _("Saved. It counts from the next click of %s.") % member.user
            )
            return redirect("member", actor.organisation.slug, member.public_id)
    return render(request, "clients/member_products.html", {"member": member, "form": form})


@page("clients.assign", FORM, member=Membership.objects.visible_to)
def member_clients(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    """Which clients the person reaches: a list to search, with a button for each."""
    if member.represents:
        return _nothing_to_assign(request, actor, member)
    if request.method == "POST":
        _assign(request, actor, member)
        here = reverse("member_clients", args=[actor.organisation.slug, member.public_id])
        query = request.GET.urlencode()
        return redirect(f"{here}?{query}" if query else here)
    rows = with_assigned(Partnership.objects.assignable_by(actor), member)
    listing = Listing(
        request, rows, sorts=SORTS, default="client", filters=AssignedFilter(request.GET)
    )
    context: dict[str, Any] = {
        "member": member,
        "listing": listing,
        "page": listing.page,
        "assigned_count": rows.filter(is_assigned=True).count(),
    }
    return render(request, "clients/member_clients.html", context)


def _assign(request: HttpRequest, actor: Actor, member: Membership) -> None:
    form = ChosenClientsForm(request.POST, actor=actor)
    if not form.is_valid():
        messages.error(request, " ".join(form.non_field_errors()) or _("Tick at least one client."))
        return
    verb = assign_clients if form.gives else take_back_clients
    try:
        number = verb(membership=member, partnerships=form.chosen, by=actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    facts = {"number": number, "person": member.user}
    sentence = (
        ngettext(
            "%(number)d client more for %(person)s.",
            "%(number)d clients more for %(person)s.",
            number,
        )
        if form.gives
        else ngettext(
            "%(number)d client fewer for %(person)s.",
            "%(number)d clients fewer for %(person)s.",
            number,
        )
    )
    messages.success(request, sentence % facts)


def _nothing_to_assign(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    facts = {"person": member.user, "role": member.get_role_display()}
    messages.info(
        request,
        _("%(person)s reaches everything by the role of %(role)s: nothing can be assigned.")
        % facts,
    )
    return redirect("member", actor.organisation.slug, member.public_id)
