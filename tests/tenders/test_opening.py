"""Showing the contact details (T3, T24): recorded, told, capped, and never after the end (T25)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.urls import reverse

from access.errors import ActForbidden
from access.policy import Actor, as_member
from partners.models import Partner
from partners.services.programme import suspend
from tenders.errors import CapReached, PartnerSuspended, TenderOver
from tenders.models import Opening, Tender
from tenders.services.choosing import choose
from tenders.services.closing import cancel, erase_contacts, hide
from tenders.services.opening import open_tender
from tests.journey import logged
from tests.racing import at_once, unlocked
from tests.tenders.requesting import letters, opened, proposed, published, read, submitted
from tests.tenders.test_matching import ALPINE
from tests.tenders.test_spreading import CANARY, canaries_in
from tests.world import World

RHONE = "rhone-digital"


def url(tender: Tender, slug: str = ALPINE, name: str = "tender") -> str:
    return reverse(name, args=[slug, tender.public_id])


def shown(world: World, tender: Tender, name: str = "lea", slug: str = ALPINE) -> Any:
    return world.client(name).get(url(tender, slug))


# ---- The page -----------------------------------------------------------------------------------


def test_an_extract_until_it_is_opened_and_the_whole_after(world: World) -> None:
    """T3, T24"""
    tender = published(world, **CANARY)
    browser = world.client("lea")
    page = browser.get(url(tender))
    assert page.status_code == 200
    assert canaries_in(page.content.decode()) == []
    assert "The requester is told at once" in page.content.decode()
    answer = browser.post(url(tender, name="tender_open"), follow=True)
    assert answer.redirect_chain == [(url(tender), 302)]
    for word in (
        "Kanarienvogel",
        "kanarie@vogelnest.example",
        "+41 79 765 43 21",
        "Vogelnest GmbH",
    ):
        assert word in answer.content.decode(), word
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_an_opening_is_recorded_told_and_stands_in_the_log(world: World) -> None:
    """T3, T24, A2"""
    tender = published(world, **CANARY)
    opening = open_tender(tender=tender, by=world.actor("adam", ALPINE))
    assert (opening.partner, opening.opened_by) == (world.partner(ALPINE), world.person("adam"))
    tender.refresh_from_db()
    assert tender.openers == 1
    [mail] = letters("opened")
    assert mail.event == f"tender.opened:{opening.pk}"
    assert (mail.address, mail.context) == (
        CANARY["contact_email"],
        {"tender": tender.pk, "opening": opening.pk},
    )
    assert read(mail) is not None
    [line] = world.organisation(ALPINE).acts.filter(act="tender.open")
    assert canaries_in(line.object_name) == [], "a log stays for ever"
    assert line.object_id == tender.public_id


def test_opening_it_again_is_the_first_opening(world: World) -> None:
    tender = published(world)
    first = open_tender(tender=tender, by=world.actor("lea", ALPINE))
    assert open_tender(tender=tender, by=world.actor("adam", ALPINE)) == first
    assert len(letters("opened")) == 1
    assert logged(ALPINE).count("tender.open") == 1


def test_looking_opens_nothing(world: World) -> None:
    """GET never writes; the button is a POST."""
    tender = published(world)
    browser = world.client("lea")
    assert browser.get(url(tender, name="tender_open")).status_code == 405
    browser.get(url(tender))
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("name", "slug", "page", "button"),
    [
        ("lea", ALPINE, 200, 302),
        ("adam", ALPINE, 200, 302),
        ("cora", ALPINE, 403, 403),
        ("remi", ALPINE, 404, 404),
        ("bruno", "boulangerie-du-lac", 404, 404),
        ("nina", "nova-hosting", 404, 404),
    ],
)
def test_who_may_look_and_open(world: World, name: str, slug: str, page: int, button: int) -> None:
    """Section 6; T24: only people of a partner."""
    tender = published(world)
    browser = world.client(name)
    assert browser.get(url(tender, slug)).status_code == page
    assert browser.post(url(tender, slug, "tender_open")).status_code == button
    assert Opening.objects.exists() == (button == 302)


def test_a_refused_try_stands_in_the_log(world: World) -> None:
    """T9, A2"""
    tender = published(world)
    world.client("cora").post(url(tender, name="tender_open"))
    [line] = world.organisation(ALPINE).acts.filter(allowed=False)
    assert (line.act, line.person) == ("reseller.open_tender", world.person("cora"))


def test_the_service_asks_the_table(world: World) -> None:
    with pytest.raises(ActForbidden):
        open_tender(tender=published(world), by=world.actor("cora", ALPINE))


def test_an_unknown_tender_and_an_unconfirmed_one_answer_alike(world: World) -> None:
    """T43"""
    tender = submitted(world)
    unknown = Tender(public_id="abcdefghjkmnpqrs")
    answers = [shown(world, one) for one in (tender, unknown)]
    assert [answer.status_code for answer in answers] == [404, 404]


# ---- The cap ------------------------------------------------------------------------------------


def test_the_cap(world: World) -> None:
    """T3: as many as the requester allows, and who opened it before stays."""
    tender = published(world, most_openers=1)
    opened(world, tender)
    with pytest.raises(CapReached):
        opened(world, tender, by="remi", partner=RHONE)
    opened(world, tender)
    page = shown(world, tender, "remi", RHONE).content.decode()
    assert "Show contact details" not in page
    assert "As many partners as the requester allows" in page


# ---- The end ------------------------------------------------------------------------------------


def end(tender: Tender, how: str) -> None:
    if how == "cancelled":
        cancel(tender=tender)
    elif how == "hidden":
        hide(tender=tender, by=None, reason="Spam")
    else:  # its time has passed, and no job has come by
        Tender.objects.filter(pk=tender.pk).update(expires_at=F("published_at"))


@pytest.mark.parametrize("how", ["cancelled", "expired", "hidden"])
def test_gone_at_once_for_those_who_did_not_answer(world: World, how: str) -> None:
    """T25: a tab that is still open, the mail's link and the button answer 404, as for a tender
    that never was."""
    tender = published(world, **CANARY)
    opened(world, tender)
    browser = world.client("lea")
    assert canaries_in(browser.get(url(tender)).content.decode())
    end(tender, how)
    for answer in (browser.get(url(tender)), browser.post(url(tender, name="tender_open"))):
        assert answer.status_code == 404
        assert canaries_in(answer.content.decode()) == []
    with pytest.raises(TenderOver):
        open_tender(tender=tender, by=world.actor("lea", ALPINE))


@pytest.mark.parametrize("how", ["cancelled", "expired", "hidden"])
def test_a_closed_page_without_contacts_for_who_answered(world: World, how: str) -> None:
    """T25: its own proposal stays, the contact details do not."""
    tender = published(world, **CANARY)
    proposal = proposed(world, tender)
    end(tender, how)
    page = shown(world, tender)
    assert page.status_code == 200
    assert canaries_in(page.content.decode()) == []
    assert proposal.text in page.content.decode()
    assert "Show contact details" not in page.content.decode()


def test_the_winner_keeps_the_contacts_until_they_are_erased(world: World) -> None:
    """T4, T25"""
    tender = published(world, **CANARY)
    won = proposed(world, tender)
    proposed(world, tender, by="remi", partner=RHONE)
    choose(proposal=won, person=None)
    assert "kanarie@vogelnest.example" in shown(world, tender).content.decode()
    assert canaries_in(shown(world, tender, "remi", RHONE).content.decode()) == []
    Tender.objects.update(closed_at=F("closed_at") - timedelta(days=400))
    erase_contacts(tender=tender)
    assert canaries_in(shown(world, tender).content.decode()) == []


# ---- Suspended partners -------------------------------------------------------------------------


def test_a_suspended_partner_opens_nothing_and_sees_its_own(world: World) -> None:
    """P5, T45"""
    other, answered = published(world, **CANARY), published(world, **CANARY | {"need": "More."})
    opened(world, other)
    proposal = proposed(world, answered)
    suspend(partner=world.partner(ALPINE), by=None, reason="Unpaid")
    assert shown(world, other).status_code == 404
    page = shown(world, answered)
    assert page.status_code == 200
    assert proposal.text in page.content.decode()
    assert canaries_in(page.content.decode()) == []
    with pytest.raises(PartnerSuspended):
        open_tender(tender=other, by=world.actor("lea", ALPINE))


# ---- Races --------------------------------------------------------------------------------------


def test_opened_while_cancelled(live_world: World) -> None:
    """T25, threats' list of races: nobody opens it after it was cancelled."""
    world = live_world
    tender, lea = published(world), world.actor("lea", ALPINE)
    calls = [
        lambda: open_tender(tender=tender, by=lea),
        lambda: cancel(tender=tender),
    ]
    found = at_once(*calls * 10)
    assert found["done"] + found["TenderOver"] == 20
    assert Opening.objects.count() <= 1
    opening = Opening.objects.first()
    tender.refresh_from_db()
    if opening is not None:
        assert tender.closed_at is not None
        assert opening.opened_at <= tender.closed_at
    told = len(letters("cancelled_partner"))
    assert told == Opening.objects.count(), "who opened it before is told"


