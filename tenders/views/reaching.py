"""How a requester's page finds its tender: by a mailed link, kept in the session, or by the
account of the person who is signed in (T26, T43)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from access.models import User
from access.web.pages import public
from tenders.models import Tender, TenderLink
from tenders.rules import LinkPurpose

SHOWN = "shown_tender_links"
KEPT = 30
PAGES = {
    LinkPurpose.CONFIRM: "tender_confirm",
    LinkPurpose.PRIVATE: "tender_mine",
    LinkPurpose.CANCEL: "tender_cancel",
}


def person_of(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def shown(request: HttpRequest) -> list[str]:
    """The links whose token this browser has shown, by their public ids."""
    found: list[str] = request.session.get(SHOWN, [])
    return found


def keep(request: HttpRequest, link: TenderLink) -> None:
    """Notes in the session that the token was shown."""
    others = [one for one in shown(request) if one != link.public_id]
    request.session[SHOWN] = [*others, link.public_id][-KEPT:]


def reach(
    request: HttpRequest, tender: str, *purposes: LinkPurpose, own: bool = True
) -> Tender | None:
    """The tender, if this browser has shown a link for one of `purposes`, or (`own`) the signed-in
    person is its requester; None for any other, and for one that does not exist."""
    person = person_of(request) if own else None
    found = Tender.objects.readable(person=person, shown=shown(request), purposes=purposes)
    return found.filter(public_id=tender).first()


@public(reason="A mailed link: proves that its reader has the mail, and changes nothing.")
@never_cache
def tender_link(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps in the session that the token was shown, and takes it out of the address (T26)."""
    link = TenderLink.objects.by_token(token)
    if link is None:
        response = redirect("tender_gone")
    else:
        keep(request, link)
        response = redirect(PAGES[LinkPurpose(link.purpose)], link.tender.public_id)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public(reason="Says that a mailed link is not valid any more, the same for each.")
@never_cache
def tender_gone(request: HttpRequest) -> HttpResponse:
    return gone(request)


def gone(request: HttpRequest) -> HttpResponse:
    """The answer to what is not there, or not this reader's: the same for both (T43)."""
    return render(request, "tenders/requester_gone.html", status=404)
