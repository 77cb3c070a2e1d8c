"""Every URL × person × state of the partnership × method, and every mail of the way there.

Status codes are not enough: every text of a tenant holds a canary word, and no answer may hold
one that its reader may not know. The expected answers come from the written table (`section6`,
`expected`), not from the code under test.
"""

from contextlib import nullcontext

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from access.letters import write
from access.models import OutgoingMail
from tests.matrix.asking import (
    NOBODY,
    canaries_in,
    is_turn,
    pages,
    status_of,
    writing_only,
    wrong_canaries,
)
from tests.matrix.cast import (
    CLIENT,
    PARTNER,
    PEOPLE,
    PERSONAS,
    STATES,
    Cast,
    Situation,
    build,
    inside,
    texts_of_organisation,
    word,
)
from tests.matrix.expected import answer, canaries
from tests.matrix.money import fund
from tests.matrix.rows import ROWS
from tests.world import World

pytestmark = pytest.mark.django_db
REFUSALS = (403, 404, 405, "login")
BEFORE = {
    "refused": "invited full",
    "withdrawn": "invited full",
    "expired": "invited full",
    "end date passed": "active full, client pays",
    "ended": "active full, client pays",
}
"""What was true when the mails of a state were written."""


@pytest.mark.parametrize("state", STATES)
def test_everybody_everywhere(world: World, state: str) -> None:
    OutgoingMail.objects.all().delete()
    cast = build(world, state)
    fund(world, cast, state)
    wrong = faults_of_mails(state)
    for persona in PERSONAS:
        browser = cast.browser(persona)
        wrong += faults_of_pages(cast, browser, persona, state)
        wrong += faults_of_links(cast, browser, persona, state)
        wrong += faults_of_posts(cast, browser, persona, state)
    assert wrong == []


def faults_of_pages(cast: Cast, browser: Client, persona: str, state: str) -> list[str]:
    """What the pages in the two organisations answer wrongly."""
    wrong = []
    for name, slug, key, path in pages(cast):
        if not is_turn(persona, slug, name, key, state):
            continue
        with writing_only():
            response = browser.get(path)
        expected = answer(persona, slug, name, state, key=key, method="GET")
        if (found := status_of(response)) != expected:
            wrong.append(f"{persona}: {path} ({name}) answers {found}, not {expected}")
        if leaked := wrong_canaries(response, persona, state, slug):
            wrong.append(f"{persona}: {path} ({name}, {found}) shows {leaked}")
    return wrong


def faults_of_links(cast: Cast, browser: Client, persona: str, state: str) -> list[str]:
    """T2, T5: without the token, only who was written to reads it; others read nothing at all."""
    partnership, wrong = cast.partnership, []
    link = partnership.links.order_by("pk").last() if partnership else None
    paths = {
        "member_join": cast.invitations[CLIENT].public_id,
        "invitation": link.public_id if link else NOBODY,
        "request_answer": partnership.public_id if partnership else NOBODY,
        "request_refuse": partnership.public_id if partnership else NOBODY,
    }
    for name, key in paths.items():
        with writing_only():
            response = browser.get(reverse(name, args=[key]))
        expected = expected_of_link(name, persona, STATES[state])
        if (found := status_of(response)) != expected:
            wrong.append(f"{persona}: {name} answers {found}, not {expected}")
        if leaked := wrong_canaries(response, persona, state):
            wrong.append(f"{persona}: {name} shows {leaked}")
    return wrong


def expected_of_link(name: str, persona: str, facts: Situation) -> int | str:
    if name == "member_join":
        return 200 if persona == "invited" else 404
    if name != "invitation" and persona == "anonymous":
        return "login"
    asked = {"partner": "client boss", "client": "partner boss"}.get(facts.opened_by)
    if persona != asked or (name != "invitation" and facts.opened_by != "partner"):
        return 404
    return "moves on" if facts.waits and facts.opened_by == "client" else 200


def faults_of_posts(cast: Cast, browser: Client, persona: str, state: str) -> list[str]:
    """Each form and button: refused ones write nothing but a line of the log (T9), the allowed
    are not refused (and undone here)."""
    wrong = []
    for name, slug, key, path in pages(cast):
        expected = answer(persona, slug, name, state, key=key, method="POST")
        forms = "POST" in ROWS[name].methods
        if not forms or not is_turn(persona, slug, name, key, state, method="POST"):
            continue
        refused = expected in REFUSALS
        with transaction.atomic():
            with writing_only("access_act") if refused else nullcontext():
                response = browser.post(path)
            transaction.set_rollback(True)
        found = status_of(response)
        if (found != expected) if refused else (found in (*REFUSALS, 500)):
            wrong.append(f"{persona}: POST {path} ({name}) answers {found}, not {expected}")
        if leaked := wrong_canaries(response, persona, state, slug):
            wrong.append(f"{persona}: POST {path} ({name}, {found}) shows {leaked}")
    return wrong


def faults_of_mails(state: str) -> list[str]:
    """What was true when a mail was written may be over now, so a reader may know the canaries
    of the state before as well."""
    persona_at = {f"{word(persona, 'mail')}@x.example": persona for persona in PEOPLE}
    wrong = []
    for mail in OutgoingMail.objects.all():
        persona = persona_at.get(mail.address, "")  # the partner asked a stranger to join it
        known = canaries(persona, state) | canaries(persona, BEFORE.get(state, state))
        if not persona:
            known = texts_of_organisation(PARTNER) | {
                word("partner boss"),
                inside(PARTNER, "asked"),
            }
        text = str(mail.context)
        for language in ("en", "fr"):
            letter = write(mail.kind, mail.context | mail.secrets, language=language, name="")
            text += f"{letter.subject}\n{letter.text}\n{letter.html}" if letter else ""
        if leaked := canaries_in(text.replace(settings.BASE_URL, "")) - known:
            wrong.append(f"{mail.kind} to {persona} shows {leaked}")
    return wrong
