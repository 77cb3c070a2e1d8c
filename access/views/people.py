"""The people of an organisation: the list, one person, role, removing, leaving (O1-O3)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access import assigning
from access.errors import Refused
from access.forms import MemberFilter, RoleForm
from access.models import MemberInvitation, Membership
from access.policy import Actor
from access.rules import Answer, Role
from access.services import change_member, leave, remove_member
from access.web.lists import Listing
from access.web.pages import FORM, demand, page

SORTS = {
    "name": ("user__name", "user__email"),
    "role": ("role", "user__name"),
    "since": ("created_at",),
}
NAME_SORTS = SORTS | {"name": ("user__name",)}
SHOWN = 12  # assigned products and clients named on a person's page


def _all_shows(actor: Actor) -> bool:
    """Whether more than names and roles shows (section 6)."""
    return actor.answer("people.see") is Answer.ALL


def _may(actor: Actor) -> set[str]:
    """What the pages offer of the acts on people."""
    return {act for act in ("people.appoint", "clients.assign") if actor.may(act)}


@page("people.see")
def people(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who belongs to the organisation; addresses and assignments only for who may see all."""
    shows_all = _all_shows(actor)
    rows = Membership.objects.visible_to(actor)
    if shows_all:
        rows = rows.annotate(**assigning.numbers())
    listing = Listing(
        request,
        rows,
        sorts=SORTS if shows_all else NAME_SORTS,
        default="name",
        filters=MemberFilter(request.GET),
        search="search" if shows_all else "search_names",
    )
    context = {
        "listing": listing,
        "page": listing.page,
        "shows_all": shows_all,
        "may_change": actor.may("people.change"),
        "may": _may(actor),
        "waiting_count": MemberInvitation.objects.visible_to(actor).waiting().count(),
        "tab": "people",
    }
    return render(request, "access/people.html", context)


@page("people.see", member=Membership.objects.visible_to)
def member(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    """One person: role, since when, and what is assigned, for themselves and who may see all."""
    own = actor.is_member and member.user_id == actor.person.pk
    context: dict[str, Any] = {
        "member": member,
        "own": own,
        "shows_all": own or _all_shows(actor),
        "may_edit": actor.may("people.change") and _within_reach(actor, member),
        "may_assign_clients": actor.may("clients.assign"),
        "is_reseller": actor.is_reseller,
    }
    if context["shows_all"] and not member.represents:
        context |= _assigned(member)
    return render(request, "access/member.html", context)


def _assigned(member: Membership) -> dict[str, Any]:
    products, clients = assigning.products(member), assigning.clients(member)
    return {
        "categories": list(assigning.categories(member)),
        "products": list(products[:SHOWN]),
        "product_count": products.count(),
        "clients": list(clients[:SHOWN]),
        "client_count": clients.count(),
    }


def _within_reach(actor: Actor, member: Membership) -> bool:
    """Only a legal representative touches a legal representative (O3)."""
    return member.role != Role.LEGAL_REPRESENTATIVE or actor.may("people.appoint")


def _demand_reach(request: HttpRequest, actor: Actor, member: Membership) -> None:
    wanted = (member.role, request.POST.get("role"))
    if Role.LEGAL_REPRESENTATIVE in wanted:
        demand(request, actor, "people.appoint", member)


@page("people.change", FORM, member=Membership.objects.visible_to)
def member_change(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    """Another role, or the accounting right given or taken."""
    _demand_reach(request, actor, member)
    initial = {"role": member.role, "accounting": member.accounting}
    form = RoleForm(request.POST or None, initial=initial, actor=actor)
    if form.is_valid():
        try:
            change_member(membership=member, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("Saved. %s was told by e-mail.") % member.user)
            return _onward(actor, member)
    context = {"member": member, "form": form, "may": _may(actor)}
    return render(request, "access/member_change.html", context)


def _onward(actor: Actor, member: Membership) -> HttpResponse:
    """To the person's page; who gave up their own right to see it goes home."""
    slug = actor.organisation.slug
    if member.user_id == actor.person.pk:
        return redirect("home", slug)
    return redirect("member", slug, member.public_id)


@page("people.change", FORM, member=Membership.objects.visible_to)
def member_remove(request: HttpRequest, actor: Actor, member: Membership) -> HttpResponse:
    """Asks before it takes a person out, and names what ends."""
    _demand_reach(request, actor, member)
    if member.user_id == actor.person.pk:
        return redirect("member_leave", actor.organisation.slug)
    error = ""
    if request.method == "POST":
        try:
            remove_member(membership=member, by=actor)
        except Refused as refusal:
            error = str(refusal)
        else:
            facts = {"person": member.user, "organisation": actor.organisation}
            messages.success(
                request, _("%(person)s no longer belongs to %(organisation)s.") % facts
            )
            return redirect("people", actor.organisation.slug)
    context = {
        "member": member,
        "error": error,
        "consequences": _consequences(actor, member),
        "leaving": False,
    }
    return render(request, "access/member_remove.html", context)


@page("people.leave", FORM)
def member_leave(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The person gives up their own role, after reading what ends."""
    error = ""
    if request.method == "POST":
        try:
            leave(by=actor)
        except Refused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("You have left %s.") % actor.organisation)
            return redirect("start")
    context = {
        "member": actor.membership,
        "error": error,
        "consequences": _own_consequences(actor),
        "leaving": True,
    }
    return render(request, "access/member_remove.html", context)


def _consequences(actor: Actor, member: Membership) -> list[str]:
    facts = {"person": member.user, "organisation": actor.organisation.name}
    sentences = [
        _("%(person)s reaches nothing in %(organisation)s any more, from the next click on.")
        % facts,
        _("What was assigned to %(person)s here is taken back.") % facts,
    ]
    if actor.is_reseller:
        sentences.append(_("%(person)s no longer reaches your clients.") % facts)
    return [
        *sentences,
        _("What %(person)s did stays in the log. Their account and other organisations stay.")
        % facts,
        _("%(person)s is told by e-mail. You can invite them again at any time.") % facts,
    ]


def _own_consequences(actor: Actor) -> list[str]:
    facts = {"organisation": actor.organisation.name}
    sentences = [
        _("You reach nothing in %(organisation)s any more, from the next click on.") % facts,
        _("What was assigned to you here is taken back."),
    ]
    if actor.is_reseller:
        sentences.append(_("You no longer reach the clients of %(organisation)s.") % facts)
    return [
        *sentences,
        _("Those who answer for %(organisation)s are told. Only they can invite you again.")
        % facts,
    ]
