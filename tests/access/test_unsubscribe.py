"""The link that stops mails of one kind (RFC 8058): in headers and foot, signed, safe to fetch."""

import re
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import letters
from access.letters import Letter
from access.mail import queue_mail, send_due_mail
from access.models import MutedTopic, OutgoingMail, Topic
from access.services.mail_choices import stopped
from access.stop_links import SALT, Stop, read_stop, stop_path
from tests.access.outbox import GINA, LEA, State, outbox, queue, sink

__all__ = ["outbox", "sink"]
ADDRESS = "gina@garage-nord.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def optional(outbox: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's letter is one that its reader may do without."""
    monkeypatch.setitem(letters.topics, "test.hello", Topic.REMINDERS)


def link(address: str = ADDRESS, topic: Topic = Topic.REMINDERS, language: str = "en") -> str:
    return stop_path(address, topic, language)


# ---- In the mail --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_mail_with_a_topic_says_how_to_stop_it(optional, sink, settings) -> None:
    """The whole address on one line, plain, whatever its length; T35: under BASE_URL only."""
    settings.BASE_URL = "https://resellers.a-vendor-with-a-long-name.example"
    queue()
    assert send_due_mail() == 1
    [message] = sink.received
    header = message["List-Unsubscribe"]
    assert re.fullmatch(r"<https://resellers\.a-vendor-with-a-long-name\.example/\S+>", header)
    assert len(header) > 100
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = header.strip("<>")
    assert read_stop(urlsplit(address).path.split("/")[3]) == Stop(ADDRESS, Topic.REMINDERS, "en")
    for part in message.iter_parts():
        text = part.get_content()
        assert address in text
        assert "Stop these mails (Reminders)" in text
        assert settings.BASE_URL + reverse("mail_choices") in text


@pytest.mark.django_db(transaction=True)
def test_the_header_leaves_unencoded(optional, sink, monkeypatch) -> None:
    """No mail program finds an address in an encoded word: on the wire it is as it is."""
    raw: list[bytes] = []
    keep = type(sink).handle_DATA

    async def look(self, server, session, envelope):
        raw.append(envelope.content)
        return await keep(self, server, session, envelope)

    monkeypatch.setattr(type(sink), "handle_DATA", look)
    queue()
    send_due_mail()
    [line] = [one for one in raw[0].split(b"\r\n") if one.startswith(b"List-Unsubscribe:")]
    assert line.startswith(b"List-Unsubscribe: <http")
    assert line.endswith(b"/>")


@pytest.mark.django_db(transaction=True)
def test_an_essential_mail_cannot_be_stopped(outbox, sink) -> None:
    queue()
    send_due_mail()
    [message] = sink.received
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None
    for part in message.iter_parts():
        assert "/mails/" not in part.get_content()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_foot_is_in_the_mails_language(monkeypatch, language: str) -> None:
    draft = Letter(subject="Hello", paragraphs=["Good day."], why="A test.")
    monkeypatch.setitem(letters.registry, "test", lambda facts: draft)
    monkeypatch.setitem(letters.topics, "test", Topic.PEOPLE)
    rendered = letters.write("test", {}, language=language, address=ADDRESS)
    assert rendered is not None
    assert link(topic=Topic.PEOPLE, language=language) in rendered.html
    assert letters.write("test", {}, language=language).headers == {}


# ---- The token ----------------------------------------------------------------------------------


def test_a_token_holds_the_address_and_the_topic_and_opens_nothing_else() -> None:
    token = urlsplit(link(address=" Gina@Garage-Nord.example ")).path.split("/")[3]
    assert read_stop(token) == Stop(ADDRESS, Topic.REMINDERS, "en")
    held = signing.Signer(salt=SALT, sep=".").unsign_object(token)
    assert held == ["reminders", "en", ADDRESS]


def signed(value: object, **options: str) -> str:
    return signing.Signer(**{"salt": SALT, "sep": "."} | options).sign_object(value)


FORGED = [
    "nonsense",
    signed(["reminders", "en", ADDRESS], salt="another purpose"),
    signed(["reminders", "en", ADDRESS], key="another key"),
    signed(["no topic", "en", ADDRESS]),
    signed(["reminders"]),
    signed(7),
]


