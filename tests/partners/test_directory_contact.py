"""Writing to a partner through the portal (D1, T23, T34), and inviting it (L3)."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from access import letters
from access.forms import traps
from access.mail import send_due_mail
from access.models import OutgoingMail
from access.services import create_organisation
from partners.services import directory
from tests.journey import ALPINE, GARAGE
from tests.partners.directory_cast import CONTACT, LIST, PAGE, hide
from tests.world import World

pytestmark = pytest.mark.django_db

WORDS = {
    "name": "Ida Meier",
    "email": "ida@meier.example",
    "text": "We need a web site for our bakery.",
}


@pytest.fixture(autouse=True)
def _slow_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for seconds."""
    monkeypatch.setattr(traps.TrapForm, "least_seconds", 0)


def write(browser: Client, **changed: Any) -> Any:
    """Fills the form as it was drawn, and sends it."""
    html = browser.get(CONTACT).content.decode()
    made = re.search(r'name="made" value="([^"]+)"', html)[1]
    address = changed.pop("REMOTE_ADDR", "192.0.2.1")
    headers = changed.pop("headers", {})
    return browser.post(
        CONTACT, WORDS | {"made": made, "fax": ""} | changed, REMOTE_ADDR=address, headers=headers
    )


def queued() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="partners.contacted"))


def test_a_message_reaches_the_partner(world: World) -> None:
    answer = write(world.client())
    assert answer["Location"] == PAGE
    assert [row.address for row in queued()] == ["hello@alpineweb.example"]
    assert queued()[0].language == world.person("lea").language


@pytest.mark.django_db(transaction=True)
def test_the_mail_shows_words_without_links_and_the_address_as_a_fact(live_world: World) -> None:
    """T23, T34"""
    mail.outbox.clear()
    text = "Look at https://evil.example/pay and www.evil.example\nSee you, <b>Ida</b>"
    write(live_world.client(), text=text, name="Ida\u202e Meier")
    send_due_mail()
    (sent,) = [message for message in mail.outbox if "alpineweb" in message.to[0]]
    for body in (sent.body, sent.alternatives[0][0]):
        assert "evil.example" not in body
        assert "ida@meier.example" in body
        assert "\u202e" not in body
    assert "<b>Ida" not in sent.alternatives[0][0]
    assert "Ida" not in sent.subject
    assert "meier" not in sent.from_email
    assert not sent.reply_to
    row = queued()[0]
    assert (row.secrets, "bakery" in str(row.context)) == ({}, False)


def test_the_page_after_it_says_so(world: World) -> None:
    browser = world.client()
    write(browser)
    answer = browser.get(PAGE)
    assert "Your message is on its way to Alpine Web" in answer.content.decode()
    assert "public" not in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"email": "nobody"}, "valid email address"),
        ({"name": ""}, "required"),
        ({"name": "www.evil.example"}, "A name holds no web address."),
        ({"name": "x" * 81}, "80"),
        ({"text": "Hi"}, "at least 10"),
        ({"text": "x" * 3001}, "3000"),
        ({"fax": "12345"}, "A field that people do not see was filled in."),
        ({"made": ""}, "open for too long"),
        ({"made": "forged"}, "open for too long"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "valid email address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    world: World, changed: dict[str, str], says: str
) -> None:
    answer = write(world.client(), **changed)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert says in html
    assert ("We need a web site" in html) or "text" in changed
    assert queued() == []


def test_too_quick_is_no_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """T23: sent once more a moment later, it goes."""
    monkeypatch.setattr(traps.TrapForm, "least_seconds", 3)
    browser = world.client()
    first = write(browser)
    assert "That was very quick." in first.content.decode()
    made = re.search(r'name="made" value="([^"]+)"', first.content.decode())[1]
    now = traps.time.time()
    monkeypatch.setattr(traps.time, "time", lambda: now + 5)
    assert browser.post(CONTACT, WORDS | {"made": made}).status_code == 302


def test_a_form_that_was_open_for_days_is_drawn_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.client()
    html = write(browser, made="old").content.decode()
    made = re.search(r'name="made" value="([^"]+)"', html)[1]
    assert browser.post(CONTACT, WORDS | {"made": made}).status_code == 302