def test_opened_while_cancelled_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is opened after the end, and nobody tells the partner that it is over."""
    world = live_world
    tender, lea = published(world), world.actor("lea", ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: open_tender(tender=tender, by=lea),
        lambda: cancel(tender=tender),
        at="tenders.services.opening._keep",
    )
    assert found == ["done", "done"]
    tender.refresh_from_db()
    assert Opening.objects.get().opened_at > tender.closed_at
    assert letters("cancelled_partner") == []


def test_the_cap_reached_by_two_at_once(live_world: World) -> None:
    """T3: twenty partners, one place."""
    world = live_world
    tender = published(world, most_openers=1)
    partners = world.add_partners(20)
    actors = [_boss(partner) for partner in partners]
    found = at_once(*[lambda actor=actor: open_tender(tender=tender, by=actor) for actor in actors])
    assert found == {"done": 1, "CapReached": 19}
    tender.refresh_from_db()
    assert (tender.openers, Opening.objects.count()) == (1, 1)


def test_the_cap_reached_by_two_at_once_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constraint still holds, but nobody is told in words."""
    world = live_world
    tender = published(world, most_openers=1)
    one, other = (_boss(partner) for partner in world.add_partners(2))
    found = unlocked(
        monkeypatch,
        lambda: open_tender(tender=tender, by=one),
        lambda: open_tender(tender=tender, by=other),
        at="tenders.services.opening._keep",
    )
    assert found == ["IntegrityError", "done"]


def test_one_partner_twenty_times_at_once(live_world: World) -> None:
    """T24: one opening, one letter, one line."""
    world = live_world
    tender, lea = published(world), world.actor("lea", ALPINE)
    assert at_once(*[lambda: open_tender(tender=tender, by=lea)] * 20) == {"done": 20}
    assert (Opening.objects.count(), len(letters("opened"))) == (1, 1)
    assert logged(ALPINE).count("tender.open") == 1


def _boss(partner: Partner) -> Actor:
    person = partner.organisation.memberships.get().user
    return as_member(person, partner.organisation)
