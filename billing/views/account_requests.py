"""What an organisation asks of its prepaid account: top-ups and pay-outs (M6, T21)."""

from base64 import b64encode
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from access.errors import Refused
from access.policy import Actor
from access.web import confirmation
from access.web.lists import Listing
from access.web.pages import ACTION, FORM, demand, page
from billing import references
from billing.documents import DocumentError
from billing.documents.accounts import top_up_code
from billing.forms.account import PayOutForm, TopUpForm
from billing.models import MoneyRequest
from billing.services.requests import (
    free_balance,
    request_pay_out,
    request_top_up,
    withdraw_request,
)
from billing.states import EntryKind, RequestState
from billing.views.account import chosen

SORTS = {
    "date": ("created_at",),
    "amount": ("amount", "-created_at"),
    "state": ("state", "-created_at"),
}
ACTS = {EntryKind.TOP_UP: "accounting.top_up", EntryKind.PAY_OUT: "accounting.pay_out"}


@page("accounting.top_up", FORM)
def account_top_up(request: HttpRequest, actor: Actor) -> HttpResponse:
    currency = actor.organisation.currency
    form = TopUpForm(request.POST or None, currency=currency)
    if form.is_valid():
        said = form.cleaned_data
        try:
            asked = request_top_up(by=actor, amount=said["amount"], key=said["key"])
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return redirect("account_request", actor.organisation.slug, asked.public_id)
    return render(request, "billing/account_top_up.html", {"form": form, "currency": currency})


@page("accounting.pay_out", FORM)
def account_pay_out(request: HttpRequest, actor: Actor) -> HttpResponse:
    account, _all = chosen(request, actor)
    free = free_balance(account) if account.pk else Decimal("0.00")
    confirmed = confirmation.by_passkey(request)
    form = PayOutForm(
        request.POST or None, currency=account.currency, person=actor.person, confirmed=confirmed
    )
    if form.is_valid() and (asked := _pay_out(actor, account.currency, form)):
        confirmation.spend(request)
        messages.success(request, _("The pay-out is asked for. You get a mail once it is sent."))
        return redirect("account_request", actor.organisation.slug, asked.public_id)
    context = {"form": form, "account": account, "free": free, "confirmed": confirmed}
    context["passkey_url"] = ""
    if not confirmed and confirmation.has_passkey(request):
        context["passkey_url"] = confirmation.passkey_url(request.get_full_path())
    return render(request, "billing/account_pay_out.html", context)


def _pay_out(actor: Actor, currency: str, form: PayOutForm) -> MoneyRequest | None:
    said = form.cleaned_data
    try:
        return request_pay_out(
            by=actor, amount=said["amount"], iban=said["iban"], key=said["key"], currency=currency
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None


@page("accounting.see")
def account_requests(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = MoneyRequest.objects.visible_to(actor)
    listing = Listing(request, rows, sorts=SORTS, default="-date")
    context = {"listing": listing, "page": listing.page, "sort": listing.sort}
    return render(request, "billing/account_requests.html", context)


@page("accounting.see", asked=MoneyRequest.objects.visible_to)
def account_request(request: HttpRequest, actor: Actor, asked: MoneyRequest) -> HttpResponse:
    waits = asked.state == RequestState.WAITING
    context: dict[str, Any] = {
        "asked": asked,
        "waits": waits,
        "is_top_up": asked.kind == EntryKind.TOP_UP,
        "amount": abs(asked.amount),
        "may_withdraw": waits and actor.may(ACTS[EntryKind(asked.kind)]),
        "iban": references.grouped(asked.iban),
        "vendor_iban": references.grouped(settings.VENDOR_IBAN),
        "reference": references.printed(asked.reference) if asked.reference else "",
        "code": _code(asked) if waits and asked.kind == EntryKind.TOP_UP else "",
    }
    return render(request, "billing/account_request.html", context)


@page("accounting.see", ACTION, asked=MoneyRequest.objects.visible_to)
def account_withdraw(request: HttpRequest, actor: Actor, asked: MoneyRequest) -> HttpResponse:
    demand(request, actor, ACTS[EntryKind(asked.kind)], asked)
    try:
        withdraw_request(asked=asked, by=actor)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn. Nothing was booked."))
    return redirect("account_request", actor.organisation.slug, asked.public_id)


def _code(asked: MoneyRequest) -> str:
    """The QR code of the transfer as the address of a picture; "" where none can be made."""
    try:
        code = top_up_code(asked)
    except DocumentError:
        return ""
    return "data:image/png;base64," + b64encode(code).decode() if code else ""
