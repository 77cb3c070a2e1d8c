"""Building the parts of a world about the programme and the directory, through the services."""

from access.policy import Actor
from clients.models import Category
from partners.models import ThemeBundle
from partners.services.directory import change_page
from portal.worlds.programme_format import ListingEntry, ThemeBundleEntry


def write_page(entry: ListingEntry, *, by: Actor) -> None:
    """What a partner says of itself in the directory (D1)."""
    change_page(
        by=by,
        headlines=entry.headlines,
        descriptions=entry.descriptions,
        categories=Category.objects.filter(slug__in=entry.categories),
        languages=entry.languages,
        places=[(place.name, place.country) for place in entry.places],
        website=entry.website,
        logo=entry.logo,
    )


def offer_themes(entry: ThemeBundleEntry) -> None:
    """As staff enter a licence in the admin (P4)."""
    ThemeBundle.objects.create(
        name=entry.name,
        licence_key=entry.licence_key,
        download_url=entry.download_url,
        terms=entry.terms,
    )
