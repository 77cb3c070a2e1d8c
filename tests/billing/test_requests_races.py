"""Requests at once: the balance is asked for once, and paid out once; many small corrections are no
way round the second person (M6, T18, T19)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Account, Entry, MoneyRequest
from billing.services.ledger import account_of
from billing.services.requests import new_key, propose_correction, request_pay_out, settle
from billing.states import EntryKind
from tests.billing.accounts import HOTEL, filled, staff
from tests.billing.rebilled import IBAN
from tests.racing import at_once, unlocked
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


# ---- Pay-outs -------------------------------------------------------------------------------


def pay_out(world: World, amount: str, *, key: str = "") -> Callable[[], Any]:
    hugo = world.actor("hugo", HOTEL)
    return lambda: request_pay_out(by=hugo, amount=Decimal(amount), iban=IBAN, key=key or new_key())


def asked(account: Account) -> list[MoneyRequest]:
    return list(MoneyRequest.objects.filter(account=account, kind=EntryKind.PAY_OUT))


def test_twenty_pay_outs_ask_for_the_balance_once(live_world: World) -> None:
    """T18: each is more than half of what is there."""
    account = filled(live_world.organisation(HOTEL), "100.00")
    counts = at_once(*[pay_out(live_world, "60.00") for _each in range(20)])
    assert counts == {"done": 1, "NotEnoughBalance": 19}
    assert [each.amount for each in asked(account)] == [Decimal("-60.00")]


def test_without_the_lock_more_would_be_asked_than_is_there(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both have read that 100.00 is free."""
    account = filled(live_world.organisation(HOTEL), "100.00")
    came_to = unlocked(
        monkeypatch,
        pay_out(live_world, "60.00"),
        pay_out(live_world, "60.00"),
        at="billing.services.requests._once",
    )
    assert came_to == ["done", "done"]
    assert sum(each.amount for each in asked(account)) == Decimal("-120.00")


def test_one_form_sent_twenty_times_asks_once(live_world: World) -> None:
    account = filled(live_world.organisation(HOTEL), "100.00")
    counts = at_once(*[pay_out(live_world, "60.00", key="the-same-key")] * 20)
    assert counts == {"done": 20}
    assert len(asked(account)) == 1


def test_one_pay_out_is_sent_once_by_twenty_of_the_staff(live_world: World) -> None:
    account = filled(live_world.organisation(HOTEL), "100.00")
    pay_out(live_world, "60.00")()
    (one,), by = asked(account), staff(live_world, "staff")
    counts = at_once(*[lambda: settle(asked=one, by=by)] * 20)
    assert counts == {"done": 1, "AlreadySettled": 19}
    assert Account.objects.get(pk=account.pk).balance == Decimal("40.00")
    assert Entry.objects.filter(account=account, kind=EntryKind.PAY_OUT).count() == 1


# ---- Corrections ----------------------------------------------------------------------------


def test_small_corrections_settled_at_once_count_each_other(live_world: World) -> None:
    filled(live_world.organisation(HOTEL), "500.00")
    account, one = account_of(live_world.organisation(HOTEL)), staff(live_world, "staff")
    proposed = [
        propose_correction(
            account=account, amount=Decimal("60.00"), reason="Counted", by=one, key=f"key-{number}"
        )
        for number in range(6)
    ]
    counts = at_once(*[lambda each=each: settle(asked=each, by=one) for each in proposed])
    assert counts == {"done": 1, "SecondPersonNeeded": 5}
