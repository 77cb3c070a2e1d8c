"""Collected tenders (T2): nothing lost, nothing twice, and only what is still open."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.mail import send_due_mail
from access.models import OutgoingMail, Topic
from access.services.mail_choices import stop_mails
from partners.services.programme import suspend
from tenders.models import CollectedTender, Tender, TenderPreference
from tenders.rules import Rhythm, collected_until
from tenders.services.closing import cancel, hide
from tenders.services.digest import send_digest
from tenders.services.spreading import spread
from tenders.tasks import send_digests
from tests.racing import at_once, unlocked
from tests.tenders.requesting import letters, published, read
from tests.tenders.test_matching import ALPINE, chosen, url, wish
from tests.tenders.test_spreading import CANARY, canaries_in, many_wishes
from tests.world import World

DAILY, WEEKLY = Rhythm.DAILY, Rhythm.WEEKLY


def collected(world: World, number: int = 1, *, ago: int = 8, **changed: Any) -> list[Tender]:
    """Tenders that were published and collected so many days ago."""
    made = []
    for position in range(number):
        tender = published(world, **{"title": f"Shop number {position}"} | changed)
        assert spread(tender=tender) == 1
        made.append(tender)
    CollectedTender.objects.waiting().update(collected_at=timezone.now() - timedelta(days=ago))
    return made


def waiting() -> int:
    return CollectedTender.objects.waiting().count()


# ---- When ---------------------------------------------------------------------------------------


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("rhythm", "now", "until"),
    [
        # 2026-11-23 is a Monday; Zurich is an hour ahead of UTC in winter
        (DAILY, "2026-11-24T06:59:59+01:00", "2026-11-23T07:00:00+01:00"),
        (DAILY, "2026-11-24T07:00:00+01:00", "2026-11-24T07:00:00+01:00"),
        (DAILY, "2026-11-24T23:59:00+01:00", "2026-11-24T07:00:00+01:00"),
        (WEEKLY, "2026-11-23T06:59:00+01:00", "2026-11-16T07:00:00+01:00"),
        (WEEKLY, "2026-11-23T07:00:00+01:00", "2026-11-23T07:00:00+01:00"),
        (WEEKLY, "2026-11-29T23:00:00+01:00", "2026-11-23T07:00:00+01:00"),
        # the days on which clocks change
        (DAILY, "2026-03-29T07:00:00+02:00", "2026-03-29T07:00:00+02:00"),
        (DAILY, "2026-10-25T06:30:00+01:00", "2026-10-24T07:00:00+02:00"),
    ],
)
def test_seven_in_the_morning_by_the_portals_clock(rhythm: str, now: str, until: str) -> None:
    assert collected_until(rhythm, timezone.localtime(moment(now).astimezone(UTC))) == moment(until)


@pytest.mark.django_db
def test_nothing_leaves_before_its_time(world: World) -> None:
    wish(world, rhythm=DAILY)
    [_tender] = collected(world, ago=0)
    kept = CollectedTender.objects.get().collected_at
    until = collected_until(DAILY, timezone.localtime(kept))
    assert letters("extract") == []
    preference = TenderPreference.objects.get(partner=world.partner(ALPINE))
    assert not send_digest(preference=preference, now=kept)
    assert not send_digest(preference=preference, now=until + timedelta(hours=23))
    assert send_digest(preference=preference, now=until + timedelta(hours=26))
    assert len(letters("digest")) == 1


# ---- What ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_one_mail_holds_what_was_collected_the_newest_first(world: World) -> None:
    wish(world, rhythm=DAILY, mail_language="fr")
    made = collected(world, 3)
    assert (letters("extract"), waiting()) == ([], 3)
    assert send_digests() == 1
    [mail] = letters("digest")
    pk = world.partner(ALPINE).pk
    assert (mail.address, mail.language) == ("tenders@alpine-web.example", "fr")
    assert mail.context == {"partner": pk, "tenders": [one.pk for one in reversed(made)]}
    assert waiting() == 0
    assert Tender.objects.get(pk=made[0].pk).told == 1


@pytest.mark.django_db
def test_each_entry_says_what_t2_says_and_no_contact_word(world: World) -> None:
    """T2, T24"""
    wish(world, rhythm=WEEKLY)
    [tender] = collected(world, **CANARY | {"budget_to": 5000})
    assert send_digests() == 1
    rendered = read(letters("digest")[0])
    assert rendered is not None
    assert canaries_in(rendered.subject, rendered.text, rendered.html) == []
    address = reverse("tender", args=[ALPINE, tender.public_id])
    for text in (rendered.text, rendered.html):
        text = " ".join(unescape(text).split())
        for said in ("up to CHF 5", "Switzerland", address):
            assert said in text
        assert "Web" in text
        assert "Open until" in text
        assert reverse("tender_preferences", args=[ALPINE]) in text
        assert "once a week" in text


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["cancelled", "hidden", "expired"])
def test_what_is_over_is_left_out_and_none_left_is_no_mail(world: World, end: str) -> None:
    """T5, T6: before the mail is queued, and between that and its leaving."""
    wish(world, rhythm=DAILY)
    first, second = collected(world, 2)
    over(first, end)
    assert send_digests() == 1
    [mail] = letters("digest")
    assert mail.context["tenders"] == [second.pk]
    over(second, end)
    assert read(mail) is None
    over(*collected(world, title="A third"), end)
    assert send_digests() == 0
    assert (len(letters("digest")), waiting()) == (1, 0)


def over(tender: Tender, end: str) -> None:
    if end == "cancelled":
        cancel(tender=tender)
    elif end == "hidden":
        hide(tender=tender, by=None, reason="Spam")
    else:
        Tender.objects.filter(pk=tender.pk).update(expires_at=F("published_at"))


@pytest.mark.django_db
def test_more_than_twenty_are_counted(world: World) -> None:
    wish(world, rhythm=DAILY)
    collected(world)
    mail_of_many = {"partner": world.partner(ALPINE).pk, "tenders": copies(23)}
    OutgoingMail.objects.all().delete()
    send_digests()
    OutgoingMail.objects.update(context=mail_of_many)
    [mail] = letters("digest")
    rendered = read(mail)
    assert rendered is not None
    assert rendered.subject.startswith("23 new tenders")
    assert rendered.text.count("Open until") == 20
    assert "and 3 more" in rendered.text
    assert "Copy 22" in rendered.text
    assert "Copy 2\n" not in rendered.text, "the oldest are the ones left out"


def copies(number: int) -> list[int]:
    """So many open tenders, each published after the one before."""
    found = Tender.objects.get()
    now, made = timezone.now(), []
    for position in range(number):
        found.pk, found.public_id = None, f"copy{position}"
        found.extract_title = f"Copy {position}"
        found.published_at = now + timedelta(seconds=position)
        found._state.adding = True
        found.save()
        made.append(found.pk)
    return made


# ---- Set-based ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("count", [3, 30])
def test_spreading_is_one_statement_for_both_rhythms(world: World, count: int) -> None:
    tender = published(world)
    many_wishes(world, count)
    third = list(TenderPreference.objects.order_by("pk").values_list("pk", flat=True))[::3]
    TenderPreference.objects.filter(pk__in=third).update(rhythm=DAILY)
    with CaptureQueriesContext(connection) as queries:
        assert spread(tender=tender) == count
    assert len([query for query in queries if "INSERT INTO" in query["sql"]]) == 1
    assert len(queries) <= 6
    assert (len(letters("extract")), waiting()) == (count - len(third), len(third))


@pytest.mark.django_db
def test_once_however_often_it_is_spread_or_collected(world: World) -> None:
    wish(world, rhythm=DAILY)
    [tender] = collected(world)
    assert [send_digests(), send_digests()] == [1, 0]
    Tender.objects.update(told_at=None)
    assert spread(tender=tender) == 0
    assert (waiting(), len(letters("digest"))) == (0, 1)


# ---- Changes of mind ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("first", Rhythm.values)
@pytest.mark.parametrize("then", Rhythm.values)
def test_a_change_of_rhythm_loses_no_tender(world: World, first: str, then: str) -> None:
    wish(world, rhythm=first)
    one = published(world)
    spread(tender=one)
    wish(world, rhythm=then)
    two = published(world, title="Another shop")
    spread(tender=two)
    CollectedTender.objects.update(collected_at=timezone.now() - timedelta(days=8))
    send_digests()
    told = [mail.context["tender"] for mail in letters("extract")]
    told += [pk for mail in letters("digest") for pk in mail.context["tenders"]]
    assert sorted(told) == [one.pk, two.pk]


@pytest.mark.django_db
def test_each_at_once_sends_what_was_collected_now(world: World) -> None:
    wish(world, rhythm=WEEKLY)
    collected(world, ago=0)
    wish(world)
    assert send_digests() == 1


@pytest.mark.django_db
def test_a_pause_keeps_nothing(world: World) -> None:
    wish(world, rhythm=DAILY)
    collected(world)
    wish(world, rhythm=DAILY, wanted=False)
    assert waiting() == 0
    tender = published(world, title="Another shop")
    assert spread(tender=tender) == 0
    wish(world, rhythm=DAILY)
    assert (send_digests(), letters("digest")) == (0, [])


@pytest.mark.django_db
def test_a_queued_mail_does_not_leave_in_a_pause_or_unapproved(world: World) -> None:
    """P5"""
    wish(world, rhythm=DAILY)
    collected(world)
    send_digests()
    [mail] = letters("digest")
    assert read(mail) is not None
    wish(world, rhythm=DAILY, wanted=False)
    assert read(mail) is None
    wish(world, rhythm=DAILY)
    suspend(partner=world.partner(ALPINE), by=None, reason="")
    assert read(mail) is None


@pytest.mark.django_db
def test_who_stopped_such_mails_gets_no_collected_one(world: World) -> None:
    wish(world, rhythm=DAILY)
    collected(world)
    stop_mails(address="tenders@alpine-web.example", topic=Topic.TENDERS)
    send_digests()
    [mail] = letters("digest")
    send_due_mail()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("obsolete", "unwanted")


@pytest.mark.django_db
def test_the_page_keeps_the_rhythm(world: World) -> None:
    browser = world.client("lea")
    browser.post(url(), chosen(rhythm="weekly"))
    assert TenderPreference.objects.get().rhythm == WEEKLY
    assert browser.get(url()).context["form"]["rhythm"].value() == WEEKLY


@pytest.mark.django_db
def test_the_page_says_that_the_address_does_not_want_them(world: World) -> None:
    wish(world)
    browser, said = world.client("lea"), "were stopped there"
    assert said not in browser.get(url()).text
    stop_mails(address="tenders@alpine-web.example", topic=Topic.TENDERS)
    assert said in browser.get(url()).text


# ---- Races and kills ----------------------------------------------------------------------------


def preference(world: World) -> TenderPreference:
    return TenderPreference.objects.get(partner=world.partner(ALPINE))


def send(world: World) -> Callable[[], bool]:
    found = preference(world)
    return lambda: send_digest(preference=found)


def test_twenty_workers_write_one_mail(live_world: World) -> None:
    wish(live_world, rhythm=DAILY)
    collected(live_world, 3)
    at_once(*[send(live_world)] * 20)
    [mail] = letters("digest")
    assert (len(mail.context["tenders"]), waiting()) == (3, 0)


def test_without_locks_two_workers_find_the_same(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both deal with the same rows; the event's key still lets one mail through."""
    wish(live_world, rhythm=DAILY)
    collected(live_world, 3)
    queued: list[str] = []
    digest = "tenders.services.digest"
    monkeypatch.setattr(f"{digest}.queue_mail", lambda **mail: queued.append(mail["key"]))
    unlocked(monkeypatch, send(live_world), send(live_world), at=f"{digest}._note")
    assert len(queued) == 2
    assert len(set(queued)) == 1


def test_killed_halfway_loses_nothing(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the note and the mail: neither stands."""
    wish(live_world, rhythm=DAILY)
    collected(live_world, 2)

    def killed(**mail: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as halfway:
        halfway.setattr("tenders.services.digest.queue_mail", killed)
        with pytest.raises(KeyboardInterrupt):
            send_digests()
    assert (waiting(), letters("digest")) == (2, [])
    assert send_digests() == 1
    assert len(letters("digest")[0].context["tenders"]) == 2


def test_changed_while_it_is_spread(live_world: World) -> None:
    """T2: whichever is first, the tender comes once: alone, or collected."""
    wish(live_world, rhythm=DAILY)
    tender = published(live_world)
    rhythms = [Rhythm.AT_ONCE, DAILY] * 5
    at_once(
        *[lambda: spread(tender=tender)] * 5,
        *[lambda rhythm=rhythm: wish(live_world, rhythm=rhythm) for rhythm in rhythms],
    )
    assert len(letters("extract")) + waiting() == 1
