"""The words and figures of a document's pages, ready for templates that only place them.

Called with the document's language active. Figures are written here, once, instead of by filters
in a loop: an invoice may have a thousand lines.
"""

from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from qrbill import QRBill

from billing.documents import qr, words
from billing.documents.model import Document, Party, Statement

MENTIONED = {"AE", "G", "O"}


def kind_name(document: Document | Statement) -> str:
    if document.title:
        return document.title
    if document.kind == "credit_note":
        return _("Credit note")
    if document.kind == "statement":
        return _("Account statement")
    return _("Invoice")


def title_of(document: Document | Statement) -> str:
    return f"{kind_name(document)} {document.number}".strip()


def default_mentions() -> dict[str, str]:
    """Why no VAT is charged, where nobody said it."""
    return {
        "AE": _("Reverse charge: the recipient of the services owes the VAT."),
        "G": _("Export: free of VAT."),
        "O": _("Not subject to VAT."),
    }


def folio() -> str:
    """Page 2 of 3; the numbers are the style sheet's."""
    return format_html(
        _("Page {page} of {pages}"),
        page=format_html('<span class="{}"></span>', "page"),
        pages=format_html('<span class="{}"></span>', "pages"),
    )


def imprint(seller: Party) -> str:
    parts = [seller.name, *words.address(seller, home=seller.country)]
    parts += [f"{name} {number}" for name, number in words.numbers(seller)]
    return " · ".join(part for part in parts if part)


def common(document: Document | Statement, recipient: Party) -> dict[str, Any]:
    home = document.seller.country
    abroad = recipient.country != home
    return {
        "document": document,
        "title": title_of(document),
        "heading": kind_name(document),
        "subheading": document.number,
        "folio": folio(),
        "imprint": imprint(document.seller),
        "seller_lines": words.address(document.seller, home="" if abroad else home),
        "seller_numbers": words.numbers(document.seller),
        "recipient": recipient,
        "recipient_lines": words.address(recipient, home=home),
        "recipient_numbers": words.numbers(recipient)[:1],
    }


def invoice(document: Document, bill: QRBill | None) -> str:
    """The pages of an invoice, a credit note or a partner's own invoice."""
    context = common(document, document.buyer) | {
        "facts": _invoice_facts(document),
        "amount_head": _("Amount in %(currency)s") % {"currency": document.currency},
        "rows": _rows(document),
        "sums": _sums(document),
        "mentions": [
            total.mention
            for total in document.vat_totals
            if total.category in MENTIONED and total.mention
        ],
        "pay": _pay(document),
        "bill": bill_context(document, bill) if bill else None,
    }
    return render_to_string("billing/documents/invoice.html", context)


def bill_context(document: Document, bill: QRBill) -> dict[str, Any]:
    """What the payment part prints; amounts with blanks, as its rules have it in all languages."""
    return {
        "labels": qr.labels(bill.language),
        "iban": words.iban(bill.account),
        "creditor": qr.lines_of(bill.creditor),
        "debtor": qr.lines_of(bill.debtor) if bill.debtor else [],
        "reference": words.reference(document.reference),
        "message": bill.additional_information,
        "currency": bill.currency,
        "amount": f"{document.payable:,.2f}".replace(",", words.THIN),
        "in_words": _bill_in_words(document),
    }


