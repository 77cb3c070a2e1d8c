"""Submitting a tender, and confirming the address that it came from (T1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from access.errors import Refused
from access.web.middleware import client_address
from access.web.pages import ACTION, FORM, public
from tenders.extracts import make_extract
from tenders.forms.submit import SubmitForm
from tenders.models import Tender, TenderLink
from tenders.rules import LinkPurpose, TenderState
from tenders.services.links import private_link
from tenders.services.moving import outcome
from tenders.services.submitting import confirm, submit
from tenders.views.reaching import gone, keep, person_of, shown

SENT_TO = "tender_sent_to"


@public(reason="Anyone submits a tender (T1).", methods=FORM)
@never_cache
def tender_submit(request: HttpRequest) -> HttpResponse:
    """The form with its preview; without scripts a button draws the preview anew."""
    person = person_of(request)
    if request.POST.get("go") == "preview":
        form = SubmitForm(person=person, initial=_typed(request.POST))
        return _page(request, form, request.POST)
    form = SubmitForm(request.POST or None, person=person)
    if form.is_valid():
        said = dict(form.cleaned_data)
        try:
            submit(person=person, origin=client_address(request), **said)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            request.session[SENT_TO] = said["contact_email"]
            return redirect("tender_sent")
    return _page(request, form, request.POST)


def _page(request: HttpRequest, form: SubmitForm, data: QueryDict) -> HttpResponse:
    context = {"form": form, "extract": _extract(data) if data else None}
    return render(request, "tenders/submit.html", context)


@public(reason="Draws the extract of what is being typed; keeps nothing.", methods=ACTION)
@never_cache
def tender_preview(request: HttpRequest) -> HttpResponse:
    """The extract as a fragment, for the page's script."""
    context = {"extract": _extract(request.POST)}
    return render(request, "tenders/parts/preview.html", context)


def _typed(data: QueryDict) -> dict[str, Any]:
    """What stands in each field, to be shown again without being judged yet."""
    fields = SubmitForm(person=None).fields.items()
    typed = {name: field.widget.value_from_datadict(data, {}, name) for name, field in fields}
    return typed | {"organisation": data.get("organisation", "")}


def _extract(data: QueryDict) -> dict[str, Any]:
    """What partners would read: masked, from the fields that are right so far (T2, T24)."""
    form = SubmitForm(data, person=None)
    form.is_valid()
    said = form.cleaned_data
    contact = {
        name: data.get(name, "")[:254]
        for name in ("contact_name", "contact_email", "contact_phone", "company")
    }
    tender = Tender(
        title=data.get("title", "")[:120],
        need=data.get("need", "")[:4000],
        place=said.get("place", ""),
        country=said.get("country", ""),
        **contact,
    )
    make_extract(tender)
    return {
        "tender": tender,
        "categories": list(said.get("categories", ())),
        "budget": (said.get("currency"), said.get("budget_from"), said.get("budget_to")),
        "wanted_on": said.get("wanted_on"),
        "language": dict(form.fields["language"].choices).get(said.get("language", ""), ""),  # type: ignore[attr-defined]
    }


@public(reason="Says that a mail is on its way; the same for every address.")
@never_cache
def tender_sent(request: HttpRequest) -> HttpResponse:
    context = {"address": request.session.get(SENT_TO, "")}
    return render(request, "tenders/submit_sent.html", context)


@public(reason="Only who has shown the mailed link confirms its tender (T1).", methods=FORM)
@never_cache
def tender_confirm(request: HttpRequest, tender: str) -> HttpResponse:
    """One button, for programs follow links (T1)."""
    links = TenderLink.objects.readable(
        shown=shown(request), tender=tender, purpose=LinkPurpose.CONFIRM
    )
    link = links.first()
    if link is None:
        return gone(request)
    if request.method == "POST":
        try:
            published = confirm(link=link)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("tender_confirm", tender)
        keep(request, private_link(published))
        messages.success(request, _("Thank you. Your tender is published, and partners are told."))
        return redirect("tender_mine", tender)
    waits = link.tender.state == TenderState.UNCONFIRMED
    context = {"tender": link.tender, "waits": waits, "outcome": outcome(link.tender)}
    return render(request, "tenders/submit_confirm.html", context)