def test_one_address_writes_so_often_an_hour(world: World) -> None:
    """T23: the limit holds whatever the request says of itself, and across partners."""
    for number in range(settings.CONTACTS_AN_HOUR):
        assert write(world.client(), text=f"Message number {number}").status_code == 302
    forged = {"x-forwarded-for": "198.51.100.9"}
    over = write(world.client(), text="One more message", headers=forged)
    assert "That was too often." in over.content.decode()
    assert len(queued()) == settings.CONTACTS_AN_HOUR
    assert write(world.client(), REMOTE_ADDR="192.0.2.2").status_code == 302


def test_a_network_of_ipv6_counts_as_one_address(world: World) -> None:
    """T23: a subscriber has as many addresses as it likes."""
    for number in range(settings.CONTACTS_AN_HOUR):
        text, address = f"Message number {number}", f"2001:db8:1:2::{number + 1:x}"
        assert write(world.client(), text=text, REMOTE_ADDR=address).status_code == 302
    over = write(world.client(), text="One more message", REMOTE_ADDR="2001:db8:1:2:ffff::1")
    assert "That was too often." in over.content.decode()
    assert write(world.client(), REMOTE_ADDR="2001:db8:1:3::1").status_code == 302


def test_one_partner_gets_so_many_a_day(world: World) -> None:
    """T23: from however many addresses."""
    settings_a_day = settings.CONTACTS_A_DAY
    for number in range(settings_a_day):
        directory.contact(
            partner=world.partner(ALPINE),
            origin=f"192.0.2.{number}",
            language="en",
            **WORDS | {"text": f"Message number {number}"},
        )
    over = write(world.client(), REMOTE_ADDR="198.51.100.1")
    assert "has got many messages today" in over.content.decode()
    assert len(queued()) == settings_a_day


def test_the_same_message_twice_is_one_mail(world: World) -> None:
    write(world.client())
    write(world.client())
    assert len(queued()) == 1


def test_who_left_the_directory_gets_no_more(world: World) -> None:
    """T27, P5: also what waited to be sent."""
    browser = world.client()
    partner = world.partner(ALPINE)
    write(browser)
    hide(state="suspended")
    assert browser.get(CONTACT).status_code == 404
    with pytest.raises(directory.NotListed):
        directory.contact(partner=partner, origin=None, language="en", **WORDS)
    row = queued()[0]
    assert letters.write(row.kind, row.context | row.secrets, language="en") is None


def test_who_is_signed_in_has_name_and_address_filled_in(world: World) -> None:
    html = world.client("gina").get(CONTACT).content.decode()
    assert 'value="gina@garage-nord.example"' in html
    assert "hello@alpineweb.example" not in html


def test_no_public_page_shows_an_address(world: World) -> None:
    for path in (LIST, PAGE, CONTACT):
        html = world.client().get(path).content.decode()
        assert not re.search(r"[\w.]+@alpineweb\.example", html)


# ---- Inviting ----------------------------------------------------------------------------------


def test_a_stranger_signs_in_first_and_comes_back(world: World) -> None:
    answer = world.client().get(f"{PAGE}invite/")
    assert answer["Location"] == f"/accounts/login/?next={PAGE}invite/"


def test_a_legal_representative_is_led_to_the_invitation(world: World) -> None:
    """L3: with the partner picked."""
    browser = world.client("gina")
    answer = browser.get(f"{PAGE}invite/")
    assert answer["Location"] == f"/o/{GARAGE}/partners/authorise/?partner={ALPINE}"
    html = browser.get(answer["Location"]).content.decode()
    assert re.search(rf'value="{ALPINE}"[^>]* checked', html)


def test_with_several_organisations_one_chooses(world: World) -> None:
    create_organisation(name="Gina Two", slug="gina-two", country="CH", by=world.person("gina"))
    html = world.client("gina").get(f"{PAGE}invite/").content.decode()
    assert f"/o/{GARAGE}/partners/authorise/?partner={ALPINE}" in html
    assert f"/o/gina-two/partners/authorise/?partner={ALPINE}" in html


@pytest.mark.parametrize("name", ["cora", "adam", "lea"])
def test_who_represents_no_client_reads_who_can(world: World, name: str) -> None:
    """O4; and a partner does not invite itself."""
    answer = world.client(name).get(f"{PAGE}invite/")
    assert "Only a legal representative may authorise a partner." in answer.content.decode()
    assert "partners/authorise" not in answer.content.decode()


def test_a_hidden_partner_is_invited_by_nobody(world: World) -> None:
    """T27"""
    hide()
    assert world.client("gina").get(f"{PAGE}invite/").status_code == 404
    html = world.client("gina").get(f"/o/{GARAGE}/partners/authorise/?partner={ALPINE}")
    assert "Alpine" not in html.content.decode()
