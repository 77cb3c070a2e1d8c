"""The requester's way: the address confirmed by a button, the private page, and who reaches it
(T1, T3, T4, T26, T43)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from tenders.errors import LinkUsed, TenderOver
from tenders.models import Attachment, Proposal, Tender, TenderLink
from tenders.rules import LinkPurpose
from tenders.services import closing
from tenders.services.submitting import confirm
from tests.tenders.requesting import (
    NORA,
    arrive,
    letters,
    links_in,
    opened,
    page,
    proposed,
    published,
    questioned,
    read,
    send,
    submitted,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def another(world: World) -> Tender:
    return published(world, title="Another one", contact_email="o@o.example")


# ---- Confirming ------------------------------------------------------------------------------


def test_the_mailed_link_leads_to_one_button_that_publishes(world: World) -> None:
    """T1: looking publishes nothing; the button does, and partners are told from then on."""
    send(world.client(), world)
    (mail,) = letters("confirm")
    (link,) = links_in(mail)
    browser = world.client()
    for method in (browser.get, browser.head):
        asked = method(link)
        assert asked.headers["Referrer-Policy"] == "no-referrer"
    assert link.rpartition("/link/")[2] not in asked.url
    answer = browser.get(asked.url)
    assert "Yes, publish it" in text_of(answer)
    tender = Tender.objects.get()
    assert tender.state == "unconfirmed"
    answer = browser.post(asked.url)
    assert answer.url == page(tender)
    tender.refresh_from_db()
    assert (tender.state, tender.told_at) == ("open", None)
    assert (tender.expires_at - tender.published_at).days == settings.TENDER_DAYS
    assert tender.extract_title == "Online shop for a bakery"
    assert Tender.objects.to_tell().get() == tender
    assert browser.get(answer.url).status_code == 200


def test_the_published_mail_holds_the_page_and_the_cancel_link(world: World) -> None:
    """T5"""
    tender = published(world)
    (mail,) = letters("published")
    tokens = [path.split("/")[-2] for path in links_in(mail)]
    assert tokens == [tender.links.get(purpose=one).token for one in ("private", "cancel")]
    assert tokens[0] in read(mail).html
    assert tokens[1] in read(mail).html


def test_a_mail_tells_the_time_of_the_portals_clock(world: World) -> None:
    """As its page does: in TIME_ZONE, not in UTC."""
    published(world)
    Tender.objects.update(expires_at=datetime(2031, 1, 15, 23, 30, tzinfo=UTC))
    assert "16 January 2031, 00:30" in " ".join(read(letters("published")[0]).text.split())


def test_a_confirmation_works_once(world: World) -> None:
    """T26"""
    tender = published(world)
    link = tender.links.get(purpose="confirm")
    with pytest.raises(LinkUsed):
        confirm(link=link)
    browser = world.client()
    answer = arrive(browser, tender, LinkPurpose.CONFIRM)
    assert "nothing to confirm any more" in text_of(answer)
    assert browser.get(page(tender)).status_code == 404


def test_another_link_confirms_nothing(world: World) -> None:
    """T26: purpose-bound."""
    tender, waiting = published(world), submitted(world, title="Another one")
    for purpose in (LinkPurpose.PRIVATE, LinkPurpose.CANCEL):
        link = tender.links.get(purpose=purpose)
        with pytest.raises(LinkUsed):
            confirm(link=link)
        browser = world.client()
        arrive(browser, tender, purpose)
        for one in (tender, waiting):
            assert browser.post(f"/en/tenders/confirm/{one.public_id}/").status_code == 404


def test_nobody_confirms_after_the_time(world: World) -> None:
    waiting = submitted(world)
    Tender.objects.update(expires_at=timezone.now())
    with pytest.raises(TenderOver):
        confirm(link=waiting.links.get())
    browser = world.client()
    arrive(browser, waiting, LinkPurpose.CONFIRM)
    answer = browser.post(f"/en/tenders/confirm/{waiting.public_id}/", follow=True)
    assert "The time to confirm is over" in text_of(answer)


# ---- Links -----------------------------------------------------------------------------------


def test_tokens_are_in_no_table(world: World) -> None:
    """T4, T26: 256 bits, computed; the table holds a hash, the mails hold ids."""
    tender = published(world)
    tokens = [link.token for link in tender.links.all()]
    assert len(set(tokens)) == 3
    assert {len(token) for token in tokens} == {64}
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM tenders_tenderlink l")
        rows = str(cursor.fetchall())
        cursor.execute("SELECT row_to_json(m)::text FROM access_outgoingmail m")
        rows += str(cursor.fetchall())
    assert not [token for token in tokens if token in rows]


def test_a_token_needs_the_portals_key(world: World, settings: object) -> None:
    link = submitted(world).links.get()
    before = link.token
    settings.SECRET_KEY = "another" * 10
    assert link.token != before


def test_wrong_tokens_open_nothing(world: World) -> None:
    tender = published(world)
    link = tender.links.get(purpose="private")
    for wrong in ("0" * 64, link.public_id, link.token_hash, link.token[:-1], tender.public_id):
        answer = world.client().get(f"/en/tenders/link/{wrong}/", follow=True)
        assert answer.status_code == 404
        assert "This page does not open" in text_of(answer)


@pytest.mark.parametrize("rest", ["", "cancel/", "partners/", "proposals/x/ask/"])
def test_unknown_foreign_and_unshown_answer_alike(world: World, rest: str) -> None:
    """T43: not there, another's, and one's own without its link."""
    mine, other = (
        published(world),
        published(world, title="Another one", contact_email="o@o.example"),
    )
    browser = world.client()
    arrive(browser, mine, LinkPurpose.PRIVATE)
    answers = [browser.get(page(other, rest)), browser.get("/en/tenders/mine/nothing/" + rest)]
    answers.append(world.client().get(page(mine, rest)))
    assert {answer.status_code for answer in answers} == {404}
    texts = {text_of(one).replace(one.request["PATH_INFO"], "") for one in answers}
    assert not [text for text in texts if "Another one" in text or mine.title in text]


def test_the_cancel_link_opens_no_page(world: World) -> None:
    """T26"""
    tender = published(world)
    browser = world.client()
    arrive(browser, tender, LinkPurpose.CANCEL)
    assert browser.get(page(tender)).status_code == 404
    assert browser.get(page(tender, "cancel/")).status_code == 200


def test_who_is_signed_in_reaches_what_they_submitted(world: World) -> None:
    gina = world.person("gina")
    tender = published(world, person=gina)
    assert world.client("gina").get(page(tender)).status_code == 200
    assert world.client("hugo").get(page(tender)).status_code == 404


def test_a_verified_address_reaches_its_tender_and_another_does_not(world: World) -> None:
    """T26"""
    gina = world.person("gina")
    tender = published(world, contact_email=gina.email.upper())
    assert world.client("gina").get(page(tender)).status_code == 200
    gina.emailaddress_set.update(verified=False)
    assert world.client("gina").get(page(tender)).status_code == 404


def test_no_cache_keeps_the_page(world: World) -> None:
    """T41"""
    tender = published(world)
    browser = world.client()
    answer = arrive(browser, tender, LinkPurpose.PRIVATE)
    assert "no-store" in answer.headers["Cache-Control"]


# ---- What the page shows ---------------------------------------------------------------------


def test_who_opened_it_and_what_they_propose(world: World) -> None:
    """T3, T4"""
    tender = published(world)
    opened(world, tender, by="remi", partner="rhone-digital")
    questioned(world, proposed(world, tender))
    text = text_of(arrive(world.client(), tender, LinkPurpose.PRIVATE))
    for words in ("Rhône Digital", "Alpine Web", "A shop in four weeks.", "3,000", "half a day"):
        assert words in text
    kinds = ("opened", "proposal_received", "answered")
    assert {kind: {mail.address for mail in letters(kind)} for kind in kinds} == {
        kind: {NORA} for kind in kinds
    }
    assert all(tender.links.get(purpose="private").token in read(letters(k)[0]).text for k in kinds)


def test_a_draft_and_a_withdrawn_proposal_do_not_show(world: World) -> None:
    from tenders.services.proposing import save_proposal, withdraw_proposal

    tender = published(world)
    lea = world.actor("lea", "alpine-web")
    withdraw_proposal(proposal=proposed(world, tender), by=lea)
    save_proposal(tender=tender, by=lea, text="A canary of a draft")
    text = text_of(arrive(world.client(), tender, LinkPurpose.PRIVATE))
    assert "four weeks" not in text
    assert "canary" not in text
    assert read(letters("proposal_received")[0]) is None


def test_the_page_costs_the_same_for_one_proposal_and_for_three(
    world: World, django_assert_num_queries: object
) -> None:
    from django.test.utils import CaptureQueriesContext

    tender = published(world)
    browser = world.client()
    arrive(browser, tender, LinkPurpose.PRIVATE)
    counts = []
    for name, partner in (("lea", "alpine-web"), ("remi", "rhone-digital")):
        proposed(world, tender, by=name, partner=partner)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(page(tender))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_question_goes_to_the_partner(world: World) -> None:
    """T4"""
    tender = published(world)
    proposal = proposed(world, tender)
    browser = world.client()
    arrive(browser, tender, LinkPurpose.PRIVATE)
    url = page(tender, f"proposals/{proposal.public_id}/ask/")
    empty = browser.post(url, {"text": ""})
    assert empty.context["form"].errors["text"]
    answer = browser.post(url, {"text": "Is <b>training</b> included?"}, follow=True)
    assert "&lt;b&gt;training" in text_of(answer)
    assert len(letters("asked")) == 1


def test_proposals_of_another_tender_are_not_there(world: World) -> None:
    """T43"""
    mine, other = (
        published(world),
        published(world, title="Another one", contact_email="o@o.example"),
    )
    foreign = proposed(world, other)
    browser = world.client()
    arrive(browser, mine, LinkPurpose.PRIVATE)
    for rest in ("ask/", "choose/"):
        url = page(mine, f"proposals/{foreign.public_id}/{rest}")
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"text": "x"}).status_code == 404


# ---- Prolonging and capping ------------------------------------------------------------------


def test_prolonging_begins_the_time_anew(world: World) -> None:
    """T6"""
    tender = published(world)
    Tender.objects.update(expires_at=timezone.now())
    closing.expire(tender=tender)
    browser = world.client()
    text = text_of(arrive(browser, tender, LinkPurpose.PRIVATE))
    assert "Open the tender again" in text
    assert browser.get(page(tender, "prolong/")).status_code == 405
    browser.post(page(tender, "prolong/"))
    tender.refresh_from_db()
    assert (tender.state, tender.closed_at) == ("open", None)
    assert (tender.expires_at - timezone.now()).days == settings.TENDER_DAYS - 1


def test_the_cap_is_changed_but_not_below_who_has_seen_it(world: World) -> None:
    """T3"""
    tender = published(world)
    opened(world, tender)
    opened(world, tender, by="remi", partner="rhone-digital")
    browser = world.client()
    arrive(browser, tender, LinkPurpose.PRIVATE)
    answer = browser.post(page(tender, "partners/"), {"most": "1"})
    assert "2 partners have opened it" in answer.context["form"].errors["most"][0]
    browser.post(page(tender, "partners/"), {"most": "2"})
    assert Tender.objects.get().most_openers == 2
    browser.post(page(tender, "partners/"), {"most": ""})
    assert Tender.objects.get().most_openers is None


def test_a_link_leads_nowhere_once_everything_is_erased(world: World) -> None:
    """T25"""
    tender = published(world)
    token = tender.links.get(purpose="private").token
    TenderLink.objects.all().delete()
    assert world.client().get(f"/en/tenders/link/{token}/", follow=True).status_code == 404


# ---- Files -----------------------------------------------------------------------------------


@pytest.fixture
def plan(world: World, settings: object, tmp_path: Path) -> Attachment:
    """A PDF with a proposal that was sent."""
    settings.MEDIA_ROOT = tmp_path
    proposal = proposed(world, published(world))
    content = ContentFile(b"%PDF-1.7 the plan", name="plan.pdf")
    return Attachment.objects.create(proposal=proposal, name="Plan é.pdf", size=17, file=content)


def test_the_files_of_a_proposal_are_saved_and_never_shown_inside(
    world: World, plan: Attachment
) -> None:
    """T37: as what they are, and outside of the portal's pages."""
    tender = plan.proposal.tender
    browser = world.client()
    text = text_of(arrive(browser, tender, LinkPurpose.PRIVATE))
    url = page(tender, f"attachments/{plan.public_id}/")
    assert url in text
    answer = browser.get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 the plan"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_file_of_another_tender_or_of_a_proposal_taken_back(
    world: World, plan: Attachment
) -> None:
    """T43"""
    mine, other = plan.proposal.tender, another(world)
    browser = world.client()
    arrive(browser, other, LinkPurpose.PRIVATE)
    for tender in (mine, other):
        assert browser.get(page(tender, f"attachments/{plan.public_id}/")).status_code == 404
    arrive(browser, mine, LinkPurpose.PRIVATE)
    url = page(mine, f"attachments/{plan.public_id}/")
    found = browser.get(url)
    assert found.status_code == 200
    assert list(found.streaming_content)  # read to its end, which closes the file
    for state in ("draft", "withdrawn"):
        Proposal.objects.filter(pk=plan.proposal.pk).update(state=state)
        assert browser.get(url).status_code == 404
