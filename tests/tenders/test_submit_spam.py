"""Nobody turns the form into a cannon (T6, T23), and it tells nobody who is known here (T26)."""

import pytest
from django.conf import settings
from django.test import Client

from tenders.models import Tender
from tests.tenders.requesting import (
    FORM,
    NORA,
    drawn,
    filled,
    letters,
    published,
    read,
    send,
    submitted,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def sent(answer: object) -> bool:
    return getattr(answer, "url", "") == "/en/tenders/sent/"


# ---- Traps -----------------------------------------------------------------------------------


def test_a_field_that_no_person_sees_stops_programs(world: World) -> None:
    """T23"""
    answer = send(world.client(), world, fax="555")
    assert not sent(answer)
    assert not Tender.objects.exists()
    assert "people do not see" in text_of(answer)


@pytest.mark.parametrize("made", ["", "forged", "two days old"])
def test_a_form_that_nobody_drew_is_sent_once_more(world: World, made: str) -> None:
    """T23: a signed moment, no older than a day; what was typed stays, and the next one works."""
    made = drawn(seconds=2 * 24 * 3600) if made == "two days old" else made
    browser = world.client()
    answer = send(browser, world, made=made)
    assert not sent(answer)
    assert not Tender.objects.exists()
    form = answer.context["form"]
    assert form["title"].value() == "Online shop for a bakery"
    assert form["made"].value() != made


def test_nobody_fills_it_in_a_second(world: World) -> None:
    """T23"""
    made = drawn(seconds=settings.TENDER_LEAST_SECONDS - 2)
    assert not sent(send(world.client(), world, made=made))
    assert not Tender.objects.exists()
    assert sent(send(world.client(), world, made=drawn(seconds=settings.TENDER_LEAST_SECONDS + 1)))


# ---- Limits ----------------------------------------------------------------------------------


def test_one_origin_submits_a_few_an_hour(world: World, settings: object) -> None:
    """T23: counted by the address that the request came from."""
    settings.TENDERS_AN_HOUR = 2
    for number in range(2):
        assert sent(send(world.client(), world, contact_email=f"n{number}@elsewhere.example"))
    answer = send(world.client(), world, contact_email="n3@elsewhere.example")
    assert not sent(answer)
    assert "too often" in text_of(answer)
    assert Tender.objects.count() == 2
    assert answer.context["form"]["title"].value() == "Online shop for a bakery"


def test_no_header_makes_another_origin(world: World, settings: object) -> None:
    """T23: `X-Forwarded-For` counts only as far as our own proxies wrote it."""
    settings.TENDERS_AN_HOUR = 1
    for number in range(3):
        options = {
            "headers": {
                "X-Forwarded-For": f"203.0.113.{number}",
                "X-Real-IP": f"203.0.113.{number}",
            }
        }
        send(world.client(), world, contact_email=f"n{number}@elsewhere.example", options=options)
    assert Tender.objects.count() == 1


def test_behind_our_proxy_its_own_entry_counts(world: World, settings: object) -> None:
    settings.TENDERS_AN_HOUR, settings.TRUSTED_PROXIES = 1, 1
    for number, forged in enumerate(("198.51.100.1", "198.51.100.2")):
        options = {"headers": {"X-Forwarded-For": f"{forged}, 203.0.113.7"}}
        send(world.client(), world, contact_email=f"n{number}@elsewhere.example", options=options)
    assert Tender.objects.count() == 1


def test_a_subscriber_of_ipv6_is_one_origin(world: World, settings: object) -> None:
    """T23: who has a network of 2⁶⁴ addresses cannot take a new one for each."""
    settings.TENDERS_AN_HOUR = 1
    for number, origin in enumerate(("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")):
        options = {"REMOTE_ADDR": origin}
        send(world.client(), world, contact_email=f"n{number}@elsewhere.example", options=options)
    assert Tender.objects.count() == 2


def test_one_address_gets_a_few_a_day(world: World, settings: object) -> None:
    """T23: nobody's mailbox is filled, whoever asks and from wherever."""
    settings.TENDERS_A_DAY = 2
    for number in range(4):
        title, origin = f"Shop number {number}", {"REMOTE_ADDR": f"203.0.113.{number}"}
        address = NORA.upper() if number % 2 else NORA
        answer = send(world.client(), world, title=title, contact_email=address, options=origin)
    assert "too often" in " ".join(answer.context["form"].errors["contact_email"])
    assert Tender.objects.count() == 2
    assert len(letters("confirm")) == 2


def test_a_counter_keeps_no_address(world: World) -> None:
    """T25: the counters outlive the tender."""
    from access.models import Attempt

    send(world.client(), world)
    assert not [one.subject for one in Attempt.objects.all() if "nora" in one.subject]


def test_what_is_refused_counts_for_nothing(world: World, settings: object) -> None:
    settings.TENDERS_AN_HOUR = 1
    for _try in range(3):
        send(world.client(), world, title="")
    assert sent(send(world.client(), world))


def test_another_site_cannot_send_it(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(FORM, filled(world)).status_code == 403
    assert not Tender.objects.exists()


# ---- Twice, known and unknown ----------------------------------------------------------------


def test_the_same_twice_is_one_and_the_mail_leads_to_it(world: World) -> None:
    """T1, T23"""
    first, second = (send(world.client(), world) for _time in range(2))
    assert first.url == second.url
    assert Tender.objects.count() == 1
    assert len(letters("confirm")) == 2
    tokens = {read(mail).text.partition("/link/")[2][:64] for mail in letters("confirm")}
    assert tokens == {Tender.objects.get().links.get().token}


def test_the_same_after_it_was_published_leads_to_its_page(world: World) -> None:
    tender = published(world)
    assert sent(send(world.client(), world))
    assert Tender.objects.get() == tender
    (again,) = letters("again")
    assert "already" in read(again).subject
    assert tender.links.get(purpose="private").token in read(again).text


@pytest.mark.parametrize(
    "changed", [{"contact_email": "else@cafe.example"}, {"title": "A shop"}, {"need": "x y " * 9}]
)
def test_another_address_title_or_need_is_another_tender(world: World, changed: dict) -> None:
    submitted(world)
    send(world.client(), world, **changed)
    assert Tender.objects.count() == 2


def test_after_a_day_or_a_cancellation_it_is_meant_anew(world: World) -> None:
    from datetime import timedelta

    from tenders.services.closing import cancel

    cancel(tender=published(world))
    again = submitted(world)
    Tender.objects.filter(pk=again.pk).update(created_at=again.created_at - timedelta(days=2))
    submitted(world)
    assert Tender.objects.count() == 3


def test_known_and_unknown_addresses_are_answered_alike(world: World) -> None:
    """T26: with an account, with a tender of the same words, and with neither."""
    published(world, contact_email="known@cafe.example")
    answers = []
    for address in ("gina@garage-nord.example", "known@cafe.example", "nobody@nowhere.example"):
        browser = world.client()
        origin = {"REMOTE_ADDR": "203.0.113.5"}
        answer = send(browser, world, contact_email=address, options=origin)
        page = text_of(browser.get(answer.url)).replace(address, "…")
        answers.append((answer.status_code, answer.url, page))
    assert answers[0] == answers[1] == answers[2]
