"""Which mails may be stopped, and by whom: what is essential always arrives (section 11)."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import letters, mail
from access.models import MutedTopic, OutgoingMail, Topic
from access.services.mail_choices import (
    choose_mails,
    owner_of,
    resume_mails,
    stop_mails,
    stopped,
    stopped_by,
)
from tests.access.outbox import GINA, LEA, State, outbox, queue, sink
from tests.world import World

__all__ = ["outbox", "sink"]
REMINDERS, PAYMENTS, PEOPLE, TENDERS = Topic
ESSENTIAL = None

KINDS = {
    # who cannot sign in, or does not see that somebody else can, loses the account
    "account.account_already_exists": ESSENTIAL,
    "account.email_changed": ESSENTIAL,
    "account.email_confirmation": ESSENTIAL,
    "account.email_confirmation_signup": ESSENTIAL,
    "account.email_deleted": ESSENTIAL,
    "account.password_changed": ESSENTIAL,
    "account.password_reset": ESSENTIAL,
    "account.password_reset_key": ESSENTIAL,
    "account.password_set": ESSENTIAL,
    "account.recovery_codes_generated": ESSENTIAL,
    "account.second_factor_removed": ESSENTIAL,
    "account.totp_activated": ESSENTIAL,
    "account.totp_deactivated": ESSENTIAL,
    "account.unknown_account": ESSENTIAL,
    "account.webauthn_added": ESSENTIAL,
    "account.webauthn_removed": ESSENTIAL,
    # access given, changed or taken; the inviter also sees on the page who came
    "access.invitation_withdrawn": ESSENTIAL,
    "access.member_invited": ESSENTIAL,
    "access.member_joined": PEOPLE,
    "access.member_left": PEOPLE,
    "access.member_refused": PEOPLE,
    "access.member_removed": ESSENTIAL,
    "access.role_changed": ESSENTIAL,
    "access.support_closed": ESSENTIAL,
    "access.support_opened": ESSENTIAL,
    "access.support_prolonged": ESSENTIAL,
    # the first mail says what waits and until when; the reminder only says it again
    "clients.accepted": ESSENTIAL,
    "clients.access_changed": ESSENTIAL,
    "clients.end_date_changed": ESSENTIAL,
    "clients.ended": ESSENTIAL,
    "clients.ending_soon": ESSENTIAL,
    "clients.expired": ESSENTIAL,
    "clients.invited": ESSENTIAL,
    "clients.payment_confirmed": ESSENTIAL,
    "clients.payment_declined": ESSENTIAL,
    "clients.payment_mode_changed": ESSENTIAL,
    "clients.refused": ESSENTIAL,
    "clients.reminder": REMINDERS,
    "clients.requested": ESSENTIAL,
    "clients.withdrawn": ESSENTIAL,
    # money: who does not hear of it pays too late, too much, or for what was to end
    "billing.cashback_statement": PAYMENTS,
    "billing.invoice_credited": ESSENTIAL,
    "billing.invoice_issued": ESSENTIAL,
    "billing.invoice_paid": PAYMENTS,
    "billing.invoice_reminder": ESSENTIAL,
    "billing.invoice_suspended": ESSENTIAL,
    "billing.order_approved": ESSENTIAL,
    "billing.order_confirmed": ESSENTIAL,
    "billing.order_expired": ESSENTIAL,
    "billing.order_refused": ESSENTIAL,
    "billing.order_reminder": REMINDERS,
    "billing.order_waiting": ESSENTIAL,
    "billing.order_withdrawn": ESSENTIAL,
    "billing.products_ended": ESSENTIAL,
    "billing.products_suspended": ESSENTIAL,
    "billing.rebill_cancelled": ESSENTIAL,
    "billing.rebill_issued": ESSENTIAL,
    "billing.rebill_reminder": ESSENTIAL,
    "billing.renewal_failed": ESSENTIAL,
    "billing.renewal_soon": ESSENTIAL,  # the last day to switch a renewal off
    "billing.renewed": ESSENTIAL,  # the only mail that brings a renewal's invoice
    "billing.request_refused": ESSENTIAL,
    "billing.request_settled": ESSENTIAL,
    # somebody waits for an answer, or the programme's rights change
    "partners.application_received": ESSENTIAL,
    "partners.approved": ESSENTIAL,
    "partners.contacted": ESSENTIAL,
    "partners.refused": ESSENTIAL,
    "partners.resumed": ESSENTIAL,
    "partners.suspended": ESSENTIAL,
    # a requester's own tender, a partner's own proposal; new tenders stand on the board, too
    "tenders.again": ESSENTIAL,
    "tenders.answered": ESSENTIAL,
    "tenders.asked": ESSENTIAL,
    "tenders.cancelled": ESSENTIAL,
    "tenders.cancelled_partner": ESSENTIAL,
    "tenders.chosen": ESSENTIAL,
    "tenders.confirm": ESSENTIAL,
    "tenders.digest": TENDERS,
    "tenders.expired": ESSENTIAL,
    "tenders.expiring": ESSENTIAL,
    "tenders.extract": TENDERS,
    "tenders.hidden": ESSENTIAL,
    "tenders.lost": ESSENTIAL,  # frees the partner from what it offered
    "tenders.opened": ESSENTIAL,
    "tenders.proposal_received": ESSENTIAL,
    "tenders.published": ESSENTIAL,
    "tenders.shown": ESSENTIAL,
    # a member of the staff sent it to themselves
    "gallery.test": ESSENTIAL,
}


def test_every_kind_says_whether_one_may_do_without_it() -> None:
    """A new letter has to decide: would its reader lose money, access, a deadline or a right?"""
    assert {kind: letters.topics.get(kind) for kind in letters.registry} == KINDS


def test_every_topic_has_letters_and_says_what_they_are() -> None:
    assert set(letters.topics.values()) == set(Topic)
    assert all(topic.about for topic in Topic)


# ---- Who does not get what ----------------------------------------------------------------------


@pytest.fixture
def optional(outbox: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(letters.topics, "test.hello", REMINDERS)


def fates() -> dict[str, str]:
    """What became of the queued mails, by address."""
    mail.send_due_mail()
    return dict(OutgoingMail.objects.values_list("address", "state"))


@pytest.mark.django_db(transaction=True)
def test_an_address_without_account_stops_its_own_only(optional, sink) -> None:
    stop_mails(address=" GINA@garage-nord.example", topic=REMINDERS)
    stop_mails(address="gina@garage-nord.example", topic=REMINDERS)
    stop_mails(address=LEA.address, topic=PAYMENTS)
    assert MutedTopic.objects.count() == 2
    queue("event", GINA, LEA)
    assert fates() == {GINA.address: State.OBSOLETE, LEA.address: State.SENT}
    resume_mails(address=GINA.address, topic=REMINDERS)
    queue("later", GINA)
    mail.send_due_mail()
    assert OutgoingMail.objects.get(event="later").state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_an_essential_mail_leaves_even_if_a_row_says_no(outbox, sink) -> None:
    for topic in Topic:
        stop_mails(address=GINA.address, topic=topic)
    queue("event", GINA)
    assert fates() == {GINA.address: State.SENT}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("topic", "more"), [(None, 0), (REMINDERS, 1)])
def test_the_check_is_one_query_and_only_for_letters_with_a_topic(
    outbox, sink, monkeypatch, topic: Topic | None, more: int
) -> None:
    if topic:
        monkeypatch.setitem(letters.topics, "test.hello", topic)
    queue("event", GINA)
    with CaptureQueriesContext(connection) as queries:
        mail.send_due_mail()
    asked = [query["sql"] for query in queries if "access_mutedtopic" in query["sql"]]
    assert len(asked) == more


@pytest.mark.django_db
def test_a_persons_choice_holds_at_all_confirmed_addresses_and_follows_a_new_one(
    world: World,
) -> None:
    """Not at one that is not confirmed: it may be somebody else's."""
    gina = world.person("gina")
    stop_mails(address=gina.email, topic=PEOPLE)
    assert MutedTopic.objects.get().person == gina
    EmailAddress.objects.create(user=gina, email="second@garage-nord.example", verified=True)
    EmailAddress.objects.create(user=gina, email="lea.private@alpineweb.example")
    assert stopped(address="Second@garage-nord.example", topic=PEOPLE)
    assert not stopped(address="lea.private@alpineweb.example", topic=PEOPLE)
    EmailAddress.objects.filter(user=gina, email=gina.email).update(email="new@x.example")
    assert stopped(address="new@x.example", topic=PEOPLE)
    assert not stopped(address="gina@garage-nord.example", topic=PEOPLE)
    assert owner_of("new@x.example") == gina


