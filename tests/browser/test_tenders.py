"""A tender's journey in a real browser: from a stranger's need to a limited invitation, and a
cancellation that a partner meets (T1-T6, L3)."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tenders import tasks
from tenders.models import Tender, TenderPreference
from tests.tenders.requesting import published

pytestmark = pytest.mark.django_db(transaction=True)

GINA, LEA = "gina@garage-nord.example", "lea@alpineweb.example"
CANARY = "Zitronenfalter"


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.TENDER_LEAST_SECONDS = 0


@pytest.fixture
def wish(live_world):
    """Alpine Web wants mails about web tenders in English (T2)."""
    found, _new = TenderPreference.objects.update_or_create(
        partner=live_world.partner("alpine-web"),
        defaults={"languages": ["en"], "address": LEA, "mail_language": "en", "wanted": True},
    )
    found.categories.set([live_world.category("web-domains")])
    return found


def link_in(message, text=""):
    """The path of the portal's link after `text` in a mail."""
    body = message.body.partition(text)[2] if text else message.body
    return urlsplit(re.search(r"https?://\S+/tenders/\S+", body).group()).path


def submit(visitor, mailbox, **typed):
    """A stranger submits the form and follows the mailed link; answers the browser."""
    stranger = visitor(width=390)
    stranger.go("/en/tenders/")
    page = stranger.page
    page.get_by_label("Your name").fill(CANARY)
    page.get_by_label("What is it about").fill(typed.get("title", "Web shop for a garage"))
    page.get_by_label("What do you need?").fill(
        f"We sell tyres and want to sell them online. Call {CANARY} on +41 22 555 01 02."
    )
    page.get_by_label("Web & domains").check()
    page.get_by_label("Country").select_option("CH")
    page.get_by_label("E-mail address").fill(GINA)
    page.get_by_label("Phone").fill("+41 22 555 01 02")
    page.locator("#preview", has_text="tyres").wait_for()
    shown = page.locator("#preview").inner_text()
    assert "555 01 02" not in shown
    assert CANARY not in shown
    stranger.press("Submit the tender")
    assert "look into your mailbox" in stranger.text()
    stranger.go(link_in(mailbox.newest_to(GINA)))
    stranger.press("Yes, publish it")
    assert "Your tender is published" in stranger.text()
    return stranger


def test_from_a_need_to_a_limited_invitation(visitor, live_world, mailbox, wish):
    gina = submit(visitor, mailbox)
    tender = Tender.objects.get()
    tasks.tell_partners()

    # The partner's mail holds no contact detail; the portal shows them on demand, and tells.
    mail = mailbox.newest_to(LEA)
    assert "tyres" in mail.body
    for secret in (CANARY, "555 01 02", GINA):
        assert secret not in mail.body + mail.subject + mail.alternatives[0].content
    lea = visitor("lea")
    lea.go(f"/o/alpine-web/reseller/tenders/{tender.public_id}/")
    assert CANARY not in lea.page.content()
    lea.press("Show contact details")
    assert CANARY in lea.text()
    assert GINA in lea.text()
    assert "Alpine Web" in mailbox.newest_to(GINA).subject

    # A proposal, with the duty to use the vendor's products.
    lea.press("Write a proposal")
    lea.page.locator("[name=text]").fill("A shop in four weeks, training included.")
    lea.page.locator("[name=price_from]").fill("3000")
    lea.press("Save and check")
    lea.page.locator("[name=duty]").check()
    lea.press("Send the proposal")

    # The requester compares, asks, signs in and chooses with two products.
    gina.go(link_in(mailbox.newest_to(GINA)))
    assert "A shop in four weeks" in gina.text()
    gina.press("Ask a question")
    gina.page.get_by_label("Your question").fill("Who does the pictures?")
    gina.press("Send the question")
    assert "No answer yet" in gina.text()
    gina.go(f"/accounts/login/?next=/en/tenders/mine/{tender.public_id}/")
    gina.fill_in_sign_in(GINA)
    gina.press("Choose…")
    first, second = (product.name for product in live_world.products("garage-nord")[:2])
    gina.page.get_by_label(first).first.check()
    gina.page.get_by_label(second).first.check()
    gina.press("Choose this proposal")
    assert "was invited" in gina.text()

    invited = live_world.partnership("garage-nord", "alpine-web")
    assert (invited.state, invited.access) == ("invited", "limited")
    assert set(invited.offered_products.values_list("name", flat=True)) == {first, second}
    lea.go(f"/o/alpine-web/reseller/tenders/{tender.public_id}/")
    assert "Your proposal was chosen." in lea.text()


def test_cancelled_from_the_mail_and_gone_for_who_had_it_open(visitor, live_world, mailbox, wish):
    tender = published(live_world, contact_name=CANARY)
    tasks.tell_partners()
    lea = visitor("lea")
    address = f"/o/alpine-web/reseller/tenders/{tender.public_id}/"
    lea.go(address)
    lea.press("Show contact details")
    assert CANARY in lea.text()

    requester = visitor(width=390)
    sent = [m for m in _all(mailbox) if "Your tender is published" in m.subject]
    requester.go(link_in(sent[-1], "Cancel the tender:"))
    assert Tender.objects.get().state == "open"
    requester.press("Cancel the tender")
    assert "No partner sees it any more" in requester.text()

    assert lea.go(address) == 404
    assert CANARY not in lea.page.content()
    lea.go("/o/alpine-web/reseller/tenders/")
    assert "Online shop for a bakery" not in lea.text()
    assert "cancelled" in mailbox.newest_to(LEA).subject


def _all(mailbox):
    from django.core import mail

    mailbox.newest_to("nora@cafe-du-port.example")
    return mail.outbox


def test_the_form_works_without_scripts(visitor):
    """T1: the preview has a button; what was typed stays, and the form goes."""
    stranger = visitor(scripts=False)
    stranger.go("/en/tenders/")
    need = stranger.page.get_by_label("What do you need?")
    need.fill("We sell tyres, call 079 555 12 34, and bread.")
    stranger.press("Preview")
    preview = stranger.page.locator("#preview")
    expect(preview).to_contain_text("tyres")
    expect(preview).not_to_contain_text("079")
    expect(need).to_have_value(re.compile("079 555 12 34"))
    stranger.press("Submit the tender")
    expect(stranger.page.locator("[data-error-summary]")).to_be_visible()
