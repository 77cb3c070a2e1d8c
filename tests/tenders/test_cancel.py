"""Cancelling acts at once, everywhere, and for this tender only (T5, T25, T26)."""

import pytest
from django.test import Client

from access.models import OutgoingMail
from tenders.errors import TenderOver
from tenders.models import Tender
from tenders.rules import LinkPurpose
from tenders.services.asking import ask
from tenders.services.closing import cancel, cap, hide, prolong, show
from tenders.services.opening import open_tender
from tenders.services.spreading import spread
from tests.tenders.requesting import (
    NORA,
    arrive,
    letters,
    links_in,
    opened,
    page,
    proposed,
    published,
    read,
    submitted,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def by_link(world: World, tender: Tender) -> Client:
    browser = world.client()
    arrive(browser, tender, LinkPurpose.CANCEL)
    return browser


def wishing(world: World) -> None:
    """Alpine Web wants mails about the tenders of these tests (T2)."""
    from tenders.models import TenderPreference

    wish = TenderPreference.objects.create(
        partner=world.partner("alpine-web"),
        languages=["en"],
        address="lea@alpineweb.example",
        mail_language="en",
    )
    wish.categories.set([world.category("web-domains")])


def test_the_mailed_link_opens_one_button(world: World) -> None:
    """T26: GET and HEAD, as mail scanners send them, change nothing; POST cancels."""
    tender = published(world)
    (published_mail,) = letters("published")
    browser = world.client()
    link = links_in(published_mail)[1]
    for method in (browser.get, browser.head):
        assert method(link, follow=True).status_code == 200
        assert method(page(tender, "cancel/")).status_code == 200
    assert Tender.objects.get().state == "open"
    answer = browser.post(page(tender, "cancel/"), follow=True)
    assert "Your tender is cancelled" in text_of(answer)
    assert Tender.objects.get().state == "cancelled"
    assert Tender.objects.get().closed_at is not None


def test_it_works_for_that_tender_only(world: World) -> None:
    """T26"""
    mine = published(world)
    other = published(world, title="Another one", contact_email="o@o.example")
    browser = by_link(world, mine)
    assert browser.post(page(other, "cancel/")).status_code == 404
    assert set(Tender.objects.values_list("state", flat=True)) == {"open"}


def test_no_link_no_button(world: World) -> None:
    """T26: neither a guess nor another site's form."""
    tender = published(world)
    assert world.client().post(page(tender, "cancel/")).status_code == 404
    assert world.client("hugo").post(page(tender, "cancel/")).status_code == 404
    strict = Client(enforce_csrf_checks=True)
    arrive(strict, tender, LinkPurpose.CANCEL)
    assert strict.post(page(tender, "cancel/")).status_code == 403
    assert Tender.objects.get().state == "open"


def test_gone_for_every_partner_at_once(world: World) -> None:
    """T5, T25: for who had it open, too."""
    tender = published(world)
    opened(world, tender)
    lea = world.actor("lea", "alpine-web")
    assert tender in Tender.objects.visible_to(lea)
    by_link(world, tender).post(page(tender, "cancel/"))
    assert tender not in Tender.objects.visible_to(lea)
    with pytest.raises(TenderOver):
        open_tender(tender=tender, by=world.actor("remi", "rhone-digital"))


def test_no_further_mail_leaves(world: World) -> None:
    """T5: what waits in the outbox dies by its letter."""
    wishing(world)
    tender = published(world)
    assert spread(tender=tender) == 1
    (mail,) = letters("extract")
    assert read(mail) is not None
    cancel(tender=tender)
    assert read(mail) is None
    assert read(letters("published")[0]) is None
    assert spread(tender=tender) == 0


def test_not_even_when_it_was_not_told_yet(world: World) -> None:
    wishing(world)
    tender = published(world)
    cancel(tender=tender)
    assert spread(tender=tender) == 0
    assert not letters("extract")


def test_openers_and_the_requester_are_told(world: World) -> None:
    tender = published(world)
    opened(world, tender, by="remi", partner="rhone-digital")
    proposed(world, tender)
    text = text_of(by_link(world, tender).get(page(tender, "cancel/")))
    assert "2 partners that have seen your contact details" in text
    cancel(tender=tender)
    assert len(letters("cancelled_partner")) == 2
    assert [mail.address for mail in letters("cancelled")] == [NORA]
    assert "they are" not in read(letters("cancelled")[0]).text
    assert "told that it is over" in " ".join(read(letters("cancelled")[0]).text.split())


def test_twice_is_once(world: World) -> None:
    tender = published(world)
    opened(world, tender)
    browser = by_link(world, tender)
    for _time in range(2):
        answer = browser.post(page(tender, "cancel/"), follow=True)
    assert "was cancelled" in text_of(answer)
    assert len(letters("cancelled")) == len(letters("cancelled_partner")) == 1


def test_what_is_cancelled_stays_so(world: World) -> None:
    tender = published(world)
    proposal = proposed(world, tender)
    cancel(tender=tender)
    for verb in (prolong, cancel):
        with pytest.raises(TenderOver):
            verb(tender=tender)
    with pytest.raises(TenderOver):
        cap(tender=tender, most=5)
    with pytest.raises(TenderOver):
        ask(proposal=proposal, text="Still there?")
    with pytest.raises(TenderOver):
        show(tender=tender, by=None)


def test_one_that_waits_for_its_address_is_cancelled_too(world: World) -> None:
    tender = submitted(world, person=world.person("gina"))
    world.client("gina").post(page(tender, "cancel/"))
    assert Tender.objects.get().state == "cancelled"
    assert read(letters("confirm")[0]) is None


# ---- Hidden by staff -------------------------------------------------------------------------


def test_staff_hide_one_with_a_reason_that_its_requester_reads(world: World) -> None:
    """T6"""
    wishing(world)
    tender = published(world)
    spread(tender=tender)
    hide(tender=tender, by=world.person("staff"), reason="This is an advertisement.")
    assert tender not in Tender.objects.visible_to(world.actor("lea", "alpine-web"))
    assert read(letters("extract")[0]) is None
    (told,) = letters("hidden")
    assert "This is an advertisement." in read(told).text
    answer = arrive(world.client(), tender, LinkPurpose.PRIVATE)
    assert "This is an advertisement." in text_of(answer)
    with pytest.raises(TenderOver):
        prolong(tender=tender)


def test_staff_show_it_again(world: World) -> None:
    tender = published(world)
    hide(tender=tender, by=None, reason="A mistake.")
    show(tender=tender, by=None)
    tender.refresh_from_db()
    assert (tender.state, tender.hidden_reason, tender.closed_at) == ("open", "", None)
    assert tender in Tender.objects.visible_to(world.actor("lea", "alpine-web"))
    assert read(letters("hidden")[0]) is None
    assert read(letters("shown")[0]) is not None


def test_hiding_what_nobody_confirmed_keeps_it_from_being_published(world: World) -> None:
    from tenders.services.submitting import confirm

    tender = submitted(world)
    hide(tender=tender, by=None, reason="Spam.")
    with pytest.raises(TenderOver):
        confirm(link=tender.links.get())
    show(tender=tender, by=None)
    tender.refresh_from_db()
    assert (tender.state, tender.published_at) == ("unconfirmed", None)
    assert OutgoingMail.objects.filter(kind="tenders.shown").count() == 1
