"""The prepaid account of an organisation: for its own people with the accounting right (M6)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.dateparse import parse_date

from access.policy import Actor
from access.web.csv import copy_response, export, style_of
from access.web.lists import LongListing
from access.web.pages import page
from billing.documents import render as print_document
from billing.documents.accounts import statement_of
from billing.explaining import steps
from billing.exports.columns import entry_columns
from billing.forms.account import EntryFilter
from billing.models import Account, Entry, Invoice, MoneyRequest, Order
from billing.services.ledger import owed
from billing.services.requests import free_balance
from billing.services.statements import finished_months
from billing.sight import may_see_cashback

SORTS = {"date": ("number",), "amount": ("amount", "number")}


def chosen(request: HttpRequest, actor: Actor) -> tuple[Account, Sequence[Account]]:
    """The account that the address asks for, else the one in the organisation's own currency (not
    saved while nothing has moved), and all that there are."""
    own = actor.organisation.currency
    found = {row.currency: row for row in Account.objects.visible_to(actor)}
    found.setdefault(own, Account(organisation=actor.organisation, currency=own))
    accounts = sorted(found.values(), key=lambda row: row.currency != own)
    return found.get(request.GET.get("account", own), accounts[0]), accounts


def _listing(request: HttpRequest, actor: Actor, account: Account) -> LongListing:
    rows = Entry.objects.visible_to(actor).filter(account_id=account.pk or 0)
    filters = EntryFilter(request.GET)
    return LongListing(request, rows, sorts=SORTS, default="-date", filters=filters)


@page("accounting.see")
def account_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    account, accounts = chosen(request, actor)
    listing = _listing(request, actor, account)
    asked = MoneyRequest.objects.visible_to(actor).waiting().filter(account_id=account.pk or 0)
    context = {
        "account": account,
        "accounts": accounts,
        "listing": listing,
        "page": listing.page,
        "sort": listing.sort,
        "rows": [(entry, entry.why) for entry in listing.page],
        "waiting": list(asked[:10]),
        "owed": owed(account) if account.pk else 0,
        "free": free_balance(account) if account.pk else 0,
        "months": finished_months(account) if account.pk else [],
    }
    return render(request, "billing/account.html", context)


@page("accounting.see")
@export
def account_csv(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    account, _all = chosen(request, actor)
    rows = _listing(request, actor, account).rows
    name = f"account-{actor.organisation.slug}-{account.currency}.csv"
    return copy_response(name, entry_columns(), rows, style_of(request, actor))


# ---- One entry: "why 52.08?" (M7) -----------------------------------------------------------


def _whole(actor: Actor) -> Any:
    return Entry.objects.visible_to(actor).select_related(
        *("account", "created_by", "reverses", "invoice"),
        *("line__product_type", "line__order__organisation", "line__order__payer"),
        "line__order__partner",
    )


@page("accounting.see", entry=_whole)
def account_entry(request: HttpRequest, actor: Actor, entry: Entry) -> HttpResponse:
    line = entry.line
    explained = line is not None and may_see_cashback(actor, line.order)
    mine = Entry.objects.visible_to(actor)
    context = {
        "entry": entry,
        "text": entry.why,
        "line": line if explained else None,
        "steps": steps(line, partners=True) if explained else [],
        "order_page": _order_page(actor, line.order) if explained and line else "",
        "invoice": _invoice(actor, entry),
        "takes_back": mine.filter(reverses=entry).order_by("number"),
        "asked": MoneyRequest.objects.visible_to(actor).filter(entry=entry).first(),
    }
    return render(request, "billing/account_entry.html", context)


def _order_page(actor: Actor, order: Order) -> str:
    """The name of the page of the order that the reader may open; a collaborator of the partner
    may see its cashback, but not a client who was not assigned to them (O5)."""
    if order.organisation_id == actor.organisation.pk:
        return "order" if Order.objects.visible_to(actor).filter(pk=order.pk).exists() else ""
    found = Order.objects.of_clients(actor).filter(pk=order.pk)
    return "client_order" if found.exists() else ""


def _invoice(actor: Actor, entry: Entry) -> Invoice | None:
    """The entry's invoice, when it is the organisation's own (M4)."""
    return Invoice.objects.visible_to(actor).filter(pk=entry.invoice_id or 0).first()


# ---- Statements -----------------------------------------------------------------------------


@page("accounting.see")
@export
def account_statement(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The statement of a finished month (`?month=2026-11`) as a PDF."""
    account, _all = chosen(request, actor)
    first = parse_month(request.GET.get("month", ""))
    if not account.pk or first is None or first not in finished_months(account):
        raise Http404
    response = HttpResponse(
        print_document(statement_of(account, first)), content_type="application/pdf"
    )
    name = f"{actor.organisation.slug}-{account.currency}-{first:%Y-%m}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def parse_month(text: str) -> date | None:
    """2026-11 as its first day; None when there is no such month."""
    try:
        return parse_date(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
