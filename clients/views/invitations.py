"""The mailed links (threats T1-T5): who asks whom for what, and the way to the answer.

Nothing here changes a partnership: a scanner that follows every link does no harm.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from access.models import Membership, Organisation, User
from access.policy import Actor, as_member, forbidden
from access.rules import Capacity
from access.web.pages import public
from clients.models import InvitationLink, Partnership
from clients.rules import PartnershipState
from clients.services import outcome
from clients.views.terms import asked_terms, offered_terms

SHOWN = "shown_invitations"
KEPT = 20


@public(reason="A mailed link: proves that its reader has the mail, and changes nothing.")
@never_cache
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps in the session that the token was shown, and takes it out of the address (T4)."""
    link = InvitationLink.objects.by_token(token)
    if link is None:
        response = redirect("invitation_gone")
    else:
        shown = [one for one in request.session.get(SHOWN, []) if one != link.public_id]
        request.session[SHOWN] = [*shown, link.public_id][-KEPT:]
        response = redirect("invitation", link.public_id)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public(reason="Says that a mailed link is no longer valid, the same for each.")
@never_cache
def invitation_gone(request: HttpRequest) -> HttpResponse:
    return _gone(request)


@public(reason="Whoever has the mail reads who asks for what; only the person asked can answer.")
@never_cache
def invitation(request: HttpRequest, link: str) -> HttpResponse:
    """Who asks whom for what, as far as the reader may know, and the one step they can take."""
    person = request.user if request.user.is_authenticated else None
    shown = request.session.get(SHOWN, [])
    found = InvitationLink.objects.readable(person=person, shown=shown).filter(public_id=link)
    opened = found.first()
    if opened is None:
        return _gone(request)
    if over := _over(opened):
        return _render_over(request, opened, over, person)
    if person is not None and not _is_asked(opened, person):
        return _render_other(request, opened)
    if person is not None and opened.partnership.state == PartnershipState.INVITED:
        return _for_partner(request, opened.partnership, person)
    return _render(request, opened, asked=person is not None)


def _over(link: InvitationLink) -> str:
    """Why the link can't be answered any more, or nothing (T4)."""
    partnership = link.partnership
    if not partnership.is_waiting or partnership.expires_at <= timezone.now():
        return outcome(partnership)
    if link.replaced_at is not None:
        return _("This was sent again later: open the link in the newest mail.")
    return ""


def _is_asked(link: InvitationLink, person: User) -> bool:
    """Whether the link went to a verified address of the person (T2, T5)."""
    return person.emailaddress_set.filter(email__iexact=link.email, verified=True).exists()


def _for_partner(request: HttpRequest, partnership: Partnership, person: User) -> HttpResponse:
    """To the reseller space, where the answer is given; others read who can give it (L2)."""
    partner = partnership.partner.organisation
    actor = _member(person, partner)
    if actor is not None and actor.may("clients.answer"):
        return redirect("client_accept", partner.slug, partnership.public_id)
    who = [str(Capacity.LEGAL_REPRESENTATIVE.label)]
    if actor is not None:
        who = forbidden(actor, "clients.answer").who
    context = {"partnership": partnership, "who": who}
    return render(request, "clients/invitation_who_can.html", context)


def _render(request: HttpRequest, link: InvitationLink, *, asked: bool) -> HttpResponse:
    partnership = link.partnership
    requested = partnership.state == PartnershipState.REQUESTED
    context = {
        "partnership": partnership,
        "requested": requested,
        "terms": asked_terms(partnership) if requested else offered_terms(partnership),
        "masked": masked(link.email),
        "asked": asked,
    }
    return render(request, "clients/invitation.html", context)


def _render_over(
    request: HttpRequest, link: InvitationLink, sentence: str, person: User | None
) -> HttpResponse:
    """The outcome; the parties show to those who read them in the mail, not to others (T2)."""
    details_url = _details_url(link.partnership, person) if person else ""
    other = person is not None and not details_url and not _is_asked(link, person)
    context = {
        "partnership": None if other else link.partnership,
        "sentence": sentence,
        "details_url": details_url,
    }
    return render(request, "clients/invitation_over.html", context)


def _render_other(request: HttpRequest, link: InvitationLink) -> HttpResponse:
    """Signed in as somebody else: nothing of the invitation shows (T2)."""
    return render(request, "clients/invitation_other.html", {"masked": masked(link.email)})


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "clients/invitation_gone.html", status=404)


def _details_url(partnership: Partnership, person: User) -> str:
    """The person's own page of the partnership, if they have one."""
    pages = (
        (partnership.partner.organisation, "clients.see_waiting", "client"),
        (partnership.client, "partners.see", "partnership"),
    )
    for organisation, act, name in pages:
        if organisation is None:
            continue
        actor = _member(person, organisation)
        if actor is not None and actor.may(act):
            return reverse(name, args=[organisation.slug, partnership.public_id])
    return ""


def _member(person: User, organisation: Organisation) -> Actor | None:
    try:
        return as_member(person, organisation)
    except Membership.DoesNotExist:
        return None


def masked(email: str) -> str:
    """The address as somebody may see who has only the link: "j•••@example.ch"."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"
