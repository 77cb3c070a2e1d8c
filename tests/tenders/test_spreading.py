"""Telling partners (T2): one statement, once each, without a contact word (T23, T24)."""

import re

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from access.mail import send_due_mail
from access.models import OutgoingMail
from partners.services.programme import suspend
from portal.celery import app
from tenders.models import Tender, TenderPreference
from tenders.services.asking import ask
from tenders.services.choosing import choose
from tenders.services.closing import cancel, hide
from tenders.services.preferences import set_preference
from tenders.services.spreading import spread
from tenders.tasks import tell_partners
from tests.racing import at_once, unlocked
from tests.tenders.requesting import letters, opened, proposed, published, read, submitted
from tests.tenders.test_matching import ALPINE, wish
from tests.world import World

CANARY = {
    "contact_name": "Nora Kanarienvogel",
    "contact_email": "kanarie@vogelnest.example",
    "contact_phone": "+41 79 765 43 21",
    "company": "Vogelnest GmbH",
    "title": "Shop for Vogelnest, call 079 765 43 21",
    "need": "Write to kanarie@vogelnest.example or ask Frau Kanarienvogel.\nBudget CHF 5'000.",
    "place": "Kanarienstrasse 7, Vogelnest",
}
WORDS = ("kanarie", "vogelnest", "765 43 21", "7654321", r"\bnora\b")


def canaries_in(*texts: str) -> list[str]:
    seen = "\n".join(texts).lower()
    return [word for word in WORDS if re.search(word, seen)]


def many_wishes(world: World, count: int) -> None:
    for number, partner in enumerate(world.add_partners(count)):
        preference = TenderPreference.objects.create(
            partner=partner,
            languages=["en"],
            address=f"tenders-{number}@partner.example",
            mail_language="de",
        )
        preference.categories.add(world.category("web-domains"))


def test_a_partner_that_wants_it_gets_a_mail(world: World) -> None:
    wish(world, mail_language="fr")
    tender = published(world)
    assert spread(tender=tender) == 1
    [mail] = letters("extract")
    pk = world.partner(ALPINE).pk
    assert mail.event == f"tender:{tender.public_id}:{pk}"
    assert (mail.address, mail.name) == ("tenders@alpine-web.example", "Alpine Web Sàrl")
    assert (mail.language, mail.context) == ("fr", {"tender": tender.pk, "partner": pk})
    assert (mail.state, mail.attempts, mail.secrets) == ("queued", 0, {})
    tender.refresh_from_db()
    assert tender.told == 1
    assert tender.told_at is not None


def test_a_row_is_as_queue_mail_writes_it(world: World) -> None:
    """The statement fills every column of the outbox as the model does."""
    wish(world)
    spread(tender=published(world))
    [mail] = letters("extract")
    twin = OutgoingMail(event="x", kind="x", address="x@x.example", language="en")
    for field in ("secrets", "state", "attempts", "sent_at", "last_error"):
        assert getattr(mail, field) == getattr(twin, field), field
    assert abs((mail.created_at - mail.next_attempt_at).total_seconds()) < 1
    assert mail.message_id.partition("@")[2] == twin.message_id.partition("@")[2]
    mail.full_clean()


def test_once_however_often_it_is_tried(world: World) -> None:
    """T23: neither a retry nor a lost note of it tells anybody twice."""
    wish(world)
    tender = published(world)
    assert [spread(tender=tender), spread(tender=tender), tell_partners()] == [1, 0, 0]
    Tender.objects.update(told_at=None)
    assert spread(tender=tender) == 0
    assert len(letters("extract")) == 1


@pytest.mark.parametrize("count", [3, 30])
def test_one_statement_however_many_partners(world: World, count: int) -> None:
    tender = published(world)
    many_wishes(world, count)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert spread(tender=tender) == count
    inserts = [query for query in queries if "INSERT INTO" in query["sql"]]
    assert len(inserts) == 1
    assert len(queries) <= 6
    assert len({mail.message_id for mail in letters("extract")}) == count


def test_nothing_before_the_address_is_confirmed(world: World) -> None:
    """T1, T23"""
    wish(world)
    tender = submitted(world)
    assert spread(tender=tender) == 0
    assert tell_partners() == 0
    assert letters("extract") == []


