"""Inviting people, and the way of the invited from the mailed link to the answer (T1-T5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from access.errors import Refused
from access.forms import InviteForm
from access.models import MemberInvitation, User
from access.policy import Actor, organisations_of
from access.rules import Role
from access.services import (
    accept_invitation,
    invitation_outcome,
    invite_member,
    refuse_invitation,
    resend_invitation,
    withdraw_invitation,
)
from access.web.lists import Listing
from access.web.pages import ACTION, FORM, demand, page, person, public

SHOWN = "shown_member_invitations"
KEPT = 20
SORTS = {"who": ("email",), "role": ("role", "email"), "sent": ("sent_at",)}


# ---- the organisation's side ---------------------------------------------------------------


@page("people.change")
def member_invitations(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Who was asked to join and has not answered."""
    rows = MemberInvitation.objects.visible_to(actor).waiting()
    listing = Listing(request, rows, sorts=SORTS, default="-sent", search="search")
    context = {
        "listing": listing,
        "page": listing.page,
        "may_appoint": actor.may("people.appoint"),
        "waiting_count": rows.count(),
        "may_change": True,
        "tab": "invitations",
    }
    return render(request, "access/member_invitations.html", context)


@page("people.change", FORM)
def member_invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Asks somebody by e-mail to join. Known and unknown addresses are answered alike."""
    if request.POST.get("role") == Role.LEGAL_REPRESENTATIVE:
        demand(request, actor, "people.appoint")
    initial = {"role": Role.COLLABORATOR}
    form = InviteForm(request.POST or None, initial=initial, actor=actor)
    if form.is_valid():
        try:
            invitation = invite_member(by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            facts = {"who": invitation.email, "day": _day(invitation)}
            messages.success(request, _("Sent to %(who)s, open until %(day)s.") % facts)
            return redirect("member_invitations", actor.organisation.slug)
    may = {act for act in ("people.appoint",) if actor.may(act)}
    return render(request, "access/member_invite.html", {"form": form, "may": may})


@page("people.change", ACTION, invitation=MemberInvitation.objects.visible_to)
def member_invitation_resend(
    request: HttpRequest, actor: Actor, invitation: MemberInvitation
) -> HttpResponse:
    """The button "send again"."""
    _demand_reach(request, actor, invitation)
    try:
        sent = resend_invitation(invitation=invitation, by=actor)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        facts = {"who": sent.email, "day": _day(sent)}
        messages.success(request, _("Sent again to %(who)s, open until %(day)s.") % facts)
    return redirect("member_invitations", actor.organisation.slug)


@page("people.change", FORM, invitation=MemberInvitation.objects.visible_to)
def member_invitation_withdraw(
    request: HttpRequest, actor: Actor, invitation: MemberInvitation
) -> HttpResponse:
    """Asks before it takes an invitation back."""
    _demand_reach(request, actor, invitation)
    if request.method == "POST":
        try:
            withdraw_invitation(invitation=invitation, by=actor)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The invitation of %s is withdrawn.") % invitation.email)
        return redirect("member_invitations", actor.organisation.slug)
    who = {"who": invitation.email}
    consequences = [
        _("The link in the mail to %(who)s stops working at once.") % who,
        _("%(who)s is told by e-mail that the invitation is void.") % who,
        _("You can invite this address again at any time."),
    ]
    context = {"invitation": invitation, "consequences": consequences}
    return render(request, "access/member_withdraw.html", context)


def _demand_reach(request: HttpRequest, actor: Actor, invitation: MemberInvitation) -> None:
    if invitation.role == Role.LEGAL_REPRESENTATIVE:
        demand(request, actor, "people.appoint", invitation)


def _day(invitation: MemberInvitation) -> str:
    return date_format(invitation.expires_at, "DATE_FORMAT")


# ---- the side of the person invited --------------------------------------------------------


@public(reason="A mailed link: proves that its reader has the mail, and changes nothing.")
@never_cache
def member_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps in the session that the token was shown, and takes it out of the address (T4)."""
    invitation = MemberInvitation.objects.by_token(token)
    if invitation is None:
        response = redirect("member_link_gone")
    else:
        shown = [one for one in request.session.get(SHOWN, []) if one != invitation.link_id]
        request.session[SHOWN] = [*shown, invitation.link_id][-KEPT:]
        response = redirect("member_join", invitation.public_id)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public(reason="Says that a mailed link is no longer valid, the same for each.")
@never_cache
def member_link_gone(request: HttpRequest) -> HttpResponse:
    return render(request, "access/join_gone.html", status=404)


@public(reason="Whoever has the mail reads who asks them in; only the person asked can answer.")
@never_cache
def member_join(request: HttpRequest, invitation: str) -> HttpResponse:
    """Who asks whom to join as what, as far as the reader may know, and the one next step."""
    reader = request.user if request.user.is_authenticated else None
    shown = request.session.get(SHOWN, [])
    readable = MemberInvitation.objects.readable(person=reader, shown=shown)
    asked = readable.filter(public_id=invitation).first()
    if asked is None:
        return member_link_gone(request)
    return _join_page(request, asked, reader)


def _join_page(request: HttpRequest, asked: MemberInvitation, reader: User | None) -> HttpResponse:
    proven = reader is not None and _is_asked(asked, reader)
    if reader is not None and not proven:
        # Signed in as somebody else: nothing of the invitation shows (T2).
        return render(request, "access/join_other.html", {"masked": masked(asked.email)})
    belongs = reader is not None and asked.organisation in organisations_of(reader)
    context = {
        "invitation": asked,
        "organisation": asked.organisation,
        "masked": masked(asked.email),
        "proven": proven,
        "belongs": belongs,
        "outcome": "" if asked.is_open else invitation_outcome(asked),
    }
    return render(request, "access/join.html", context)


def _is_asked(asked: MemberInvitation, reader: User) -> bool:
    """Whether the invitation went to a verified address of the reader (T2, T5)."""
    return MemberInvitation.objects.sent_to(reader).filter(pk=asked.pk).exists()


@person(reason="Only who proved the address that was asked can say yes.", methods=ACTION)
def member_join_accept(request: HttpRequest, invitation: str) -> HttpResponse:
    return _answer(request, invitation, accept=True)


@person(reason="Only who proved the address that was asked can say no.", methods=ACTION)
def member_join_refuse(request: HttpRequest, invitation: str) -> HttpResponse:
    return _answer(request, invitation, accept=False)


def _answer(request: HttpRequest, public_id: str, *, accept: bool) -> HttpResponse:
    """The service decides; whoever is late or wrong reads why."""
    asked = MemberInvitation.objects.sent_to(request.user).filter(public_id=public_id).first()  # type: ignore[arg-type]
    if asked is None:
        return redirect("member_join", public_id)
    try:
        if accept:
            accept_invitation(invitation=asked, by=request.user)  # type: ignore[arg-type]
        else:
            refuse_invitation(invitation=asked, by=request.user)  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("member_join", public_id)
    if accept:
        messages.success(request, _("Welcome to %s.") % asked.organisation)
        return redirect("home", asked.organisation.slug)
    messages.success(request, _("You refused. %s was told.") % asked.invited_by)
    return redirect("member_join", public_id)


def masked(email: str) -> str:
    """The address as somebody may see who has only the link: "j•••@example.ch"."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"
