"""A partner as the directory shows it, in the reader's language (D1)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries import countries

from access.letters import absolute
from access.web.findable import Findable, Picture
from partners.models import DirectoryPage, Logo, Partner
from partners.rules import SPOKEN


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a language; `foreign` when it is not the reader's."""

    words: str
    language: str
    foreign: bool


class Entry:
    """What the list and the page show of a partner, loaded `with_pages`. A partner that is listed
    and has written nothing shows its name, its town and since when it is one."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        self.name = partner.organisation.name
        self.slug = partner.organisation.slug
        self.since = partner.approved_at
        self.page: DirectoryPage = getattr(partner, "page", None) or DirectoryPage(partner=partner)

    @property
    def address(self) -> str:
        return reverse("directory_page", args=[self.slug])

    @cached_property
    def headline(self) -> Text | None:
        return self._read(self.page.headlines)

    @cached_property
    def description(self) -> Text | None:
        return self._read(self.page.descriptions)

    @property
    def logo(self) -> Logo | None:
        return self.page.logo

    @property
    def website(self) -> str:
        """Its own web site, an https address (T38)."""
        return self.page.website if self.page.website.startswith("https://") else ""

    @property
    def website_name(self) -> str:
        return self.website.removeprefix("https://").removeprefix("www.").rstrip("/")

    @cached_property
    def categories(self) -> list[Any]:
        return list(self.page.categories.all()) if self.page.pk and self._kept else []

    @property
    def languages(self) -> list[str]:
        return [str(SPOKEN[language]) for language in self.page.languages if language in SPOKEN]

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Towns and regions with the names of their countries; else where it is at home."""
        found = self.page.where if self._kept else []
        if found:
            return [(place.name, countries.name(str(place.country))) for place in found]
        home = self.partner.organisation
        return [(home.city, countries.name(str(home.country)))]

    @property
    def where(self) -> str:
        """The places on one line: the first three, and their countries."""
        names = [name or country for name, country in self.places]
        lands = dict.fromkeys(country for name, country in self.places if name)
        line = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
        return "\u00a0· ".join([line, *list(lands)[:2]])  # a line never begins with the dot

    @property
    def _kept(self) -> bool:
        return not self.page._state.adding

    def _read(self, texts: dict[str, str]) -> Text | None:
        """In the reader's language, else in the partner's first."""
        here = (get_language() or settings.LANGUAGE_CODE)[:2]
        order = [here, *self.page.languages, *(language for language, _name in settings.LANGUAGES)]
        language = next((language for language in order if texts.get(language)), None)
        return Text(texts[language], language, language != here) if language else None

    # ---- for search engines ------------------------------------------------------------------

    def findable(self, path: str) -> Findable:
        """Its page for search engines and shared links."""
        said = self.headline or self.description
        told = _("%(name)s looks after products of %(vendor)s. Verified partner, %(where)s.") % {
            "name": self.name, "vendor": settings.VENDOR_NAME, "where": self.where,
        }  # fmt: skip
        return Findable(
            path=path,
            title=self.name,
            description=" ".join(said.words.split())[:200] if said else told,
            kind="profile",
            data=[self._data(path)],
            picture=self._picture,
        )

    @property
    def _picture(self) -> Picture | None:
        if self.logo is None:
            return None
        address = absolute(reverse("directory_logo", args=[self.logo.public_id]))
        return Picture(address, self.logo.width, self.logo.height)

    def _data(self, path: str) -> dict[str, Any]:
        """schema.org: the page of an organisation."""
        firm: dict[str, Any] = {
            "@type": "Organization",
            "name": self.name,
            "url": absolute(path),
            "areaServed": [
                {"@type": "Place", "name": ", ".join(filter(None, place))} for place in self.places
            ],
            "knowsAbout": [str(category) for category in self.categories],
            "knowsLanguage": list(self.page.languages),
            "slogan": self.headline.words if self.headline else "",
            "description": self.description.words if self.description else "",
            "logo": self._picture.address if self._picture else "",
            "sameAs": [self.website] if self.website else [],
        }
        return {
            "@context": "https://schema.org",
            "@type": "ProfilePage",
            "url": absolute(path),
            "inLanguage": get_language(),
            "mainEntity": {key: value for key, value in firm.items() if value},
        }
