"""Samples of the letters about invoices and about a partner's own bills."""

from datetime import timedelta
from decimal import Decimal
from secrets import randbelow
from typing import Any

from django.utils.translation import gettext_lazy as _

from billing import references
from billing.models import Invoice, Rebill
from billing.rules_rebilling import RebillState
from billing.services.invoice_mails import facts_of
from billing.states import InvoiceKind, InvoiceState, PaymentMethod, VatCategory
from portal.mail_samples.registry import sample
from portal.mail_samples.world import DOMAINS, World

IBAN = "CH4431999123000889012"  # the example account of the QR-bill's standard
NET, VAT = Decimal("11425.00"), Decimal("925.45")


def invoice_row(w: World, *, kind: str = InvoiceKind.INVOICE, **values: Any) -> Invoice:
    """Far beyond the numbers that the counter gives, and without asking it."""
    year, sequence = w.today.year, 90_000_000 + randbelow(9_999_999)
    own = references.number_of(references.Purpose.INVOICE, year, sequence)
    asks = kind == InvoiceKind.INVOICE
    known: dict[str, Any] = {
        "kind": kind,
        "year": year,
        "sequence": sequence,
        "number": f"{year}-S{sequence % 100_000:05}",
        "method": PaymentMethod.TRANSFER,
        "currency": "CHF",
        "language": "fr",
        "issued_on": w.days(-40),
        "due_on": w.days(-10),
        "reference": references.reference_for(IBAN, own) if asks else "",
        "seller": {"iban": IBAN},
        "buyer": {},
        "vat_category": VatCategory.STANDARD,
        "net": NET,
        "vat": VAT,
        "total": NET + VAT,
    }
    known["payer"] = values.pop("payer", None) or w.hotel()
    return w.add(Invoice, **(known | values))


def _newly(w: World) -> dict[str, Any]:
    return {"issued_on": w.today, "due_on": w.days(30)}


@sample("billing.invoice_issued", _("Brings a new invoice."), _("To be paid"))
def issued(w: World) -> dict[str, Any]:
    return facts_of(invoice_row(w, **_newly(w)))


@sample("billing.invoice_issued", case=_("Paid from the prepaid account"))
def issued_paid(w: World) -> dict[str, Any]:
    paid: dict[str, Any] = {
        "state": InvoiceState.PAID,
        "paid": NET + VAT,
        "method": PaymentMethod.PREPAID,
    }
    return facts_of(invoice_row(w, **_newly(w), **paid))


def _late(w: World) -> dict[str, Any]:
    return facts_of(invoice_row(w, paid=Decimal("2000.00")))


@sample(
    "billing.invoice_reminder", _("Reminds of an invoice that is overdue."), _("The first time")
)
def reminder(w: World) -> dict[str, Any]:
    return _late(w) | {"reminder": 1, "suspends_on": w.days(20).isoformat()}


@sample("billing.invoice_reminder", case=_("The last time"))
def last_reminder(w: World) -> dict[str, Any]:
    return _late(w) | {"reminder": 3, "suspends_on": w.days(5).isoformat()}


@sample("billing.invoice_suspended", _("Tells who pays that products are suspended."))
def suspended(w: World) -> dict[str, Any]:
    return _late(w) | {"products": DOMAINS}


@sample("billing.products_suspended", _("Tells a client that its partner did not pay."))
def products_suspended(w: World) -> dict[str, Any]:
    client = w.client()
    return {
        "organisation": client.name,
        "slug": client.slug,
        "payer": w.partner.organisation.name,
        "products": DOMAINS,
    }


@sample("billing.invoice_paid", _("Thanks for a payment."))
def paid(w: World) -> dict[str, Any]:
    return facts_of(invoice_row(w, state=InvoiceState.PAID, paid=NET + VAT))


def _credit(w: World) -> dict[str, Any]:
    first = invoice_row(w)
    note = invoice_row(
        w,
        kind=InvoiceKind.CREDIT_NOTE,
        payer=first.payer,
        corrects=first,
        reason=w.word("correction"),
        net=Decimal("85.00"),
        vat=Decimal("6.90"),
        total=Decimal("91.90"),
        state=InvoiceState.CREDITED,
        **_newly(w),
    )
    return facts_of(note)


@sample("billing.invoice_credited", _("Brings a credit note."), _("Refunded"))
def credited(w: World) -> dict[str, Any]:
    return _credit(w) | {"refund": "91.90"}


@sample("billing.invoice_credited", case=_("Less to pay"))
def credited_open(w: World) -> dict[str, Any]:
    return _credit(w) | {"refund": "0"}


# ---- A partner's bills to its client (B12) -------------------------------------------------


def _bill(w: World, state: str = RebillState.OPEN) -> dict[str, Any]:
    client, partner = w.client(), w.partner
    issued_on, due_on = w.today - timedelta(days=35), w.today - timedelta(days=5)
    bill = w.add(
        Rebill,
        state=state,
        partner=partner,
        client=client,
        currency="EUR",
        period_from=w.days(-65),
        period_until=w.days(-36),
        language="de",
        payment_days=30,
        net=Decimal("1240.00"),
        vat=Decimal("235.60"),
        total=Decimal("1475.60"),
        year=w.today.year,
        sequence=randbelow(10**8),
        number=f"EL-{w.today.year}-S{randbelow(10**5):05}",
        issued_on=issued_on,
        due_on=due_on,
        created_by=w.agent,
    )
    return {
        "bill": bill.public_id,
        "number": bill.number,
        "corrects": "",
        "partner": partner.organisation.name,
        "client": client.name,
        "client_slug": client.slug,
        "total": f"{bill.currency} {bill.total:.2f}",
        "issued_on": issued_on.isoformat(),
        "due_on": due_on.isoformat(),
        "reason": "",
    }


@sample("billing.rebill_issued", _("Brings a client the bill of its partner."))
def rebilled(w: World) -> dict[str, Any]:
    return _bill(w)


@sample("billing.rebill_reminder", _("Reminds a client of its partner's bill."))
def rebill_reminder(w: World) -> dict[str, Any]:
    return _bill(w)


@sample("billing.rebill_cancelled", _("Tells a client that its partner cancelled a bill."))
def rebill_cancelled(w: World) -> dict[str, Any]:
    number = f"EL-{w.today.year}-S00017"
    return _bill(w) | {"corrects": number, "reason": w.word("correction")}