@pytest.mark.django_db
@pytest.mark.parametrize("token", [*FORGED, "shortened"])
@pytest.mark.parametrize("said", [None, ONE_CLICK, {"stop": "1"}])
def test_a_forged_or_damaged_link_has_a_clear_page(token: str, said) -> None:
    """T26"""
    if token == "shortened":
        token = link().split("/")[3][:-2]
    address = reverse("mail_stop", args=[token])
    browser = Client(enforce_csrf_checks=True)
    answer = browser.get(address) if said is None else browser.post(address, said)
    assert answer.status_code == 404
    assert MutedTopic.objects.count() == 0
    if said != ONE_CLICK:
        assert "This link is not whole" in answer.text


# ---- The page -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_fetching_changes_nothing(world, method: str) -> None:
    """T1: scanners follow links."""
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(Client(), method)(link())
    assert answer.status_code == (405 if method == "options" else 200)
    assert [query["sql"] for query in queries if not query["sql"].startswith("SELECT")] == []
    assert not answer.cookies.get("sessionid")
    assert "no-store" in answer.headers.get("Cache-Control", "no-store")


@pytest.mark.django_db
def test_the_page_names_topic_and_masked_address_in_the_readers_language(world) -> None:
    page = Client().get(link()).text
    assert "Reminders" in page
    assert "g•••@garage-nord.example" in page
    assert ADDRESS not in page
    assert '<html lang="en"' in page
    assert '<html lang="fr"' in Client().get(link(language="fr")).text
    chosen = Client()
    chosen.cookies["django_language"] = "de"
    assert '<html lang="de"' in chosen.get(link(language="fr")).text


@pytest.mark.django_db
def test_the_button_stops_and_the_page_takes_it_back(world) -> None:
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(link(), {"stop": "1"}, follow=True)
    assert "These mails are stopped" in answer.text
    assert stopped(address=ADDRESS, topic=Topic.REMINDERS)
    assert not stopped(address=ADDRESS, topic=Topic.TENDERS)
    assert not stopped(address=LEA.address, topic=Topic.REMINDERS)
    answer = browser.post(link(), {"again": "1"}, follow=True)
    assert "Stop these mails?" in answer.text
    assert MutedTopic.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_program_stops_with_one_click(world, form: str) -> None:
    """RFC 8058: no cookie, no Origin, either encoding; answered with 200, small, no redirect."""
    body, kind = "List-Unsubscribe=One-Click", form
    if form == "multipart/form-data":
        kind = "multipart/form-data; boundary=x"
        body = (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            "One-Click\r\n--x--\r\n"
        )
    program = Client(enforce_csrf_checks=True)
    for _twice in range(2):
        answer = program.post(link(), body, content_type=kind)
        assert (answer.status_code, answer.content) == (200, b"stopped\n")
        assert not answer.cookies
    assert MutedTopic.objects.get().person == world.person("gina")


@pytest.mark.django_db
def test_no_other_address_is_exempt_from_the_token() -> None:
    """Only here does a form work without one."""
    from portal.policy_list import addresses

    exempt = {
        found.name
        for found in addresses()
        if getattr(found.view, "csrf_exempt", False) and found.view.__module__.startswith("access.")
    }
    assert exempt == {"mail_stop"}


# ---- What it does -------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_after_the_click_the_next_mail_does_not_leave(optional, sink) -> None:
    queue("event:1")
    queue("event:2", LEA)
    send_due_mail()
    [to_gina] = [one for one in sink.received if "gina" in one["To"]]
    Client().post(urlsplit(to_gina["List-Unsubscribe"].strip("<>")).path, ONE_CLICK)
    queue("event:3")
    queue("event:4", LEA)
    assert send_due_mail() == 2
    assert [one["To"].addresses[0].addr_spec for one in sink.received[2:]] == [LEA.address]
    kept = OutgoingMail.objects.get(event="event:3")
    assert (kept.state, kept.last_error, kept.sent_at) == (State.OBSOLETE, "unwanted", None)
    assert GINA.address == kept.address


@pytest.mark.django_db(transaction=True)
def test_what_waited_already_does_not_leave_either(optional, sink) -> None:
    queue_mail(kind="test.hello", key="event", to=[GINA], context={})
    Client().post(link(), ONE_CLICK)
    send_due_mail()
    assert sink.received == []
