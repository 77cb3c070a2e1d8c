"""How Switzerland and Liechtenstein write numbers: CHF 1’234.50."""

from django.conf import settings


def separators(decimal: str, thousand: str) -> tuple[str, str]:
    """The decimal sign and the one between thousands: of the vendor's country, where it has its
    own, else the given ones. For German and Italian; French readers there write 1 234,50, too."""
    return (".", "’") if settings.VENDOR_COUNTRY in ("CH", "LI") else (decimal, thousand)
