"""References that banks accept, and the vendor's own details."""

from pathlib import Path
from typing import Any

import pytest
from stdnum import iso11649
from stdnum.ch import esr

from billing.documents import render, vendor
from billing.documents.references import is_qr_iban, normal, reference_for
from tests.billing.documents import examples, scanned, texts


@pytest.mark.parametrize("number", [1, 2026000123, "99999999999999999999999999"])
def test_references_of_a_qr_iban(number: int | str) -> None:
    reference = reference_for(examples.QR_IBAN, number)
    assert len(reference) == 27
    assert esr.is_valid(reference)
    assert str(number) in reference


@pytest.mark.parametrize("number", [1, 2026000123, "AW20260042"])
def test_references_of_another_account(number: int | str) -> None:
    reference = reference_for("CH56 0483 5012 3456 7800 9", number)
    assert iso11649.is_valid(reference)
    assert reference.endswith(str(number))


def test_the_standards_own_examples() -> None:
    """From the implementation guidelines of the QR-bill, and ISO 11649."""
    assert reference_for(examples.QR_IBAN, "21000000000313947143000901") == examples.QR_REFERENCE
    assert reference_for(examples.IBAN, "539007547034") == examples.CREDITOR_REFERENCE
    assert is_qr_iban(examples.QR_IBAN)
    assert not is_qr_iban(examples.IBAN)
    assert not is_qr_iban("FR7630006000011234567890189")


@pytest.mark.parametrize("number", ["1" * 27, "AW-1", "", "²"])
def test_a_wrong_number_is_refused(number: str) -> None:
    iban = examples.QR_IBAN if number != "" else examples.IBAN
    with pytest.raises(ValueError):  # noqa: PT011 stdnum's own errors are among them
        reference_for(iban, number)


def test_what_people_type_is_made_normal() -> None:
    assert normal("rf18 5390 0754 7034") == examples.CREDITOR_REFERENCE
    assert normal("21 00000 00003 13947 14300 09017") == examples.QR_REFERENCE


def test_the_vendors_look(settings: Any, tmp_path: Path) -> None:
    settings.VENDOR_NAME, settings.VENDOR_CITY = "Vendor AG", "Bern"
    document = examples.invoice(
        **vendor.look(),
        iban=settings.VENDOR_IBAN,
        reference=reference_for(settings.VENDOR_IBAN, 7),
    )
    pdf = render(document)
    assert "Vendor AG" in texts(pdf)[0]
    assert settings.VENDOR_IBAN in scanned(pdf)[0]
    settings.VENDOR_LOGO = str(tmp_path / "logo.png")
    (tmp_path / "logo.png").write_bytes(b"picture")
    assert vendor.logo() == b"picture"
