"""Short words for what a requester does, for tests on the named cast."""

import re
import time
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from access.letters import Rendered, write
from access.models import OutgoingMail
from tenders.models import Proposal, Tender
from tenders.rules import LinkPurpose
from tenders.services.asking import answer, ask
from tenders.services.opening import open_tender
from tenders.services.proposing import save_proposal, send_proposal
from tenders.services.submitting import confirm, submit
from tests.world import World

NORA = "nora@cafe-du-port.example"
FORM = "/en/tenders/"
NEED = "We sell bread and cakes, and want to sell them online, too."


def drawn(*, seconds: int = 60) -> str:
    """The trap's moment, as of a form that was drawn so long ago."""
    then = time.time() - seconds
    with patch.object(signing.time, "time", lambda: then):
        return signing.dumps(int(then), salt="made")


def filled(world: World, **changed: Any) -> dict[str, Any]:
    """What a visitor types who makes no mistake."""
    return {
        "made": drawn(),
        "fax": "",
        "title": "Online shop for a bakery",
        "need": NEED,
        "categories": [world.category("web-domains").pk],
        "currency": "CHF",
        "budget_from": "2000",
        "budget_to": "5000",
        "wanted_on": (timezone.localdate() + timedelta(days=60)).isoformat(),
        "country": "CH",
        "place": "Lausanne",
        "language": "en",
        "contact_name": "Nora Neuf",
        "contact_email": NORA,
        "contact_phone": "+41 21 555 01 02",
        "company": "Café du Port",
        "most_openers": "",
    } | changed


def send(browser: Client, world: World, **changed: Any) -> HttpResponse:
    options = changed.pop("options", {})
    return browser.post(FORM, filled(world, **changed), **options)


def submitted(world: World, **changed: Any) -> Tender:
    """A tender whose address is not confirmed yet."""
    fields: dict[str, Any] = {
        "title": "Online shop for a bakery",
        "need": NEED,
        "categories": [world.category("web-domains")],
        "currency": "CHF",
        "country": "CH",
        "language": "en",
        "contact_name": "Nora Neuf",
        "contact_email": NORA,
        "contact_phone": "+41 21 555 01 02",
        "company": "Café du Port",
    }
    return submit(**fields | changed)


def published(world: World, **changed: Any) -> Tender:
    tender = submitted(world, **changed)
    return confirm(link=tender.links.get(purpose=LinkPurpose.CONFIRM))


def opened(world: World, tender: Tender, *, by: str = "lea", partner: str = "alpine-web") -> None:
    open_tender(tender=tender, by=world.actor(by, partner))


def proposed(
    world: World, tender: Tender, *, by: str = "lea", partner: str = "alpine-web"
) -> Proposal:
    """A proposal that was sent."""
    actor = world.actor(by, partner)
    open_tender(tender=tender, by=actor)
    draft = save_proposal(tender=tender, by=actor, text="A shop in four weeks.", price_from=3000)
    return send_proposal(proposal=draft, by=actor, duty_accepted=True)


def questioned(world: World, proposal: Proposal, *, by: str = "lea") -> None:
    question = ask(proposal=proposal, text="Is training included?")
    answer(question=question, by=world.actor(by, "alpine-web"), text="Yes, half a day.")


def letters(kind: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=f"tenders.{kind}").order_by("pk"))


def read(mail: OutgoingMail) -> Rendered | None:
    """The mail as its reader gets it; None when it is no longer true."""
    return write(mail.kind, mail.context | mail.secrets, language=mail.language, name=mail.name)


def links_in(mail: OutgoingMail) -> list[str]:
    """The paths of the portal's links in it, the first first."""
    rendered = read(mail)
    assert rendered is not None
    return [
        urlsplit(url).path for url in re.findall(r"https?://\S+/tenders/link/\S+", rendered.text)
    ]


def arrive(browser: Client, tender: Tender, purpose: LinkPurpose) -> HttpResponse:
    """The browser opens the mailed link, and follows where it leads."""
    token = tender.links.get(purpose=purpose).token
    return browser.get(f"/en/tenders/link/{token}/", follow=True)


def page(tender: Tender, rest: str = "") -> str:
    return f"/en/tenders/mine/{tender.public_id}/{rest}"


def text_of(response: HttpResponse) -> str:
    return response.content.decode()
