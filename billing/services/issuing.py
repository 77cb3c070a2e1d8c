"""How an invoice or a credit note comes into being: its words, sums, parties and number (M7, M8).

Whoever calls holds the locks on what is invoiced and on the accounts that move with it: the counter
is taken last, so that the next invoice waits as little as can be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access.models import Membership, Organisation
from access.rules import Role
from billing import references, vat
from billing.models import BillingProfile, Invoice, InvoiceCounter, InvoiceLine, OrderLine
from billing.rules import ZERO, Basis
from billing.states import InvoiceKind, PaymentMethod

TEXT, DETAIL = 200, 300


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before it has its invoice; `net` and `unit_price` exclude VAT, `rate` is percent."""

    order_line: OrderLine
    text: str
    detail: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    rate: Decimal


def profile_of(organisation: Organisation) -> BillingProfile:
    """How the organisation wants to be billed; the defaults when it never said."""
    found = BillingProfile.objects.filter(organisation=organisation).first()
    return found or BillingProfile(organisation=organisation)


def language_of(payer: Organisation, profile: BillingProfile) -> str:
    """The language of the payer's documents: its own choice, else that of the person who has been
    its legal representative for longest."""
    if profile.language:
        return profile.language
    representatives = Membership.objects.filter(
        organisation=payer, role=Role.LEGAL_REPRESENTATIVE, user__is_active=True
    )
    language = representatives.order_by("pk").values_list("user__language", flat=True).first()
    return language or settings.LANGUAGE_CODE


# ---- Words ----------------------------------------------------------------------------------


def draft_of(line: OrderLine, payer: Organisation, rate: Decimal) -> Draft:
    """The line in the language in use now; its words are frozen on the invoice (M7).

    The first row of `detail` is the term and, for a payer that is the client's partner, the client;
    each other row a step from the public price to what is charged.
    """
    kind = str(line.product_type)
    named = f"{kind}: {line.name}" if line.name and line.name != kind else kind
    where = [term(line)]
    if line.order.organisation_id != payer.pk:
        where.append(_("for %(client)s") % {"client": line.order.organisation.name})
    return Draft(
        order_line=line,
        text=named[:TEXT],
        detail="\n".join([" · ".join(where), *steps(line)])[:DETAIL],
        quantity=line.quantity,
        unit_price=line.price,
        net=line.net,
        rate=rate,
    )


def term(line: OrderLine) -> str:
    """From the first to the last day; `ends_on` is the day of the next renewal."""
    return _("%(first)s to %(last)s") % {
        "first": date_format(line.starts_on, "SHORT_DATE_FORMAT"),
        "last": date_format(line.ends_on - timedelta(days=1), "SHORT_DATE_FORMAT"),
    }


def steps(line: OrderLine) -> list[str]:
    """What leads from price × quantity to what is charged, a sentence each (M1, M2)."""
    found = []
    if line.basis == Basis.PARTNER and line.fixed_price is not None:
        found.append(_("Partner price %(price)s each") % {"price": line.fixed_price})
    elif line.basis == Basis.PARTNER and line.partner_percent:
        found.append(_("−%(percent)s %% partner price") % {"percent": short(line.partner_percent)})
    if line.tier_percent:
        found.append(
            _("−%(percent)s %% from %(units)s units on")
            % {"percent": short(line.tier_percent), "units": line.tier_units}
        )
    return found


def short(percent: Decimal) -> str:
    """20 for 20.00, 12.5 for 12.50."""
    return f"{percent:f}".rstrip("0").rstrip(".") if "." in f"{percent:f}" else f"{percent:f}"


# ---- Parties, as they were ------------------------------------------------------------------


def seller() -> dict[str, Any]:
    """The vendor as it is today."""
    return {
        "name": settings.VENDOR_NAME,
        "street": settings.VENDOR_STREET,
        "postcode": settings.VENDOR_POSTCODE,
        "city": settings.VENDOR_CITY,
        "country": settings.VENDOR_COUNTRY,
        "vat_number": settings.VENDOR_VAT_NUMBER,
        "registration_number": settings.VENDOR_REGISTRATION_NUMBER,
        "email": settings.VENDOR_SUPPORT_EMAIL,
        "iban": settings.VENDOR_IBAN,
    }


def buyer(payer: Organisation) -> dict[str, Any]:
    """The payer as it is today."""
    country = str(payer.country)
    return {
        "name": payer.name,
        "street": payer.street,
        "postcode": payer.postcode,
        "city": payer.city,
        "country": country,
        "vat_number": vat.full_number(country, payer.vat_number),
        "registration_number": payer.registration_number,
    }


# ---- The document ---------------------------------------------------------------------------


def number_text(year: int, sequence: int) -> str:
    """As it is printed: 2026-000123."""
    return f"{year}-{sequence:06}"


def next_number(year: int) -> int:
    """The next place in the year, without gaps: the lock lasts until the transaction ends, and a
    rollback gives the number back (M8)."""
    InvoiceCounter.objects.get_or_create(year=year)
    return advance(InvoiceCounter.objects.select_for_update().get(year=year))


def advance(counter: InvoiceCounter) -> int:
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def issue(
    *,
    payer: Organisation,
    drafts: Sequence[Draft],
    category: str,
    method: str,
    day: date,
    language: str,
    currency: str,
    period: tuple[date, date] | None = None,
) -> Invoice:
    """Writes an invoice of `drafts` with the next number of the year (M8)."""
    sums = vat.sums([(draft.rate, draft.net) for draft in drafts])
    due_on = day + timedelta(days=settings.INVOICE_DUE_DAYS)
    by_transfer = method == PaymentMethod.TRANSFER
    first, last = period or (None, None)
    return write(
        drafts,
        kind=InvoiceKind.INVOICE,
        payer=payer,
        method=method,
        currency=currency,
        language=language,
        issued_on=day,
        due_on=due_on if by_transfer else day,
        next_reminder_on=due_on + timedelta(days=settings.REMINDER_DAYS[0]),
        period_from=first,
        period_until=last,
        seller=seller(),
        buyer=buyer(payer),
        vat_category=category,
        net=sum((each.net for each in sums), ZERO),
        vat=sum((each.vat for each in sums), ZERO),
        asks_for_money=by_transfer,
    )


def write(drafts: Sequence[Draft], *, asks_for_money: bool = False, **values: Any) -> Invoice:
    """The rows of a document with the next number; with a payment reference when it is to be paid
    by transfer. Nothing but inserts follows the counter's lock."""
    year = values["issued_on"].year
    sequence = next_number(year)
    reference = ""
    if asks_for_money and settings.VENDOR_IBAN:
        own = references.number_of(references.Purpose.INVOICE, year, sequence)
        reference = references.reference_for(settings.VENDOR_IBAN, own)
    invoice = Invoice.objects.create(
        year=year,
        sequence=sequence,
        number=number_text(year, sequence),
        reference=reference,
        total=values["net"] + values["vat"],
        **values,
    )
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            order_line=draft.order_line,
            text=draft.text,
            detail=draft.detail,
            quantity=draft.quantity,
            unit_price=draft.unit_price,
            net=draft.net,
            vat_percent=draft.rate,
            credits=invoice.kind == InvoiceKind.CREDIT_NOTE,
        )
        for position, draft in enumerate(drafts, start=1)
    )
    return invoice
