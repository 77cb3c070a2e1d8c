"""The parts of a world file about the programme and the directory (P1, D1)."""

# ruff: noqa: RUF009 - key() makes a dataclass field

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from access.forms.pictures import MOST_BYTES, made_anew
from partners.rules import SPOKEN
from partners.services.directory import MOST_PLACES
from portal.worlds import reading
from portal.worlds.reading import Entry, Report, entry, key, known, list_of, text

LANGUAGES = [code for code, _name in settings.LANGUAGES]
LOGO_PIXELS = (600, 600)
HEADLINE, DESCRIPTION = 120, 3000


def picture(value: Any, place: str, report: Report) -> tuple[bytes, str] | None:
    """A picture file beside the world file, drawn anew as one that is sent (T37)."""
    if not isinstance(value, str) or not value.strip():
        report.add(place, 'must be the name of a file: "logos/ours.png"')
        return None
    if report.folder is None:
        report.add(place, "needs a world in a file, beside which the picture lies.")
        return None
    path = (report.folder / value).resolve()
    if not path.is_relative_to(report.folder.resolve()) or not path.is_file():
        report.add(place, f"there is no file “{value}” in the folder of the world file.")
        return None
    return _drawn(path, place, report)


def _drawn(path: Path, place: str, report: Report) -> tuple[bytes, str] | None:
    if path.stat().st_size > MOST_BYTES:
        report.add(place, "is larger than 2 MB.")
        return None
    try:
        return made_anew(path.read_bytes(), LOGO_PIXELS)
    except ValidationError as refusal:
        report.add(place, " ".join(refusal.messages))
        return None


@dataclass(frozen=True, kw_only=True)
class ApplicationEntry(Entry):
    """What an organisation writes when it applies; the rest is its own data (P1)."""

    contact_name: str | None = key(text(80), default=None)
    contact_phone: str | None = key(text(32), default=None)
    about: str | None = key(text(2000), default=None)

    def fields(self) -> dict[str, str]:
        """Those that the file names."""
        names = ("contact_name", "contact_phone", "about")
        return {name: getattr(self, name) for name in names if getattr(self, name)}


@dataclass(frozen=True, kw_only=True)
class PlaceEntry(Entry):
    name: str = key(text(60))
    country: str = key(reading.country)


@dataclass(frozen=True, kw_only=True)
class ListingEntry(Entry):
    """A partner's page in the directory (D1); whether it shows is the partner's `listed`."""

    partner: str = key(known("organisation"))
    headlines: dict[str, str] = key(reading.translations(LANGUAGES, HEADLINE), default={})
    descriptions: dict[str, str] = key(reading.translations(LANGUAGES, DESCRIPTION), default={})
    categories: list[str] = key(list_of(known("category")), default=())
    languages: list[str] = key(list_of(reading.choice(SPOKEN)), default=())
    places: list[PlaceEntry] = key(list_of(entry(PlaceEntry)), default=())
    website: str = key(reading.https_url, default="")
    logo: tuple[bytes, str] | None = key(picture, default=None)

    @property
    def too_many_places(self) -> bool:
        return len(self.places or ()) > MOST_PLACES


@dataclass(frozen=True, kw_only=True)
class ThemeBundleEntry(Entry):
    """A licence of the vendor's WordPress themes, which approved partners read (P4)."""

    name: str = key(text(80))
    licence_key: str = key(text(200))
    download_url: str = key(reading.https_url, default="")
    terms: dict[str, str] = key(reading.translations(LANGUAGES, 2000), default={})
