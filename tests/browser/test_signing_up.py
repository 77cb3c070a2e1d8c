"""From a mailed request to an account, an organisation and an answer (L2, threats T2, T5)."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import expect

from access.mail import send_due_mail
from access.models import Organisation
from clients.services import request_access

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "nora@cafe-du-port.example"
PASSWORD = "a-long-pass-phrase"


def confirmation_link():
    send_due_mail()
    body = next(m.body for m in reversed(mail.outbox) if "confirm-email" in m.body)
    return urlsplit(re.search(r"https?://\S+confirm-email\S+", body).group()).path


def test_somebody_without_an_account_answers_a_request(visitor, live_world, mailbox):
    partnership = request_access(
        email=ADDRESS,
        access="full",
        payment_mode="client",
        by=live_world.actor("lea", "alpine-web"),
    )
    nora = visitor(width=390)
    link = mailbox.link_to(ADDRESS)
    nora.go(link)
    nora.press("Create an account")
    nora.page.locator("input[name=name]").fill("Nora Neuf")
    nora.page.locator("input[name=email]").fill(ADDRESS)
    nora.page.locator("input[name=password1]").fill(PASSWORD)
    nora.page.locator("input[name=password2]").fill(PASSWORD)
    nora.follow(nora.page.locator("main form button").first)

    # Before the address is proven, the link opens nothing (T5).
    nora.go(link)
    expect(nora.page.get_by_text("Choose what to grant")).to_have_count(0)

    nora.go(confirmation_link())
    nora.follow(nora.page.locator("main form button").first)
    if "/accounts/login/" in nora.page.url:
        nora.fill_in_sign_in(ADDRESS, PASSWORD)
    nora.go(link)
    nora.press("Choose what to grant")
    nora.press("Create your organisation")
    nora.page.get_by_label("Name", exact=True).fill("Café du Port")
    nora.page.get_by_label("Country").select_option("CH")
    nora.press("Create the organisation")

    # Back at the request, with the new organisation.
    nora.press("Continue")
    nora.press("Continue")
    nora.press("Grant access to Alpine Web Sàrl")
    partnership.refresh_from_db()
    assert partnership.state == "active"
    assert partnership.client == Organisation.objects.get(slug="cafe-du-port")


def test_a_forgotten_password_is_reset_from_the_mail(visitor, mailbox):
    gina = visitor()
    gina.go("/accounts/password/reset/")
    gina.page.locator("main input[name=email]").fill("gina@garage-nord.example")
    gina.follow(gina.page.locator("main form button").first)
    body = mailbox.newest_to("gina@garage-nord.example").body
    gina.go(urlsplit(re.search(r"https?://\S+/password/reset/key/\S+", body).group()).path)
    gina.page.locator("input[name=password1]").fill(PASSWORD)
    gina.page.locator("input[name=password2]").fill(PASSWORD)
    gina.follow(gina.page.locator("main form button").first)
    gina.sign_in("gina@garage-nord.example", PASSWORD)
    assert gina.go("/o/garage-nord/") == 200


def test_known_and_unknown_addresses_are_answered_alike(visitor, mailbox):
    pages = []
    for address in ("gina@garage-nord.example", "nobody@nowhere.example"):
        stranger = visitor()
        stranger.go("/accounts/password/reset/")
        stranger.page.locator("main input[name=email]").fill(address)
        stranger.follow(stranger.page.locator("main form button").first)
        pages.append((urlsplit(stranger.page.url).path, stranger.text().replace(address, "…")))
    assert pages[0] == pages[1]
