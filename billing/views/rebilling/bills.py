"""The list of a partner's bills, one bill, and what is done with it once it is issued (B12)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import Listing
from access.web.pages import ACTION, FORM, page
from billing.documents import DocumentError
from billing.documents import render as print_document
from billing.forms.rebilling import BillFilter, CancelForm, PaidForm
from billing.models import Rebill
from billing.rules_rebilling import margin_of
from billing.services import rebilling
from billing.views.rebilling import papers
from billing.views.rebilling.exports import BILL_COLUMNS

mine = Rebill.objects.visible_to_partner
SORTS = {
    "number": ("year", "sequence", "created_at"),
    "client": ("client__name", "-created_at"),
    "date": ("issued_on", "created_at"),
    "due": ("due_on",),
    "total": ("total",),
    "margin": ("margin",),
    "made": ("created_at",),
}


def _listing(request: HttpRequest, actor: Actor) -> Listing:
    rows = Rebill.objects.visible_to_partner(actor).with_margin()
    return Listing(request, rows, sorts=SORTS, default="-made", filters=BillFilter(request.GET))


@page("clients.rebill")
def rebills(request: HttpRequest, actor: Actor) -> HttpResponse:
    waiting = rebilling.to_bill(actor)
    context = {
        "listing": _listing(request, actor),
        "waiting": waiting,
        "waiting_cost": sum(row.cost for row in waiting),
        "ready": rebilling.sender_of(actor) is not None,
    }
    return render(request, "billing/rebills.html", context)


@page("clients.rebill")
@export
def rebills_csv(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    rows = _listing(request, actor).rows
    return copy_response("bills.csv", BILL_COLUMNS, rows, style_of(request, actor))


@page("clients.rebill", bill=mine)
def rebill(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    """One bill: a draft to work on, or what was issued, with the partner's margin."""
    context = {
        "bill": bill,
        "lines": rebilling.lines_of(bill),
        "margin": margin_of(bill.cost, bill.net),
        "paid_form": PaidForm(initial={"paid_on": timezone.localdate()}),
        "credit": rebilling.credit_of(bill),
    }
    return render(request, "billing/rebill.html", context)


@page("clients.rebill", bill=mine)
def rebill_pdf(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    """The PDF as the client gets it; of a draft, what it would be now."""
    try:
        if not bill.is_draft:
            return papers.pdf_response(papers.pdf_of(bill), bill.number)
        sender = rebilling.sender_of(actor)
        if sender is not None and rebilling.lines_of(bill):
            content = print_document(papers.preview_of(bill, sender))
            return papers.pdf_response(content, "draft")
        messages.warning(request, _("There is nothing to print yet."))
    except DocumentError:
        messages.warning(request, _("The PDF could not be made. Please try again in a while."))
    return redirect("rebill", actor.organisation.slug, bill.public_id)


def _button(verb: Callable[..., Any], done: Callable[[Any], str]) -> Callable[..., HttpResponse]:
    """A page of one button: does it, says so, and shows the bill."""

    def press(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
        try:
            found = verb(bill=bill, by=actor)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, done(found))
        return redirect("rebill", actor.organisation.slug, bill.public_id)

    return page("clients.rebill", ACTION, bill=mine)(press)


rebill_unpaid = _button(
    rebilling.mark_unpaid, lambda bill: _("Bill %(number)s is open again.") % {"number": bill}
)
rebill_remind = _button(
    rebilling.remind,
    lambda bill: _("%(client)s was reminded by e-mail.") % {"client": bill.client},
)
rebill_reprice = _button(
    rebilling.apply_markups,
    lambda bill: _("The lines have the prices of your present mark-ups."),
)


@page("clients.rebill", ACTION, bill=mine)
def rebill_paid(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    form = PaidForm(request.POST)
    try:
        if form.is_valid():
            rebilling.mark_paid(bill=bill, by=actor, **form.cleaned_data)
            messages.success(request, _("Bill %(number)s is paid.") % {"number": bill})
        else:
            messages.warning(request, _("Choose the day on which the money came in."))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("rebill", actor.organisation.slug, bill.public_id)


@page("clients.rebill", FORM, bill=mine)
def rebill_cancel(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    """Cancels a bill by a credit; nothing that was issued is deleted."""
    form = CancelForm(request.POST or None)
    if form.is_valid():
        try:
            credit = rebilling.cancel(bill=bill, by=actor, **form.cleaned_data)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("rebill", actor.organisation.slug, bill.public_id)
        papers.print_early(credit)
        messages.success(
            request,
            _("Bill %(number)s is cancelled by credit %(credit)s. The client was mailed.")
            % {"number": bill, "credit": credit},
        )
        return redirect("rebill", actor.organisation.slug, credit.public_id)
    return render(request, "billing/rebill_cancel.html", {"bill": bill, "form": form})
