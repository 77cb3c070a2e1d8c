"""Samples of the letters about renewals and the prepaid account."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from billing.states import EntryKind
from portal.mail_samples.invoices import IBAN, invoice_row
from portal.mail_samples.registry import sample
from portal.mail_samples.world import CLIENT, DOMAINS, World


def _products(w: World) -> list[list[Any]]:
    hosting, database, domain = (kind.pk for kind in w.product_types)
    return [[35, hosting, CLIENT], [2, database, CLIENT], [12, domain, CLIENT]]


@sample("billing.renewal_soon", _("Tells who pays what renews in 30 or 7 days."))
def renewal_soon(w: World) -> dict[str, Any]:
    payer = w.partner.organisation
    return {
        "slug": payer.slug,
        "payer": payer.name,
        "day": w.days(30).isoformat(),
        "lines": _products(w),
        "more": 4,
        "currency": payer.currency,
        "net": "12345.60",
    }


def _renewed(w: World, invoice: str, number: str) -> dict[str, Any]:
    payer = w.partner.organisation
    return {
        "slug": payer.slug,
        "payer": payer.name,
        "client": CLIENT,
        "own": False,
        "day": w.today.isoformat(),
        "lines": _products(w),
        "more": 1,
        "currency": payer.currency,
        "net": "11425.00",
        "total": "12350.45",
        "number": number,
        "invoice": invoice,
    }


@sample("billing.renewed", _("Tells who pays what was renewed."), _("With an invoice"))
def renewed(w: World) -> dict[str, Any]:
    payer = w.partner.organisation
    invoice = invoice_row(w, payer=payer, issued_on=w.today, due_on=w.days(30))
    return _renewed(w, invoice.public_id, invoice.number)


@sample("billing.renewed", case=_("On the invoice of the month"))
def renewed_collective(w: World) -> dict[str, Any]:
    return _renewed(w, "", "") | {"total": None}


@sample("billing.renewal_failed", _("Tells that the vendor could not renew products yet."))
def renewal_failed(w: World) -> dict[str, Any]:
    return {
        "client": CLIENT,
        "own": False,
        "slug": w.partner.organisation.slug,
        "products": DOMAINS,
        "more": 0,
        "day": w.today.isoformat(),
    }


@sample("billing.products_ended", _("Tells that products have reached the end of their term."))
def products_ended(w: World) -> dict[str, Any]:
    client = w.client()
    return {"slug": client.slug, "organisation": client.name, "products": DOMAINS, "more": 2}


# ---- The prepaid account -------------------------------------------------------------------


def _request(w: World, kind: str, **more: Any) -> dict[str, Any]:
    payer = w.partner.organisation
    return {
        "organisation": payer.name,
        "slug": payer.slug,
        "request": "sample",
        "kind": str(kind),
        "currency": payer.currency,
        "amount": "12500.00",
        "iban": IBAN,
        "answer": w.word("answer"),
    } | more


@sample("billing.request_settled", _("Tells that a top-up or a pay-out is done."), _("Top-up"))
def topped_up(w: World) -> dict[str, Any]:
    return _request(w, EntryKind.TOP_UP, balance="13760.45")


@sample("billing.request_settled", case=_("Pay-out"))
def paid_out(w: World) -> dict[str, Any]:
    return _request(w, EntryKind.PAY_OUT, balance="1260.45")


@sample("billing.request_refused", _("Tells that a top-up or a pay-out was refused."), _("Top-up"))
def top_up_refused(w: World) -> dict[str, Any]:
    return _request(w, EntryKind.TOP_UP)


@sample("billing.request_refused", case=_("Pay-out"))
def pay_out_refused(w: World) -> dict[str, Any]:
    return _request(w, EntryKind.PAY_OUT)


@sample("billing.cashback_statement", _("Tells a partner what cashback a month brought."))
def cashback_statement(w: World) -> dict[str, Any]:
    payer = w.partner.organisation
    month = w.today.replace(day=1) - timedelta(days=1)
    return {
        "organisation": payer.name,
        "slug": payer.slug,
        "currency": payer.currency,
        "month": month.replace(day=1).isoformat(),
        "cashback": str(Decimal("1260.45")),
        "taken_back": "-38.20",
        "number": 27,
        "balance": "13722.25",
    }
