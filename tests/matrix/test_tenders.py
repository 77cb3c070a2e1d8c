"""Every page of a tender × person × stage: answers, words, and what is written (T23-T26)."""

import os
from collections.abc import Iterator
from zlib import crc32

import pytest
from django.test import Client
from django.urls import reverse

from access.letters import write
from access.models import OutgoingMail
from tenders.rules import BoardTab, LinkPurpose
from tenders.services.preferences import set_preference
from tenders.services.spreading import spread
from tests.matrix.asking import NOBODY, status_of, text_of, writing_only
from tests.matrix.cast import PARTNER, PERSONAS, RIVAL, SECOND, Cast, build
from tests.matrix.tendering import (
    CONTACT,
    NEED,
    REFUSED,
    REQUESTER,
    RESELLER,
    STAGES,
    Affair,
    Stage,
    make,
    of_partner,
    of_requester,
    words_in,
    words_known,
)
from tests.matrix.test_foreign_ids import same_answer
from tests.world import World

pytestmark = pytest.mark.django_db
STATE = "active full, client pays"
SLUGS = (PARTNER, SECOND, RIVAL)


def pages_of_partners(affair: Affair) -> Iterator[tuple[str, str, str]]:
    """Name, organisation and path of each page of partners, with the affair's own objects."""
    for name, (_act, thing, _methods) in RESELLER.items():
        key = affair.tender.public_id if thing == "tender" else affair.keys.get(thing, NOBODY)
        for slug in SLUGS:
            yield name, slug, reverse(name, args=[slug, key])


def pages_of_requester(affair: Affair) -> Iterator[tuple[str, str]]:
    for name, (thing, _methods) in REQUESTER.items():
        more = [affair.keys.get(thing, NOBODY)] if thing else []
        yield name, reverse(name, args=[affair.tender.public_id, *more])


WATCHED = {"partner boss": PARTNER, "second boss": SECOND, "rival boss": RIVAL, "client boss": ""}


def is_turn(persona: str, path: str, name: str, method: str, stage: str) -> bool:
    """The pages of those who work on it are tried in every stage; of the other cells, in one of
    the stages with the same answer; in all of them with MATRIX=full."""
    slug = path.split("/")[2] if name in RESELLER else ""
    if os.environ.get("MATRIX") == "full" or WATCHED.get(persona) == slug:
        return True

    def said(facts: Stage) -> int | str:
        if name in RESELLER:
            return of_partner(persona, slug, name, method, facts)
        return of_requester(persona, name, method, facts)

    alike = [each for each, facts in STAGES.items() if said(facts) == said(STAGES[stage])]
    turn = crc32(f"{persona} {slug} {name} {method}".encode())
    return (alike.index(stage) + turn) % len(alike) == 0


def faults(browser: Client, persona: str, stage: str, affair: Affair) -> list[str]:
    """What the pages answer, show or write wrongly."""
    facts, wrong = STAGES[stage], []
    tried = [
        (path, name, {how: of_partner(persona, slug, name, how, facts) for how in ("GET", "POST")})
        for name, slug, path in pages_of_partners(affair)
    ] + [
        (path, name, {how: of_requester(persona, name, how, facts) for how in ("GET", "POST")})
        for name, path in pages_of_requester(affair)
    ]
    for path, name, expected in tried:
        for method in ("GET", "POST"):
            if method == "POST" and expected[method] not in REFUSED:
                continue
            if not is_turn(persona, path, name, method, stage):
                continue
            with writing_only(*(["access_act"] if method == "POST" else [])):
                response = browser.generic(method, path)
            if (found := status_of(response)) != expected[method]:
                wrong.append(
                    f"{persona}: {method} {path} ({name}) answers {found}, not {expected[method]}"
                )
            if leaked := words_in(text_of(response)) - words_known(persona, facts):
                wrong.append(f"{persona}: {method} {path} ({name}) shows {leaked}")
    return wrong


def faults_of_lists(browser: Client, persona: str, stage: str) -> list[str]:
    """The boards and their search, the start page and the log hold no word too many (T24)."""
    wrong = []
    board = reverse("tenders", args=[slug := WATCHED[persona]])
    paths = [f"{board}?tab={tab}" for tab in BoardTab.values]
    paths += [f"{board}?q=shop", reverse("home", args=[slug]), reverse("log", args=[slug])]
    for path in paths:
        with writing_only():
            text = text_of(browser.get(path))
        if leaked := words_in(text) - words_known(persona, STAGES[stage]):
            wrong.append(f"{persona}: {path} shows {leaked}")
    return wrong


