"""A partner's page in the directory, written through the verb, for tests on the named cast."""

import io
from typing import Any

from PIL import Image

from access.forms.pictures import made_anew
from clients.models import Category
from partners.models import DirectoryPage, Logo, Partner
from partners.services.directory import change_page
from tests.journey import ALPINE, RHONE
from tests.world import World

LIST = "/en/directory/"
PAGE = f"{LIST}{ALPINE}/"
CONTACT = f"{PAGE}contact/"
EDIT = f"/o/{ALPINE}/reseller/directory/"
PREVIEW = f"{EDIT}preview/"
HEADLINES = {"fr": "Des sites rapides à Genève", "de": "Schnelle Websites in Genf"}
DESCRIPTIONS = {"fr": "Nous sommes huit.\n\nNous aimons Joomla.", "de": "Wir sind acht."}


def blank() -> None:
    """Alpine Web and Rhône Digital are listed, nobody else, and nobody has written anything."""
    DirectoryPage.objects.all().delete()
    Logo.objects.all().delete()
    Partner.objects.exclude(organisation__slug__in=[ALPINE, RHONE]).update(listed=False)


def picture(form: str = "PNG", size: tuple[int, int] = (80, 40)) -> bytes:
    """A red picture, as somebody sends it."""
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, form)
    return file.getvalue()


def write_page(world: World, name: str = "lea", slug: str = ALPINE, **said: Any) -> DirectoryPage:
    """The partner says all of itself, or what is given."""
    said = said or {
        "headlines": HEADLINES,
        "descriptions": DESCRIPTIONS,
        "categories": Category.objects.filter(slug__in=["web-domains", "collaboration"]),
        "languages": ["fr", "de"],
        "places": [("Genève", "CH"), ("Annecy", "FR")],
        "website": "https://www.alpineweb.example/",
        "logo": made_anew(picture(), (600, 600)),
    }
    return change_page(by=world.actor(name, slug), **said)


def hide(slug: str = ALPINE, **fields: Any) -> None:
    """The partner leaves the directory: it is no longer listed, or as `fields` say."""
    Partner.objects.filter(organisation__slug=slug).update(**(fields or {"listed": False}))
