"""The requester's private page: who opened the tender, and the proposals (T3, T4)."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from access.errors import Refused
from access.web.pages import ACTION, FORM, public
from tenders.forms.requester import AskForm, CapForm
from tenders.models import Attachment, Opening, Proposal, Tender
from tenders.rules import LinkPurpose, ProposalState, TenderState
from tenders.services import asking, closing
from tenders.services.moving import is_open, outcome
from tenders.views.reaching import gone, person_of, reach

REASON = "Only its requester: by a mailed link, or signed in (T26)."


@public(reason=REASON)
@never_cache
def tender_mine(request: HttpRequest, tender: str) -> HttpResponse:
    found = reach(request, tender, LinkPurpose.PRIVATE)
    return gone(request) if found is None else _page(request, found)


def _page(request: HttpRequest, tender: Tender) -> HttpResponse:
    proposals = list(Proposal.objects.read_by_requester(tender))
    state = TenderState.EXPIRED if _has_expired(tender) else tender.state
    context = {
        "tender": tender,
        "state": state,
        "open": is_open(tender),
        "may_prolong": is_open(tender) or (state == "expired" and not tender.contacts_erased_at),
        "outcome": outcome(tender),
        "openings": Opening.objects.read_by_requester(tender),
        "proposals": proposals,
        "chosen": next((one for one in proposals if one.state == ProposalState.CHOSEN), None),
        "person": person_of(request),
        "cap": CapForm(initial={"most": tender.most_openers}),
    }
    return render(request, "tenders/requester.html", context)


def _has_expired(tender: Tender) -> bool:
    return tender.state == TenderState.OPEN and not is_open(tender)


@public(reason=REASON, methods=ACTION)
@never_cache
def tender_prolong(request: HttpRequest, tender: str) -> HttpResponse:
    found = reach(request, tender, LinkPurpose.PRIVATE)
    if found is None:
        return gone(request)
    try:
        longer = closing.prolong(tender=found)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        day = date_format(timezone.localtime(longer.expires_at), "DATE_FORMAT")
        messages.success(request, _("Your tender is open until %(day)s.") % {"day": day})
    return redirect("tender_mine", tender)


@public(reason=REASON, methods=FORM)
@never_cache
def tender_cap(request: HttpRequest, tender: str) -> HttpResponse:
    """How many partners may open it (T3)."""
    found = reach(request, tender, LinkPurpose.PRIVATE)
    if found is None:
        return gone(request)
    form = CapForm(request.POST or None, initial={"most": found.most_openers})
    if form.is_valid():
        try:
            closing.cap(tender=found, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            messages.success(request, _("The number of partners is changed."))
            return redirect("tender_mine", tender)
    return render(request, "tenders/requester_cap.html", {"form": form, "tender": found})


@public(reason=REASON, methods=FORM)
@never_cache
def tender_ask(request: HttpRequest, tender: str, proposal: str) -> HttpResponse:
    """A question to a partner about its proposal, through the portal (T4)."""
    found = reach(request, tender, LinkPurpose.PRIVATE)
    about = found and Proposal.objects.read_by_requester(found).filter(public_id=proposal).first()
    if not about:
        return gone(request)
    form = AskForm(request.POST or None)
    if form.is_valid():
        try:
            asking.ask(proposal=about, text=form.cleaned_data["text"])
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Your question is on its way to %s.") % about.partner)
            return redirect("tender_mine", tender)
    context = {"form": form, "tender": found, "proposal": about}
    return render(request, "tenders/requester_ask.html", context)


@public(reason=REASON)
@never_cache
def tender_attachment_mine(request: HttpRequest, tender: str, attachment: str) -> HttpResponseBase:
    """A PDF of a proposal that was sent to this tender: saved, never shown inside the portal."""
    found = reach(request, tender, LinkPurpose.PRIVATE)
    file = (
        found and Attachment.objects.read_by_requester(found).filter(public_id=attachment).first()
    )
    if not file:
        return gone(request)
    response = FileResponse(
        file.file.open("rb"), as_attachment=True, filename=file.name, content_type="application/pdf"
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
