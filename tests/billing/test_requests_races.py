"""Corrections at once: many small ones are no way round the second person (T19)."""

from decimal import Decimal

import pytest

from billing.services.ledger import account_of
from billing.services.requests import propose_correction, settle
from tests.billing.accounts import HOTEL, filled, staff
from tests.racing import at_once
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_small_corrections_settled_at_once_count_each_other(live_world: World) -> None:
    filled(live_world.organisation(HOTEL), "500.00")
    account, one = account_of(live_world.organisation(HOTEL)), staff(live_world, "staff")
    asked = [
        propose_correction(
            account=account, amount=Decimal("60.00"), reason="Counted", by=one, key=f"key-{number}"
        )
        for number in range(6)
    ]
    counts = at_once(*[lambda each=each: settle(asked=each, by=one) for each in asked])
    assert counts == {"done": 1, "SecondPersonNeeded": 5}
