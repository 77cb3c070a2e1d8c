"""Spending at once (T18): twenty payments against a balance for ten, with a control."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.models import Account, Entry
from billing.services.ledger import take_back
from tests.billing.accounts import HOTEL, cashback, filled, hosting_line, paid
from tests.racing import at_once, unlocked
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_at_once_spend_the_balance_once(live_world: World) -> None:
    account = filled(live_world.organisation(HOTEL), "100.00")
    counts = at_once(*[lambda: paid(account, "10.00")] * 20)
    assert counts == {"done": 10, "NotEnoughBalance": 10}
    account.refresh_from_db()
    rows = Entry.objects.filter(account=account)
    assert account.balance == 0 == rows.aggregate(sum=Sum("amount"))["sum"]
    assert sorted(rows.values_list("number", flat=True)) == list(range(1, 12))


def test_without_the_lock_the_race_would_be_lost(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both have read 100.00; the second one overwrites the first one's balance, which
    only the number of the entry stops."""
    account = filled(live_world.organisation(HOTEL), "100.00")
    came_to = unlocked(
        monkeypatch,
        lambda: paid(account, "80.00"),
        lambda: paid(account, "80.00"),
        at="billing.services.ledger._add",
    )
    assert came_to == ["IntegrityError", "done"]


def test_one_cashback_is_taken_back_once_by_many(live_world: World) -> None:
    """T15, T16: a credit note and its retry at once."""
    original = cashback(hosting_line(live_world))
    counts = at_once(*[lambda: take_back(cashback=original, reason="cashback_back")] * 6)
    assert counts == {"done": 6}
    assert Entry.objects.filter(reverses=original).count() == 1
    assert Account.objects.get(pk=original.account_id).balance == Decimal("0.00")


def test_a_line_pays_its_cashback_once_to_many(live_world: World) -> None:
    """T15."""
    line = hosting_line(live_world)
    counts = at_once(*[lambda: cashback(line)] * 6)
    assert counts == {"done": 1, "IntegrityError": 5}
