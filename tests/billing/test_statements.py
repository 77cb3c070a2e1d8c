"""The monthly statement, as a PDF and by mail (M6)."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from access.models import OutgoingMail
from billing.documents import accounts as paper
from billing.documents.accounts import statement_of
from billing.models import Account
from billing.services import statements
from billing.services.ledger import take_back
from billing.services.statements import finished_months, send_statements
from tests.billing.accounts import (
    ALPINE,
    HOTEL,
    cashback,
    filled,
    hosting_line,
    moved,
    paid,
    topped_up,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def month_ago() -> date:
    return statements.month_before(timezone.localdate())


def at(day: date, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour))


def last_month(world: World) -> Account:
    """An account with a top-up two months ago, and three movements in the last month."""
    account = filled(world.organisation(HOTEL), "100.00")
    first = month_ago()
    moved(account.entries.get(number=1), at(statements.month_before(first)))
    moved(paid(account, "30.00"), at(first, hour=0))
    moved(topped_up(account, "5.00"), at(first.replace(day=15)))
    last_day = statements.month_after(first) - timedelta(days=1)
    moved(paid(account, "1.00"), at(last_day, hour=23))
    paid(account, "2.00")  # this month's
    return account


def test_a_statement_holds_what_was_booked_in_the_month(world: World) -> None:
    found = statement_of(last_month(world), month_ago())
    assert (found.opening, found.closing) == (Decimal("100.00"), Decimal("74.00"))
    assert [line.amount for line in found.lines] == [
        Decimal("-30.00"),
        Decimal("5.00"),
        Decimal("-1.00"),
    ]
    assert found.period_from == month_ago()
    assert found.holder.name == "Hôtel Bellevue"


def test_a_month_without_entries_carries_the_balance_on(world: World) -> None:
    account = filled(world.organisation(HOTEL), "100.00")
    moved(account.entries.get(), at(statements.month_before(month_ago())))
    found = statement_of(account, month_ago())
    assert (found.opening, found.closing, found.lines) == (
        Decimal("100.00"),
        Decimal("100.00"),
        (),
    )


def test_only_finished_months_are_offered(world: World) -> None:
    account = last_month(world)
    assert finished_months(account) == [month_ago(), statements.month_before(month_ago())]
    with pytest.raises(ValueError, match="finished"):
        statement_of(account, timezone.localdate())
    assert finished_months(filled(world.organisation(ALPINE), currency="EUR")) == []


def test_a_very_long_month_is_told_by_kind_and_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = last_month(world)
    monkeypatch.setattr(paper, "MOST_LINES", 2)
    moved(paid(account, "3.00"), at(month_ago(), hour=3))
    found = statement_of(account, month_ago())
    assert found.lines[0].text == "Payment: 2 entries"
    assert found.closing == found.lines[-1].balance


def test_the_page_gives_the_pdf(world: World) -> None:
    last_month(world)
    url = reverse("account_statement", args=[HOTEL]) + f"?month={month_ago():%Y-%m}"
    answer = world.client("hugo").get(url)
    assert answer["Content-Type"] == "application/pdf"
    assert "private" in answer["Cache-Control"]
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Payment of invoice 2026-000001" in text
    assert "74.00" in text
    assert world.client("lea").get(url).status_code == 404  # T12: the partner, full access


# ---- The mail --------------------------------------------------------------------------------


def first_of_month() -> date:
    return timezone.localdate().replace(day=1)


def earned_last_month(world: World) -> Account:
    entry = moved(cashback(hosting_line(world)), at(month_ago()))
    return entry.account


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind="billing.cashback_statement"))


def test_partners_with_cashback_get_it_once(world: World) -> None:
    earned_last_month(world)
    filled(world.organisation(HOTEL))  # no cashback: no mail
    assert send_statements(day=first_of_month()) == 1
    assert send_statements(day=first_of_month() + timedelta(days=1)) == 0
    assert {mail.address for mail in mails()} == {"lea@alpineweb.example", "adam@alpineweb.example"}
    assert mails()[0].context["cashback"] == "52.08"


def test_the_event_holds_even_when_two_send_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    earned_last_month(world)
    send_statements(day=first_of_month())
    number = len(mails())
    for mail in mails():  # as if the other one had not seen them yet
        assert mail.event.endswith(f":{Account.objects.get(organisation__slug=ALPINE).pk}")
    monkeypatch.setattr(statements, "set", lambda rows: frozenset(), raising=False)
    send_statements(day=first_of_month())
    assert len(mails()) == number


def test_it_leaves_in_the_first_days_only(world: World) -> None:
    earned_last_month(world)
    assert send_statements(day=first_of_month().replace(day=statements.MAIL_DAYS + 1)) == 0


def test_cashback_of_this_month_waits_for_the_next_one(world: World) -> None:
    cashback(hosting_line(world))
    assert send_statements(day=first_of_month()) == 0


def test_the_letter_says_what_came_and_what_was_taken_back(world: World) -> None:
    from access import letters

    account = earned_last_month(world)
    original = account.entries.get()
    take_back(cashback=original, reason="cashback_back")
    moved(account.entries.get(reverses=original), at(month_ago().replace(day=2)))
    send_statements(day=first_of_month())
    mail = mails()[0]
    written = letters.write(mail.kind, mail.context, language="en")
    assert written is not None
    assert "CHF 52.08" in written.subject
    assert "-52.08" in written.text
    assert f"statement.pdf?account=CHF&month={month_ago():%Y-%m}" in written.text
