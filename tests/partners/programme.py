"""Short words for applying to the programme, for tests on the named cast."""

from typing import Any

from access.models import OutgoingMail
from partners import services
from partners.models import Application
from partners.rules import CONDITIONS
from tests.journey import GARAGE
from tests.world import World

NOVA = "nova-hosting"
WHOLE = {
    "contact_name": "Gina Romano",
    "contact_email": "gina@garage-nord.example",
    "contact_phone": "+41 22 000 00 00",
    "registration_number": "CHE-338.712.642",
    "website": "https://www.garage-nord.example/",
    "about": "We look after the web sites of twelve garages.",
}
"""What a whole application of Garage Nord says."""


def send(world: World, **changes: Any) -> Application:
    """Gina applies for Garage Nord with everything that is asked."""
    said: dict[str, Any] = {"version": 0, "accepted": list(CONDITIONS)} | WHOLE | changes
    return services.send(by=world.actor("gina", GARAGE), **said)


def posted(**changes: Any) -> dict[str, Any]:
    """The same as a browser posts it."""
    return WHOLE | {"version": "0", "accepted": list(CONDITIONS), "go": "send"} | changes


def mailed(kind: str) -> dict[str, str]:
    """To whom a letter of the programme was queued, each with its language."""
    found = OutgoingMail.objects.filter(kind=f"partners.{kind}")
    return dict(found.values_list("address", "language"))
