"""From orders to a draft, and the draft to a bill (B12)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web.pages import FORM, page
from billing.forms.rebilling import DetailsForm, IssueForm, LineForm, NewBillForm, NoForm
from billing.models import Rebill, RebillLine
from billing.services import rebilling
from billing.views.rebilling import papers

mine = Rebill.objects.visible_to_partner
lines = RebillLine.objects.visible_to


def _back(actor: Actor, bill: Rebill) -> HttpResponse:
    return redirect("rebill", actor.organisation.slug, bill.public_id)


def _issued_already(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    messages.warning(request, _("This bill was issued: it does not change any more."))
    return _back(actor, bill)


@page("clients.rebill", FORM)
def rebill_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    if rebilling.sender_of(actor) is None:
        messages.info(request, _("Say first who sends your bills, and to which account they are "
                                 "paid."))  # fmt: skip
        return redirect("rebill_settings", actor.organisation.slug)
    waiting = rebilling.to_bill(actor)
    chosen = request.GET.get("client", "")
    form = NewBillForm(request.POST or None, waiting=waiting, chosen=chosen)
    if form.is_valid():
        try:
            bill = rebilling.start_draft(by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _back(actor, bill)
    context = {"form": form, "waiting": waiting}
    return render(request, "billing/rebill_new.html", context)


@page("clients.rebill", FORM, bill=mine)
def rebill_details(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    if not bill.is_draft:
        return _issued_already(request, actor, bill)
    initial = {name: getattr(bill, name) for name in ("vat_percent", "payment_days", "note")}
    form = DetailsForm(request.POST or None, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        try:
            rebilling.change_details(
                bill=bill,
                vat_percent=data["vat_percent"],
                payment_days=data["payment_days"],
                note_text=data["note"],
                by=actor,
            )
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _back(actor, bill)
    return render(request, "billing/rebill_details.html", {"bill": bill, "form": form})


@page("clients.rebill", FORM, bill=mine)
def rebill_line_new(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    """A free line: work, travel, what else the partner bills. It has no order and no cost."""
    if not bill.is_draft:
        return _issued_already(request, actor, bill)
    form = LineForm(request.POST or None, initial={"quantity": 1})
    if form.is_valid():
        try:
            rebilling.add_line(bill=bill, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _back(actor, bill)
    return render(request, "billing/rebill_line.html", {"bill": bill, "line": None, "form": form})


@page("clients.rebill", FORM, line=lines)
def rebill_line(request: HttpRequest, actor: Actor, line: RebillLine) -> HttpResponse:
    if not line.bill.is_draft:
        return _issued_already(request, actor, line.bill)
    names = ("text", "detail", "quantity", "unit_price")
    initial = {name: getattr(line, name) for name in names}
    form = LineForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            rebilling.change_line(line=line, by=actor, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return _back(actor, line.bill)
    context = {"bill": line.bill, "line": line, "form": form}
    return render(request, "billing/rebill_line.html", context)


@page("clients.rebill", ("POST",), line=lines)
def rebill_line_remove(request: HttpRequest, actor: Actor, line: RebillLine) -> HttpResponse:
    try:
        rebilling.remove_line(line=line, by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("“%(text)s” is off the draft.") % {"text": line.text})
    return _back(actor, line.bill)


@page("clients.rebill", FORM, bill=mine)
def rebill_issue(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    """Shows what will be sent to whom; then the bill gets its number and never changes again."""
    if not bill.is_draft:
        return _issued_already(request, actor, bill)
    form = IssueForm(request.POST or None, initial={"version": bill.version})
    if form.is_valid():
        try:
            issued = rebilling.issue(bill=bill, version=form.cleaned_data["version"], by=actor)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return _back(actor, bill)
        papers.print_early(issued)
        messages.success(
            request,
            _("Bill %(number)s is issued, and %(client)s was mailed.")
            % {"number": issued, "client": issued.client},
        )
        return _back(actor, issued)
    context = {
        "bill": bill,
        "form": form,
        "is_read": bool(rebilling.readers_of(bill.client)),
        "names": rebilling.names_of_readers(bill.client, by=actor),
    }
    return render(request, "billing/rebill_issue.html", context)


@page("clients.rebill", FORM, bill=mine)
def rebill_discard(request: HttpRequest, actor: Actor, bill: Rebill) -> HttpResponse:
    if not bill.is_draft:
        return _issued_already(request, actor, bill)
    form = NoForm(request.POST or None)
    if request.method == "POST":
        try:
            rebilling.discard(bill=bill, by=actor)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The draft is gone. Its orders can be billed again."))
        return redirect("rebills", actor.organisation.slug)
    return render(request, "billing/rebill_discard.html", {"bill": bill, "form": form})