@pytest.mark.parametrize("stage", STAGES)
def test_everybody_at_a_tender(world: World, stage: str) -> None:
    """T3, T4, T5, P5, T24, T26, T43"""
    cast, wrong = build(world, STATE), []
    affair = make(world, cast, stage)
    for persona in PERSONAS:
        browser = cast.browser(persona)
        wrong += faults(browser, persona, stage, affair)
        if WATCHED.get(persona):
            wrong += faults_of_lists(browser, persona, stage)
    assert wrong == []


def test_who_opened_it_reads_the_contact_and_no_longer(world: World) -> None:
    """T3, T5: the watch itself: the words are there, and gone with the next request."""
    cast = build(world, STATE)
    affair = make(world, cast, "sent")
    browser, path = (
        cast.browser("partner boss"),
        reverse("tender", args=[PARTNER, affair.tender.public_id]),
    )
    assert words_in(text_of(browser.get(path))) >= CONTACT | NEED
    cast.browser("client boss").post(reverse("tender_cancel", args=[affair.tender.public_id]))
    assert not words_in(text_of(browser.get(path))) & (CONTACT | NEED)


@pytest.mark.parametrize("purpose", LinkPurpose.values)
def test_a_link_opens_its_own_purpose(world: World, purpose: str) -> None:
    """T26: whoever holds a mailed link, without an account; HEAD changes nothing either."""
    cast = build(world, STATE)
    stage = "unconfirmed" if purpose == LinkPurpose.CONFIRM else "sent"
    tender = make(world, cast, stage).tender
    opens = {
        LinkPurpose.CONFIRM: {"tender_confirm"},
        LinkPurpose.PRIVATE: {"tender_mine", "tender_cap", "tender_cancel"},
        LinkPurpose.CANCEL: {"tender_cancel"},
    }[LinkPurpose(purpose)]
    browser = cast.browser("anonymous")
    with writing_only():
        browser.get(reverse("tender_link", args=[tender.links.get(purpose=purpose).token]))
    for name in ("tender_confirm", "tender_mine", "tender_cap", "tender_cancel"):
        for method in ("HEAD", "GET"):
            with writing_only():
                response = browser.generic(method, reverse(name, args=[tender.public_id]))
            assert (name, response.status_code) == (name, 200 if name in opens else 404)
    with writing_only():
        wrong = browser.get(reverse("tender_link", args=["0" * 64]))
    assert wrong.headers["Location"] == reverse("tender_gone")


def test_a_foreign_object_of_a_tender_answers_like_nothing(world: World) -> None:
    """T43: another partner with the partner's keys, and a stranger with the requester's."""
    cast = build(world, STATE)
    affair, wrong = make(world, cast, "sent"), []
    for name, (_act, thing, _methods) in RESELLER.items():
        if thing != "tender":
            for method in ("GET", "POST"):
                there = reverse(name, args=[RIVAL, affair.keys[thing]])
                nowhere = reverse(name, args=[RIVAL, NOBODY])
                wrong += same_answer(cast, "rival boss", method, there, nowhere)
    for persona in ("partner boss", "client admin", "staff"):
        for _name, there in pages_of_requester(affair):
            nowhere = there.replace(affair.tender.public_id, NOBODY)
            wrong += same_answer(cast, persona, "GET", there, nowhere)
            wrong += same_answer(cast, persona, "POST", there, nowhere)
    assert wrong == []


def _wish(world: World, cast: Cast) -> None:
    for persona in ("partner boss", "rival boss"):
        set_preference(
            by=cast.actor(persona),
            categories=[world.category("web-domains")],
            languages=["en"],
            address=cast.people[persona].email,
            mail_language="en",
        )


@pytest.mark.parametrize("stage", ["published", "sent", "cancelled", "time is over", "hidden"])
def test_no_mail_to_a_partner_holds_a_contact_word(world: World, stage: str) -> None:
    """T2, T5, T24: not even to one that opened it; and after the end no extract leaves."""
    cast = build(world, STATE)
    _wish(world, cast)
    tender = make(world, cast, "published").tender if stage == "published" else None
    tender = tender or make(world, cast, stage).tender
    spread(tender=tender)
    mails = OutgoingMail.objects.filter(kind__startswith="tenders.")
    for mail in mails.exclude(address="zqtmail@x.example"):
        letter = write(mail.kind, mail.context | mail.secrets, language="en", name="")
        text = f"{letter.subject}{letter.text}{letter.html}" if letter else ""
        assert not words_in(f"{mail.context}{text}") & CONTACT, mail.kind
    told = mails.filter(address__in=[cast.people["rival boss"].email])
    assert told.exists() == (stage in ("published", "sent"))
