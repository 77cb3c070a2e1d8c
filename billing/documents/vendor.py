"""The vendor as its documents show it, from the settings."""

from pathlib import Path
from typing import Any

from django.conf import settings

from billing.documents.model import Party


def party() -> Party:
    return Party(
        name=settings.VENDOR_NAME,
        street=settings.VENDOR_STREET,
        postcode=settings.VENDOR_POSTCODE,
        city=settings.VENDOR_CITY,
        country=settings.VENDOR_COUNTRY,
        vat_number=settings.VENDOR_VAT_NUMBER,
        registration_number=settings.VENDOR_REGISTRATION_NUMBER,
        email=settings.VENDOR_SUPPORT_EMAIL,
    )


def logo() -> bytes | None:
    """The bytes of VENDOR_LOGO, a PNG or JPEG; None prints the name."""
    return Path(settings.VENDOR_LOGO).read_bytes() if settings.VENDOR_LOGO else None


def look() -> dict[str, Any]:
    """`seller`, `logo` and `accent` of a `Document` or `Statement` of the vendor."""
    return {"seller": party(), "logo": logo(), "accent": settings.VENDOR_COLOUR}
