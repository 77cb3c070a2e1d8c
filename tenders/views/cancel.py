"""Cancelling a tender: a page with one button, for programs follow links (T5, T26)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from access.errors import Refused
from access.web.pages import FORM, public
from tenders.models import Tender
from tenders.rules import LinkPurpose, TenderState
from tenders.services.closing import cancel
from tenders.services.moving import outcome
from tenders.views.reaching import gone, reach

CANCELLABLE = (TenderState.OPEN, TenderState.UNCONFIRMED)


@public(reason="Only its requester cancels a tender: by a mailed link, or signed in.", methods=FORM)
@never_cache
def tender_cancel(request: HttpRequest, tender: str) -> HttpResponse:
    """Works for this tender only, and says what became of it when it is over."""
    found = reach(request, tender, LinkPurpose.CANCEL, LinkPurpose.PRIVATE)
    if found is None:
        return gone(request)
    if request.method == "POST":
        try:
            cancel(tender=found)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your tender is cancelled. No partner sees it any more."))
        return redirect("tender_cancel", tender)
    context = {
        "tender": found,
        "may": found.state in CANCELLABLE,
        "outcome": outcome(found),
        "consequences": _consequences(found),
        "private": reach(request, tender, LinkPurpose.PRIVATE) is not None,
    }
    return render(request, "tenders/cancel.html", context)


def _consequences(tender: Tender) -> list[str]:
    told = [_("No partner sees the tender any more, and no further e-mail about it leaves.")]
    if tender.openers:
        told.append(
            ngettext(
                "%(n)d partner that has seen your contact details is told that it is over.",
                "%(n)d partners that have seen your contact details are told that it is over.",
                tender.openers,
            )
            % {"n": tender.openers}
        )
    return [*told, _("This cannot be undone; you can submit a new tender at any time.")]