@pytest.mark.django_db
def test_what_an_address_chose_before_it_had_an_account_still_counts(world: World) -> None:
    stop_mails(address="lea.new@alpineweb.example", topic=PAYMENTS)
    lea = world.person("lea")
    assert stopped_by(lea) == set()
    EmailAddress.objects.create(user=lea, email="lea.new@alpineweb.example", verified=True)
    assert stopped_by(lea) == {PAYMENTS}
    choose_mails(person=lea, wanted=[REMINDERS, PAYMENTS, TENDERS])
    assert stopped_by(lea) == {PEOPLE}
    assert not stopped(address="lea.new@alpineweb.example", topic=PAYMENTS)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "both"])
def test_a_choice_is_a_persons_or_an_addresss(world: World, who: str) -> None:
    both = {"person": world.person("lea"), "address": "a@b.example"} if who == "both" else {}
    with pytest.raises(IntegrityError), transaction.atomic():
        MutedTopic.objects.create(topic=PEOPLE, **both)


# ---- The page -----------------------------------------------------------------------------------


def url() -> str:
    return reverse("mail_choices")


@pytest.mark.django_db
def test_the_page_keeps_ones_own_choice(world: World) -> None:
    browser, gina = world.client("gina"), world.person("gina")
    page = browser.get(url())
    assert page.context["form"]["wanted"].value() == list(Topic)
    for topic in Topic:
        assert topic.about in page.text
    assert browser.post(url(), {"wanted": ["payments", "tenders"]}).url == url()
    assert stopped_by(gina) == {REMINDERS, PEOPLE}
    assert stopped_by(world.person("lea")) == set()
    assert browser.get(url()).context["form"]["wanted"].value() == ["payments", "tenders"]
    browser.post(url(), {"wanted": list(Topic.values)})
    assert MutedTopic.objects.count() == 0
    browser.post(url(), {})
    assert stopped_by(gina) == set(Topic)


@pytest.mark.django_db
def test_only_topics_are_chosen_and_only_for_oneself(world: World) -> None:
    """T39: unknown fields change nothing."""
    browser = world.client("gina")
    answer = browser.post(url(), {"wanted": ["everything"]})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    browser.post(url(), {"person": world.person("lea").pk, "wanted": []})
    assert set(MutedTopic.objects.values_list("person", flat=True)) == {world.person("gina").pk}


@pytest.mark.django_db
def test_a_stranger_signs_in_first(world: World) -> None:
    assert reverse("account_login") in Client().get(url()).url


@pytest.mark.django_db
def test_the_profile_leads_there(world: World) -> None:
    assert f'href="{url()}"' in world.client("gina").get(reverse("profile")).text
