"""The Swiss QR-bill: printed, scanned back, and compared with the bill (M8)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from billing.documents import qr, render
from billing.documents.errors import WrongDocument
from billing.documents.model import Document, Party
from tests.billing.documents import examples, scanned, texts


def payload(document: Document, message: str) -> list[str]:
    """What the code must hold, written out by the standard's table and not by the library."""

    def structured(party: Party) -> list[str]:
        street = party.street.replace("’", "'")
        return ["S", party.name, street, "", party.postcode, party.city, party.country]

    kind = "SCOR" if document.reference.startswith("RF") else "QRR"
    return [
        *("SPC", "0200", "1", document.iban),
        *structured(document.seller),
        *[""] * 7,
        f"{document.payable:.2f}",
        document.currency,
        *structured(document.buyer),
        *(kind, document.reference, message, "EPD"),
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (examples.invoice(), "Invoice 2026-000123"),
        (examples.reverse_charge(), "Invoice 2026-000123"),
        (examples.rebill(), "Invoice AW-2026-0042"),
        (examples.long_invoice(30), "Invoice 2026-000123"),
    ],
    ids=["CHF, QR-IBAN", "EUR, SCOR", "a partner's", "many pages"],
)
def test_the_code_scans_back(document: Document, message: str) -> None:
    (code,) = scanned(render(document))
    assert code.splitlines() == payload(document, message)


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("fr", "Section paiement"),
        ("de", "Zahlteil"),
        ("it", "Sezione pagamento"),
        ("en", "Payment part"),
        ("es", "Payment part"),  # the rules know four languages
    ],
)
def test_the_part_speaks_the_readers_language(language: str, heading: str) -> None:
    pdf = render(examples.invoice(language=language))
    assert heading in texts(pdf)[-1]
    assert len(scanned(pdf)) == 1


def test_what_is_printed_is_what_is_in_the_code() -> None:
    page = texts(render(examples.invoice()))[-1]
    assert page.count("CH44 3199 9123 0008 8901 2") == 2
    assert page.count("21 00000 00003 13947 14300 09017") == 2
    assert page.count("CH-1950 Sion") == 2


def test_only_what_is_left_to_pay_is_asked_for() -> None:
    (code,) = scanned(render(examples.reverse_charge()))
    assert "100.00\nEUR" in "\n".join(code.splitlines())


@pytest.mark.parametrize(
    "document",
    [
        examples.credit_note(iban=examples.QR_IBAN, reference=examples.QR_REFERENCE),
        examples.invoice(paid=Decimal("225.19"), payable=Decimal("0.00")),
        examples.invoice(iban="", reference=""),
        examples.rebill(iban="FR7630006000011234567890189", reference=""),
    ],
    ids=["credit note", "paid", "no account", "foreign account"],
)
def test_no_bill_where_none_belongs(document: Document) -> None:
    pdf = render(document)
    assert scanned(pdf) == []
    assert "Payment part" not in texts(pdf)[-1]


def test_a_foreign_account_is_printed_in_words() -> None:
    page = texts(render(examples.rebill(iban="FR7630006000011234567890189", reference="")))[-1]
    assert "Account (IBAN) FR76 3000 6000 0112 3456 7890 189" in page


def test_an_unknown_address_leaves_a_field_to_fill_in() -> None:
    pdf = render(examples.rebill(buyer=replace(examples.HOTEL, postcode="", city="")))
    assert texts(pdf)[-1].count("Payable by (name/address)") == 2
    assert len(scanned(pdf)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": examples.CREDITOR_REFERENCE},
        {"iban": examples.IBAN},
        {"reference": "210000000003139471430009018"},
        {"iban": "CH4431999123000889013"},
    ],
    ids=["QR-IBAN with SCOR", "IBAN with QRR", "check digit", "IBAN's check digits"],
)
def test_a_wrong_account_or_reference_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(WrongDocument, match="2026-000123"):
        render(examples.invoice(**changes))


def test_names_are_cut_to_the_codes_letters() -> None:
    assert qr.latin("L’Été – “Łódź” №1 € Ș 東\n") == 'L\'Été - "Łódź" No1 € Ș .'
    name = "Société coopérative romande pour l’hébergement durable et l’informatique de proximité"
    found = qr.address(replace(examples.HOTEL, name=name, city="Ville " * 12))
    assert found["name"] == "Société coopérative romande pour l'hébergement durable et"
    assert len(found["city"]) <= 35
    long = examples.invoice(buyer=replace(examples.PARTNER, name=name * 2, street=name))
    assert len(scanned(render(long))) == 1
