"""Documents to look at and to measure: every kind, short and long, in five languages."""

import datetime
from dataclasses import replace
from decimal import Decimal

from billing.documents.model import Document, Line, Party, Statement, StatementLine, VatTotal

DAY = datetime.date(2026, 11, 22)
QR_IBAN, QR_REFERENCE = "CH4431999123000889012", "210000000003139471430009017"
IBAN, CREDITOR_REFERENCE = "CH5604835012345678009", "RF18539007547034"
D = Decimal

VENDOR = Party(
    name="Example Cloud SA",
    street="Rue de l’Exemple 1",
    postcode="1204",
    city="Genève",
    country="CH",
    vat_number="CHE-123.456.788 MWST",
    registration_number="CHE-123.456.788",
    email="support@portal.example",
)
HOTEL = Party(
    name="Hôtel Bellevue",
    street="Quai du Mont-Blanc 12",
    postcode="1201",
    city="Genève",
    country="CH",
    registration_number="CHE-116.281.710",
    email="hugo@hotel-bellevue.example",
)
PARTNER = Party(
    name="Alpine Web Sàrl",
    street="Route de la Gare 5",
    postcode="1950",
    city="Sion",
    country="CH",
    vat_number="CHE-105.805.649 TVA",
    email="lea@alpineweb.example",
)
RHONE = Party(
    name="Rhône Digital SAS",
    street="14 rue de la République",
    postcode="69002",
    city="Lyon",
    country="FR",
    vat_number="FR 40 303 265 045",
    registration_number="303 265 045 00013",
    email="remi@rhonedigital.example",
)
HOSTINGS = Line(
    text="Web hosting",
    detail="Hôtel Bellevue · 22 November – 21 December 2026 · monthly",
    quantity=35,
    unit_price=D("9.92"),
    notes=("−20 % partner price: 277.76", "−25 % from 30 units: 208.32"),
    net=D("208.32"),
    vat_percent=D("8.1"),
)


def invoice(**changes: object) -> Document:
    """35 web hostings in CHF (M1), to be paid by transfer."""
    values: dict[str, object] = {
        "kind": "invoice",
        "number": "2026-000123",
        "issued_on": DAY,
        "due_on": DAY + datetime.timedelta(30),
        "language": "en",
        "currency": "CHF",
        "seller": VENDOR,
        "buyer": PARTNER,
        "iban": QR_IBAN,
        "reference": QR_REFERENCE,
        "payment_note": "Thank you for paying within 30 days, with the payment part below.",
    }
    lines = changes.pop("lines", (HOSTINGS,))
    return Document(**values | totals(lines, "S") | changes)  # type: ignore[arg-type]


def totals(lines: tuple[Line, ...], category: str, mention: str = "") -> dict[str, object]:
    """The sums of lines, VAT rounded once for each rate."""
    rates = []
    for rate in dict.fromkeys(line.vat_percent for line in lines):
        net = sum((line.net for line in lines if line.vat_percent == rate), D("0.00"))
        vat = (net * rate / 100).quantize(D("0.01"), "ROUND_HALF_UP")
        rates.append(
            VatTotal(category=category, percent=rate, net=net, vat=vat, mention=mention)  # type: ignore[arg-type]
        )
    net = sum((rate.net for rate in rates), D("0.00"))
    vat = sum((rate.vat for rate in rates), D("0.00"))
    sums = {"net": net, "vat": vat, "total": net + vat, "payable": net + vat}
    return {"lines": lines, "vat_totals": tuple(rates), **sums}


def long_invoice(lines: int = 140, **changes: object) -> Document:
    """A monthly collective invoice over many pages."""
    names = ("Web hosting", "WordPress hosting", "Mail service", "VPS", "Backup", "Domain name .ch")
    many = tuple(
        replace(
            HOSTINGS,
            text=names[place % len(names)],
            detail=f"Client no. {place + 1} · monthly" if place % 3 else HOSTINGS.detail,
            notes=HOSTINGS.notes if place % 4 == 0 else (),
            net=D("208.32") if place % 4 == 0 else D("347.20"),
        )
        for place in range(lines)
    )
    return invoice(lines=many, **changes)


def reverse_charge(**changes: object) -> Document:
    """35 web hostings in EUR to a company with a VAT number in another country."""
    line = replace(
        HOSTINGS,
        unit_price=D("5.75"),
        notes=("−20 % partner price: 161.00", "−25 % from 30 units: 120.75"),
        detail="Atelier Vigne · monthly",
        net=D("120.75"),
        vat_percent=D("0"),
    )
    mention = "Reverse charge: VAT is owed by the recipient (article 196 of Directive 2006/112/EC)."
    values = totals((line,), "AE", mention) | {"paid": D("20.75"), "payable": D("100.00")}
    values |= {"currency": "EUR", "buyer": RHONE, "iban": IBAN, "reference": CREDITOR_REFERENCE}
    return invoice(**values | changes)


def credit_note(**changes: object) -> Document:
    values: dict[str, object] = {
        "kind": "credit_note",
        "number": "2026-000124",
        "corrects": "2026-000123",
    }
    values |= {"corrects_on": DAY, "due_on": None, "iban": "", "reference": ""}
    values |= {"payment_note": "The amount was credited to your prepaid account."}
    return invoice(**values | changes)


def rebill(**changes: object) -> Document:
    """A partner's own invoice to its client, with a mark-up (B12)."""
    line = replace(HOSTINGS, notes=("+10 % service",), net=D("381.92"))
    values = totals((line,), "S") | {"kind": "rebill", "number": "AW-2026-0042"}
    values |= {"seller": PARTNER, "buyer": HOTEL, "accent": "#0b7a53", "iban": IBAN}
    return invoice(**values | {"reference": CREDITOR_REFERENCE} | changes)


ENTRIES = (
    (D("500.00"), "Top-up by bank transfer", ""),
    (D("-208.32"), "Payment of invoice 2026-000123", ""),
    (D("52.08"), "Cashback on order 2026-0815", "35 × web hosting: 260.40 − 208.32"),
)


def statement(lines: int = 12, **changes: object) -> Statement:
    balance, entries = D("120.00"), []
    for place in range(lines):
        amount, text, detail = (
            ENTRIES[0] if place % 6 == 0 else ENTRIES[1] if place % 3 == 0 else ENTRIES[2]
        )
        balance += amount
        entries.append(
            StatementLine(
                date=DAY.replace(day=1 + place % 28),
                text=text,
                detail=detail,
                amount=amount,
                balance=balance,
            )
        )
    values = {
        "issued_on": DAY.replace(month=12, day=1),
        "period_from": DAY.replace(day=1),
        "period_to": DAY.replace(day=30),
        "language": "en",
        "currency": "CHF",
        "seller": VENDOR,
        "holder": PARTNER,
        "opening": D("120.00"),
        "lines": tuple(entries),
        "closing": balance,
    }
    return Statement(**values | changes)  # type: ignore[arg-type]
