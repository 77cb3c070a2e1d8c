"""What time does to tenders (T6, T25): each job is safe to run twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from access.models import OutgoingMail
from portal.celery import app
from tenders import tasks
from tenders.errors import ContactsErased, TenderOver
from tenders.models import Proposal, Tender, TenderLink
from tenders.rules import LinkPurpose
from tenders.services import closing
from tenders.services.asking import answer, ask
from tenders.services.choosing import choose
from tenders.services.submitting import confirm
from tests.tenders.requesting import (
    NEED,
    NORA,
    letters,
    proposed,
    published,
    questioned,
    read,
    submitted,
)
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def moved(tender: Tender, **fields: Any) -> None:
    Tender.objects.filter(pk=tender.pk).update(**fields)


def test_the_schedule_knows_every_job() -> None:
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    ours = (tasks.close_expired, tasks.announce_expiries, tasks.erase_old_contacts)
    assert {job.name for job in ours} <= scheduled


# ---- Expiry ----------------------------------------------------------------------------------


def test_a_tender_expires_and_its_requester_is_told_once(world: World) -> None:
    """T6"""
    due, other = published(world), published(world, title="Another one")
    moved(due, expires_at=timezone.now())
    assert [tasks.close_expired() for _time in range(2)] == [1, 0]
    due.refresh_from_db()
    other.refresh_from_db()
    assert (due.state, other.state) == ("expired", "open")
    assert due.closed_at is not None
    (told,) = letters("expired")
    assert due.links.get(purpose="private").token in read(told).text


def test_a_passed_date_counts_before_any_job(world: World) -> None:
    """T6, T25"""
    tender = published(world)
    moved(tender, expires_at=timezone.now())
    assert tender not in Tender.objects.visible_to(world.actor("lea", "alpine-web"))


def test_nothing_expires_before_its_time(world: World) -> None:
    tender = published(world)
    with pytest.raises(TenderOver):
        closing.expire(tender=tender)


def test_it_is_announced_three_days_before_once(world: World) -> None:
    """T6"""
    tender = published(world)
    moved(tender, expires_at=timezone.now() + 3 * DAY + timedelta(minutes=1))
    assert tasks.announce_expiries() == 0
    moved(tender, expires_at=timezone.now() + 3 * DAY - timedelta(minutes=1))
    assert [tasks.announce_expiries() for _time in range(2)] == [1, 0]
    assert "ends soon" in read(letters("expiring")[0]).subject


def test_after_prolonging_it_is_announced_anew(world: World) -> None:
    tender = published(world)
    moved(tender, expires_at=timezone.now() + DAY)
    tasks.announce_expiries()
    closing.prolong(tender=tender)
    assert tasks.announce_expiries() == 0
    moved(tender, expires_at=timezone.now() + 2 * DAY)
    assert tasks.announce_expiries() == 1
    assert len(letters("expiring")) == 2


def test_a_notice_that_is_late_is_not_sent(world: World) -> None:
    tender = published(world)
    moved(tender, expires_at=timezone.now() + DAY)
    tasks.announce_expiries()
    moved(tender, expires_at=timezone.now())
    tasks.close_expired()
    assert read(letters("expiring")[0]) is None


def test_what_nobody_confirmed_vanishes(world: World) -> None:
    """T1, T25: with the address of who did not ask for it, in our mails too."""
    tender, kept = submitted(world), submitted(world, title="Another one")
    moved(tender, expires_at=timezone.now())
    assert [tasks.close_expired() for _time in range(2)] == [1, 0]
    assert Tender.objects.get() == kept
    assert TenderLink.objects.count() == 1
    assert [mail.context["tender"] for mail in letters("confirm")] == [kept.pk]


def test_who_confirmed_in_time_stays(world: World) -> None:
    tender = submitted(world)
    confirm(link=tender.links.get(purpose=LinkPurpose.CONFIRM))
    tasks.close_expired()
    assert Tender.objects.get().state == "open"


# ---- Erasing ---------------------------------------------------------------------------------


def ended(world: World, **fields: Any) -> Tender:
    """A tender that was cancelled so long ago that its contacts go."""
    tender = published(world, place="Lausanne", **fields)
    questioned(world, proposed(world, tender))
    closing.cancel(tender=tender)
    moved(tender, closed_at=timezone.now() - settings.TENDER_CONTACT_DAYS * DAY)
    return tender


def test_contacts_need_and_extract_go_and_the_masked_title_stays(world: World) -> None:
    """T25"""
    tender = ended(world, title=f"Shop, write to {NORA}")
    assert [tasks.erase_old_contacts() for _time in range(2)] == [1, 0]
    tender.refresh_from_db()
    names = (
        "contact_name",
        "contact_email",
        "contact_phone",
        "company",
        "need",
        "extract",
        "place",
    )
    assert {name: getattr(tender, name) for name in names} == dict.fromkeys(names, "")
    assert tender.contacts_erased_at is not None
    assert tender.title.startswith("Shop, write to")
    assert NORA not in tender.title
    assert not tender.links.exists()
    assert str(Proposal.objects.get().tender) == tender.title


def test_no_row_holds_them_any_more(world: World) -> None:
    """T25: not in our mails, logs, counters and questions either."""
    from django.apps import apps
    from django.core import serializers

    ended(world)
    tasks.erase_old_contacts()
    held = "".join(
        serializers.serialize("json", model.objects.all(), ensure_ascii=False)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label != "sessions.Session"
    )
    words = (NORA, "Nora Neuf", "Café du Port", "555 01 02", NEED)
    assert [word for word in words if word in held] == []


def test_nothing_is_erased_before_its_time(world: World) -> None:
    tender = ended(world)
    moved(tender, closed_at=timezone.now() - settings.TENDER_CONTACT_DAYS * DAY + DAY / 24)
    assert tasks.erase_old_contacts() == 0
    tender.refresh_from_db()
    assert tender.contact_email == NORA


def test_an_open_tender_keeps_its_contacts_however_old(world: World) -> None:
    tender = published(world)
    moved(tender, published_at=timezone.now() - 400 * DAY, created_at=timezone.now() - 400 * DAY)
    assert tasks.erase_old_contacts() == 0


def test_what_is_erased_is_not_opened_again(world: World) -> None:
    tender = published(world)
    moved(tender, expires_at=timezone.now())
    closing.expire(tender=tender)
    moved(tender, closed_at=timezone.now() - settings.TENDER_CONTACT_DAYS * DAY)
    tasks.erase_old_contacts()
    with pytest.raises(ContactsErased):
        closing.prolong(tender=tender)


def test_nothing_is_asked_after_it(world: World) -> None:
    """T25: nothing would erase it any more."""
    tender = published(world)
    proposal = choose(proposal=proposed(world, tender), person=None)
    question = ask(proposal=proposal, text="When do we begin?")
    moved(tender, closed_at=timezone.now() - settings.TENDER_CONTACT_DAYS * DAY)
    tasks.erase_old_contacts()
    with pytest.raises(ContactsErased):
        ask(proposal=proposal, text=f"Write to {NORA}")
    with pytest.raises(ContactsErased):
        answer(question=question, by=world.actor("lea", "alpine-web"), text=f"To {NORA}?")


def test_mails_about_others_stay(world: World) -> None:
    ended(world)
    kept = published(world, title="Another one", contact_email="o@o.example")
    tasks.erase_old_contacts()
    left = OutgoingMail.objects.filter(kind="tenders.published")
    assert [mail.context["tender"] for mail in left] == [kept.pk]
