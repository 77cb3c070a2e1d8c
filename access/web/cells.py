"""What stands in the cells of long lists, for the template tag `each`.

Where a template fills a hundred cells through filters, most of the page's time is spent there.
"""

from datetime import date
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from access.templatetags.portal_ui import badge, home_url

__all__ = ["badge", "home_url", "number", "quiet", "short_date"]


def short_date(on: date | None) -> str:
    """A day in the reader's language, as tables write it; a dash where there is none."""
    return _short_date(on, get_language()) if on else "–"


@lru_cache(maxsize=4_000)
def _short_date(on: date, _language: str | None) -> str:
    return date_format(on, "SHORT_DATE_FORMAT")


def number(value: int) -> str:
    """A whole number in the reader's language."""
    return number_format(value, use_l10n=True)


def quiet(text: object) -> SafeString:
    """A word that stands for nothing, in a paler colour."""
    return format_html('<span class="text-secondary">{}</span>', text)