def test_publishing_writes_none_but_wakes_the_task(
    world: World, django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request answers at once; the schedule would find it, too."""
    wish(world)
    woken: list[str] = []
    monkeypatch.setattr("access.mail._waker", lambda task: woken.append(task))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        published(world)
    assert letters("extract") == []
    assert "tenders.tell_partners" in woken
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "tenders.tell_partners" in scheduled
    assert tell_partners() == 1
    assert len(letters("extract")) == 1


def test_an_address_that_no_header_holds_keeps_nobody_else_waiting(world: World) -> None:
    wish(world)
    wish(world, "rhone-digital", "remi")
    TenderPreference.objects.filter(partner=world.partner(ALPINE)).update(address="a,b@x.example")
    assert spread(tender=published(world)) == 1
    assert [mail.address for mail in letters("extract")] == ["tenders@rhone-digital.example"]


# ---- The letter ---------------------------------------------------------------------------------


def test_the_letter_is_an_extract_without_a_contact_word(world: World) -> None:
    """T24: canaries in every contact field, also typed into title, need and place."""
    wish(world)
    tender = published(world, **CANARY)
    assert canaries_in(tender.extract_title, tender.extract) == []
    spread(tender=tender)
    [mail] = letters("extract")
    rendered = read(mail)
    assert rendered is not None
    assert canaries_in(rendered.subject, rendered.text, rendered.html, str(mail.context)) == []
    assert "CHF 5'000" in rendered.text
    assert f"/o/{ALPINE}/reseller/tenders/{tender.public_id}/" in rendered.text


def test_no_letter_to_partners_holds_a_contact_word(world: World) -> None:
    """T24, T25"""
    wish(world)
    wish(world, "rhone-digital", "remi")
    first, second = published(world, **CANARY), published(world, **CANARY | {"need": "Other."})
    for tender in (first, second):
        spread(tender=tender)
    opened(world, first)
    won, lost = proposed(world, second), proposed(world, second, by="remi", partner="rhone-digital")
    ask(proposal=lost, text="Is it quick?")
    question = letters("asked")
    assert [read(mail) is not None for mail in question] == [True]
    cancel(tender=first)
    choose(proposal=won, person=None)
    kinds = ("extract", "asked", "cancelled_partner", "chosen", "lost")
    written = [(kind, read(mail)) for kind in kinds for mail in letters(kind)]
    assert {kind for kind, letter in written if letter} >= {"cancelled_partner", "chosen", "lost"}
    for kind, letter in written:
        if letter is not None:
            assert canaries_in(letter.subject, letter.text, letter.html) == [], kind


@pytest.mark.parametrize("end", ["cancelled", "expired", "hidden", "suspended", "paused"])
def test_an_unsent_letter_never_leaves_once_it_is_untrue(world: World, end: str) -> None:
    """T5, T25, P5: what was queued before is not sent after."""
    wish(world)
    tender = published(world)
    spread(tender=tender)
    [mail] = letters("extract")
    assert read(mail) is not None
    if end == "cancelled":
        cancel(tender=tender)
    elif end == "expired":
        Tender.objects.update(expires_at=F("published_at"))
    elif end == "hidden":
        hide(tender=tender, by=None, reason="Spam")
    elif end == "suspended":
        suspend(partner=world.partner(ALPINE), by=None, reason="")
    else:
        wish(world, wanted=False)
    assert read(mail) is None


# ---- Races --------------------------------------------------------------------------------------


def test_twenty_workers_tell_once(live_world: World) -> None:
    world = live_world
    many_wishes(world, 5)
    tender = published(world)
    assert at_once(*[lambda: spread(tender=tender)] * 20) == {"done": 20}
    assert len(letters("extract")) == 5
    tender.refresh_from_db()
    assert tender.told == 5


def test_twenty_workers_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unique event still holds, but the note of how many were told is wrong."""
    world = live_world
    many_wishes(world, 5)
    tender = published(world)
    found = unlocked(
        monkeypatch,
        lambda: spread(tender=tender),
        lambda: spread(tender=tender),
        at="tenders.services.spreading._write",
    )
    assert found == ["done", "done"]
    assert len(letters("extract")) == 5
    tender.refresh_from_db()
    assert tender.told == 0


def test_told_while_it_is_cancelled(live_world: World) -> None:
    """T25: whichever is first, no mail leaves after the cancelling."""
    world = live_world
    many_wishes(world, 5)
    tender = published(world)
    found = at_once(*[lambda: spread(tender=tender)] * 10, *[lambda: cancel(tender=tender)] * 10)
    assert found["done"] == 11
    for mail in letters("extract"):
        assert read(mail) is None
    OutgoingMail.objects.exclude(kind="tenders.extract").delete()
    send_due_mail()
    assert not OutgoingMail.objects.filter(kind="tenders.extract", state="sent").exists()


def test_a_partner_that_chose_nothing_is_reached_at_its_contact_address(world: World) -> None:
    """Other letters than the extract need no wish."""
    tender = published(world)
    opened(world, tender)
    cancel(tender=tender)
    [mail] = letters("cancelled_partner")
    partner = world.partner(ALPINE)
    assert mail.address == (partner.contact_email or world.person("lea").email)
    set_preference(
        by=world.actor("lea", ALPINE),
        categories=[],
        languages=[],
        address="desk@alpineweb.example",
        mail_language="it",
        wanted=False,
    )
    other = published(world, title="Another shop")
    opened(world, other)
    cancel(tender=other)
    assert (
        letters("cancelled_partner")[-1].address,
        letters("cancelled_partner")[-1].language,
    ) == (
        "desk@alpineweb.example",
        "it",
    )
