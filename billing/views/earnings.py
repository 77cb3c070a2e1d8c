"""What a partner earns: this month, so far, and to come (M6, P2)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from access.policy import Actor
from access.web.csv import csv_response, export, style_of
from access.web.pages import page
from billing.rules import ZERO
from billing.services import earning
from billing.services.earning import Earned
from billing.services.upcoming import DAYS, Upcoming, turnover, upcoming

SHOWN = 15
"""How many clients the page names; the CSV names them all."""


def _currency(request: HttpRequest, actor: Actor) -> tuple[str, list[str]]:
    """The currency that the address asks for, else the partner's own, and all with earnings."""
    known = earning.currencies(actor.organisation)
    asked = request.GET.get("currency", "")
    return (asked if asked in known else known[0]), known


def shares(rows: list[Earned], most: int = SHOWN) -> list[Earned]:
    """The first rows, and the others as one."""
    rest = rows[most:]
    if len(rest) <= 1:
        return rows
    return [
        *rows[:most],
        Earned(
            _("%(n)d others") % {"n": len(rest)},
            sum((row.cashback for row in rest), ZERO),
            sum((row.discount for row in rest), ZERO),
            sum(row.orders for row in rest),
        ),
    ]


@page("clients.earnings")
def earnings(request: HttpRequest, actor: Actor) -> HttpResponse:
    own, today = actor.organisation, timezone.localdate()
    currency, known = _currency(request, actor)
    to_come = upcoming(own, today).get(currency, Upcoming())
    months = earning.by_month(own, currency, today)
    context: dict[str, Any] = {
        "currency": currency,
        "currencies": known,
        "months": months,
        "this_month": months[-1],
        "year": _sum(months[:-1]),
        "clients": shares(earning.by_client(own, currency, today)),
        "categories": earning.by_category(own, currency, today),
        "unpaid": earning.unpaid_cashback(own, currency),
        "coming": to_come,
        "coming_clients": shares(to_come.clients, 8),
        "days": DAYS,
        "turnover": turnover(own, today),
    }
    return render(request, "billing/earnings.html", context)


def _sum(rows: list[Earned]) -> Earned:
    return Earned(
        "",
        sum((row.cashback for row in rows), ZERO),
        sum((row.discount for row in rows), ZERO),
        sum(row.orders for row in rows),
    )


@page("clients.earnings")
@export
def earnings_csv(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What the page shows, whole: by month, client and category, and what is to come."""
    currency, _known = _currency(request, actor)
    header = (
        *(_("Part"), _("Month"), _("Client"), _("Category"), _("Currency")),
        *(_("Cashback"), _("Discount"), _("Orders or renewals")),
    )
    name = f"earnings-{actor.organisation.slug}-{currency}.csv"
    rows = _rows(actor, currency, timezone.localdate())
    return csv_response(name, header, rows, style_of(request, actor))


def _rows(actor: Actor, currency: str, today: date) -> Iterator[tuple[Any, ...]]:
    own = actor.organisation
    to_come = upcoming(own, today).get(currency, Upcoming())
    parts = (
        (_("By month"), 0, earning.by_month(own, currency, today)),
        (_("By client"), 1, earning.by_client(own, currency, today)),
        (_("By category"), 2, earning.by_category(own, currency, today)),
        (_("To come, by month"), 0, to_come.months),
        (_("To come, by client"), 1, to_come.clients),
    )
    for part, place, rows in parts:
        for row in rows:
            cells: list[Any] = ["", "", ""]
            cells[place] = f"{row.key:%Y-%m}" if isinstance(row.key, date) else row.key
            yield (part, *cells, currency, row.cashback, row.discount, row.orders)
