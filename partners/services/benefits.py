"""What approved partners get beside prices: the licences of the vendor's themes (P4)."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import get_language

from partners.models import Partner, ThemeBundle


@dataclass(frozen=True, slots=True)
class Licence:
    """A bundle of themes with its key, and how it may be used, in the reader's language."""

    name: str
    key: str
    download_url: str
    terms: str


def licences(partner: Partner) -> list[Licence]:
    """The licences that the partner may use: none unless it is approved (P4, P5)."""
    if not partner.approved:
        return []
    language = get_language() or settings.LANGUAGE_CODE
    return [
        Licence(
            bundle.name,
            bundle.licence_key,
            bundle.download_url,
            bundle.terms.get(language) or bundle.terms.get(settings.LANGUAGE_CODE, ""),
        )
        for bundle in ThemeBundle.objects.filter(shown=True)
    ]
