"""Payment references: the examples that banks publish, and what must not pass (M8, M9)."""

import pytest

from billing.references import (
    Numbered,
    Purpose,
    ReferenceKind,
    WrongIban,
    WrongNumber,
    clean_iban,
    creditor_reference,
    found_in,
    kind_for,
    kind_of,
    normalised,
    number_of,
    numbered,
    printed,
    qr_reference,
    reference_for,
    same_account,
    structured,
)

QR_IBAN = "CH44 3199 9123 0008 8901 2"
IBAN = "CH93 0076 2011 6238 5295 7"


@pytest.mark.parametrize(
    "reference",
    [
        "210000000003139471430009017",  # of the guidelines for the QR-bill
        "215703000075200334559000126",
        "000000000000000000000000011",
    ],
)
def test_a_qr_reference_has_27_digits_and_a_check_digit(reference: str) -> None:
    assert qr_reference(reference[:-1]) == reference
    assert qr_reference(reference[:-1].lstrip("0")) == reference
    assert normalised(reference) == reference


@pytest.mark.parametrize(
    ("number", "reference"), [("539007547034", "RF18539007547034"), ("5390075470Y", None)]
)
def test_a_creditor_reference_follows_iso_11649(number: str, reference: str | None) -> None:
    made = creditor_reference(number)
    assert made.endswith(number)
    assert normalised(made) == made
    assert reference in (None, made)


@pytest.mark.parametrize(
    ("iban", "kind"),
    [
        (QR_IBAN, ReferenceKind.QRR),
        (QR_IBAN.replace(" ", "").lower(), ReferenceKind.QRR),
        (IBAN, ReferenceKind.SCOR),
        ("LI21 0881 0000 2324 013A A", ReferenceKind.SCOR),
        ("DE89 3704 0044 0532 0130 00", ReferenceKind.SCOR),
        ("FR14 2004 1010 0505 0001 3M02 606", ReferenceKind.SCOR),
    ],
)
def test_the_account_decides_the_kind(iban: str, kind: ReferenceKind) -> None:
    assert kind_for(iban) is kind
    assert kind_of(reference_for(iban, "1202600000042")) is kind


@pytest.mark.parametrize(
    "iban", ["", "CH", "CH44 3199 9123 0008 8901 3", "hello", "XX00", "ß" * 21]
)
def test_what_is_no_iban_is_refused(iban: str) -> None:
    with pytest.raises(WrongIban):
        kind_for(iban)


def test_an_account_is_the_same_however_it_is_written() -> None:
    assert clean_iban("ch93 0076 2011 6238 5295 7") == "CH9300762011623852957"
    assert same_account("ch9300762011623852957", IBAN)
    assert not same_account(QR_IBAN, IBAN)


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("iban", [QR_IBAN, IBAN])
@pytest.mark.parametrize("sequence", [1, 42, 99_999_999])
def test_a_reference_says_what_it_stands_for(purpose: Purpose, iban: str, sequence: int) -> None:
    reference = reference_for(iban, number_of(purpose, 2026, sequence))
    assert len(reference) <= 27
    assert numbered(reference) == Numbered(purpose, 2026, sequence)
    assert numbered(printed(reference)) == Numbered(purpose, 2026, sequence)


@pytest.mark.parametrize(
    "reference",
    ["", "RF18539007547034", "210000000003139471430009017", qr_reference("9202600000001")],
)
def test_references_of_others_stand_for_nothing(reference: str) -> None:
    assert numbered(reference) is None


@pytest.mark.parametrize(("year", "sequence"), [(2026, 0), (2026, -1), (2026, 10**8), (26, 1)])
def test_a_number_out_of_its_limits_is_refused(year: int, sequence: int) -> None:
    with pytest.raises(WrongNumber):
        number_of(Purpose.INVOICE, year, sequence)


@pytest.mark.parametrize("number", ["", "1" * 27, "12a", "١٢"])
def test_a_qr_reference_takes_digits_only(number: str) -> None:
    with pytest.raises(WrongNumber):
        qr_reference(number)


@pytest.mark.parametrize("number", ["", "1" * 22, "12-3", "ä"])
def test_a_creditor_reference_takes_capitals_and_digits(number: str) -> None:
    with pytest.raises(WrongNumber):
        creditor_reference(number)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("21 00000 00003 13947 14300 09017", "210000000003139471430009017"),
        (" rf18 5390 0754 7034\n", "RF18539007547034"),
        ("21 00000 00003\u00a013947 14300 09017", "210000000003139471430009017"),
        ("210000000003139471430009016", ""),
        ("RF17539007547034", ""),
        ("RF18", ""),
        ("18", ""),
        ("0" * 27, ""),
        ("", ""),
        ("²" * 27, ""),
        ("Rechnung 2026-42", ""),
    ],
)
def test_a_reference_has_one_written_form(text: str, reference: str) -> None:
    assert normalised(text) == reference


def test_zeros_left_out_by_the_bank_are_put_back() -> None:
    whole = qr_reference("1202600000042")
    assert structured(whole.lstrip("0")) == whole
    assert structured("RF18 5390 0754 7034") == "RF18539007547034"
    assert structured("0") == ""


def test_references_are_printed_in_groups() -> None:
    assert printed("210000000003139471430009017") == "21 00000 00003 13947 14300 09017"
    assert printed("RF18539007547034") == "RF18 5390 0754 7034"
    assert printed("RE-1") == "RE-1"


def test_references_in_free_text_are_found() -> None:
    text = "Zahlung rf18 5390 0754 7034, danke. 210000000003139471430009017 / RF18539007547034"
    assert found_in(text) == ("RF18539007547034", "210000000003139471430009017")
    assert found_in("IBAN CH9300762011623852957, Rechnung 12") == ()