def statement(document: Statement) -> str:
    """The pages of a prepaid account's statement."""
    currency = {"currency": document.currency}
    tiles = [
        (_("Opening balance"), words.money(document.opening, document.currency)),
        (pgettext("sum", "Credited"), words.money(document.received, document.currency)),
        (pgettext("sum", "Debited"), words.money(document.spent, document.currency)),
        (_("Closing balance"), words.money(document.closing, document.currency)),
    ]
    last = len(document.lines) - 1
    rows = [
        {
            "date": _day(line.date),
            "text": line.text,
            "detail": line.detail,
            "amount": words.signed(line.amount),
            "balance": words.figure(line.balance),
            "keep": place == last,
        }
        for place, line in enumerate(document.lines)
    ]
    closing = {"style": "payable", "name": tiles[-1][0], "amount": tiles[-1][1]}
    period = f"{_day(document.period_from)} – {_day(document.period_to)}"
    context = common(document, document.holder) | {
        "subheading": document.number or period,
        "facts": [
            (pgettext("document", "Date"), _day(document.issued_on)),
            *([(_("Period"), period)] if document.number else []),
            (_("Currency"), document.currency),
        ],
        "amount_head": _("Amount in %(currency)s") % currency,
        "balance_head": _("Balance in %(currency)s") % currency,
        "tiles": tiles,
        "opening": words.figure(document.opening),
        "period_from": _day(document.period_from),
        "rows": rows,
        "sums": [closing],
    }
    return render_to_string("billing/documents/statement.html", context)


def _day(date: Any) -> str:
    return date_format(date, "SHORT_DATE_FORMAT").replace(" ", words.THIN)


def _invoice_facts(document: Document) -> list[tuple[str, str]]:
    facts = [
        (pgettext("document", "Number"), document.number),
        (pgettext("document", "Date"), _day(document.issued_on)),
    ]
    if document.due_on and not document.is_credit_note:
        facts.append((pgettext("date", "Payable by"), _day(document.due_on)))
    if document.corrects:
        facts.append((_("Corrects invoice"), document.corrects))
    if document.corrects_on:
        facts.append((_("Invoice of"), _day(document.corrects_on)))
    return [*facts, (_("Currency"), document.currency)]


def _rows(document: Document) -> list[dict[str, Any]]:
    last = len(document.lines) - 1
    return [
        {
            "text": line.text,
            "detail": line.detail,
            "notes": line.notes,
            "quantity": words.count(line.quantity),
            "unit_price": words.price(line.unit_price),
            "vat": words.percent(line.vat_percent),
            "net": words.figure(line.net),
            "keep": place == last,
        }
        for place, line in enumerate(document.lines)
    ]


def _sums(document: Document) -> list[dict[str, str]]:
    rows = [_sum(_("Net, excluding VAT"), words.figure(document.net))]
    for total in document.vat_totals:
        name = _("VAT %(percent)s on %(net)s") % {
            "percent": words.percent(total.percent),
            "net": words.figure(total.net),
        }
        rows.append(_sum(name, words.figure(total.vat)))
    rows[-1]["style"] = "gap"
    whole = words.money(document.total, document.currency)
    if document.is_credit_note:
        return [*rows, _sum(_("Total credited, including VAT"), whole, "payable")]
    if not document.paid:
        return [*rows, _sum(_("Total payable, including VAT"), whole, "payable")]
    return [
        *rows,
        _sum(_("Total, including VAT"), whole, "total"),
        _sum(_("Already paid"), words.figure(-document.paid), "gap"),
        _sum(_("Still payable"), words.money(document.payable, document.currency), "payable"),
    ]


def _sum(name: str, amount: str, style: str = "") -> dict[str, str]:
    return {"name": name, "amount": amount, "style": style}


def _pay(document: Document) -> list[tuple[str, str]]:
    """How to pay by transfer, in text, for who does not scan."""
    if document.is_credit_note or document.payable <= 0 or not document.iban:
        return []
    rows = [(_("Account (IBAN)"), words.iban(document.iban))]
    if document.reference:
        rows.append((_("Reference"), words.reference(document.reference)))
    return rows


def _bill_in_words(document: Document) -> str:
    """What a screen reader says of the payment part."""
    return _(
        "QR-bill: pay %(amount)s to %(name)s, account %(iban)s, with the reference %(reference)s."
    ) % {
        "amount": words.money(document.payable, document.currency),
        "name": document.seller.name,
        "iban": words.iban(document.iban),
        "reference": words.reference(document.reference),
    }
