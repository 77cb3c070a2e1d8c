"""The letters about renewals: soon, renewed, not renewed, ended (section 11, M5). Amounts stand
only in those that the payer's own people read (M4)."""

from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.letters import Facts, Letter, absolute, letter, one_line, safe_name, vendor_name
from billing.models import Invoice
from billing.states import InvoiceState
from clients.models import ProductType


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")


def _money(facts: Facts, amount: str) -> str:
    figure = number_format(Decimal(amount), 2, use_l10n=True, force_grouping=True)
    return f"{facts['currency']} {figure}"


def _more(facts: Facts) -> list[str]:
    number = facts["more"]
    if not number:
        return []
    return [ngettext("and %(n)d more", "and %(n)d more", number) % {"n": number}]


def _lines(facts: Facts, *, clients: bool = False) -> str:
    """The lines of an order in words, each on its own line."""
    kinds = ProductType.objects.in_bulk([line[1] for line in facts["lines"]])
    found = []
    for quantity, kind, *client in facts["lines"]:
        text = f"{quantity} × {kinds[kind]}"
        if clients and client and client[0] != facts["payer"]:
            text += f" ({safe_name(client[0])})"
        found.append(text)
    return "\n".join([*found, *_more(facts)])


def _to_invoices(facts: Facts) -> tuple[str, str]:
    return (_("See your invoices"), absolute(reverse("invoices", args=[facts["slug"]])))


@letter("billing.renewal_soon")
def renewal_soon(facts: Facts) -> Letter:
    """What renews in 30 or 7 days, to who pays it."""
    names = {"day": _day(facts["day"]), "payer": safe_name(facts["payer"]), "vendor": vendor_name()}
    return Letter(
        subject=_("Renewal on %(day)s") % names,
        paragraphs=[
            _("These products renew by themselves on %(day)s, and %(payer)s pays for them. The "
              "prices of that day count.")
            % names,
            _("Whoever looks after a product can switch off its automatic renewal before then: it "
              "ends on that day.") % names,
        ],
        facts=[
            (_("Products"), _lines(facts, clients=True)),
            (_("Total today, excluding VAT"), _money(facts, facts["net"])),
        ],
        action=_to_invoices(facts),
        why=_("You get this mail because you look after the invoices of %(payer)s.") % names,
    )  # fmt: skip


@letter("billing.renewed")
def renewed(facts: Facts) -> Letter:
    """What was renewed, with its invoice, to who pays it."""
    names = {
        "day": _day(facts["day"]),
        "payer": safe_name(facts["payer"]),
        "client": safe_name(facts["client"]),
        "number": facts["number"],
    }
    invoice = Invoice.objects.filter(public_id=facts["invoice"]).first()
    if invoice is None:
        paragraphs = [_("It will be on your invoice of the month.")]
    elif invoice.state == InvoiceState.PAID:
        paragraphs = [_("Invoice %(number)s is paid: nothing is left to do.") % names]
    else:
        due = {"due": date_format(invoice.due_on, "DATE_FORMAT")}
        paragraphs = [_("Invoice %(number)s is to be paid by %(due)s.") % (names | due)]
    listed = [(_("Products"), _lines(facts)), (_("Net"), _money(facts, facts["net"]))]
    if facts["total"] is not None:
        listed.append((_("Total, including VAT"), _money(facts, facts["total"])))
    if not facts["own"]:
        listed.insert(0, (_("Client"), names["client"]))
    return Letter(
        subject=_("Renewed on %(day)s: products of %(client)s") % names,
        paragraphs=[_("These products have been renewed for another term."), *paragraphs],
        facts=listed,
        action=_to_invoices(facts),
        why=_("You get this mail because you look after the invoices of %(payer)s.") % names,
    )


@letter("billing.renewal_failed")
def renewal_failed(facts: Facts) -> Letter:
    """What could not be renewed; the vendor's staff know."""
    names = {"client": safe_name(facts["client"]), "vendor": vendor_name()}
    return Letter(
        subject=_("Products of %(client)s could not be renewed yet") % names,
        paragraphs=[
            _("A detail is missing at %(vendor)s, so these products could not be renewed. They go "
              "on running, and nothing was charged.") % names,
            _("Our staff have been told. We try again every night: you need not do anything.")
            % names,
        ],
        facts=[(_("Products"), "\n".join([*map(one_line, facts["products"]), *_more(facts)]))],
        why=_("You get this mail because your organisation pays for these products.") % names,
    )  # fmt: skip


@letter("billing.products_ended")
def products_ended(facts: Facts) -> Letter:
    """Products that were not to be renewed have reached their term."""
    names = {"organisation": safe_name(facts["organisation"])}
    return Letter(
        subject=_("Products of %(organisation)s have ended") % names,
        paragraphs=[
            _("Their term is over, and their automatic renewal was switched off."),
            _("You can order them again at any time."),
        ],
        facts=[(_("Products"), "\n".join([*map(one_line, facts["products"]), *_more(facts)]))],
        action=(
            _("See your products"),
            absolute(reverse("products", args=[facts["slug"]])),
        ),
        why=_("You get this mail because you answer for %(organisation)s.") % names,
    )
