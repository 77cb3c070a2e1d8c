"""The vendor's own details on its documents."""

from pathlib import Path
from typing import Any

from billing.documents import render, vendor
from tests.billing.documents import examples, scanned, texts


def test_the_vendors_look(settings: Any, tmp_path: Path) -> None:
    settings.VENDOR_NAME, settings.VENDOR_CITY = "Vendor AG", "Bern"
    pdf = render(examples.invoice(**vendor.look(), iban=settings.VENDOR_IBAN))
    assert "Vendor AG" in texts(pdf)[0]
    assert settings.VENDOR_VAT_NUMBER in texts(pdf)[0]
    assert settings.VENDOR_IBAN in scanned(pdf)[0]
    settings.VENDOR_LOGO = str(tmp_path / "logo.png")
    (tmp_path / "logo.png").write_bytes(b"picture")
    assert vendor.look()["logo"] == b"picture"
