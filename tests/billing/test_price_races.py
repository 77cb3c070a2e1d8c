"""Two of the staff at one price list: one after the other, each race with its control."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import FixedPrice, Price, WhatIf, WhatIfRow
from billing.services import prices, what_if
from clients.models import Category, ProductType
from tests.racing import at_once, unlocked

pytestmark = pytest.mark.django_db(transaction=True)


def day(number):
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def key(live_world):
    kind = ProductType.objects.create(slug="raced", name="Raced", category=Category.objects.first())
    found = {"product_type": kind, "currency": "CHF", "period": "monthly", "by": None}
    prices.set_price(amount=Decimal(10), valid_from=day(0), **found)
    return found


def lower(key):
    return lambda: prices.set_price(amount=Decimal(5), valid_from=day(3), **key)


def fix(key):
    return lambda: prices.set_fixed_price(amount=Decimal(8), valid_from=day(3), **key)


def dearer(key):
    """Whether the fixed partner price has come out above the public price."""
    found = {"product_type": key["product_type"], "valid_from": day(3)}
    price, fixed = Price.objects.filter(**found), FixedPrice.objects.filter(**found)
    return price.exists() and fixed.exists()


def test_a_lower_price_and_a_fixed_price_at_once(key):
    """C2: one of the two is told that they do not go together."""
    assert at_once(lower(key), fix(key)) == {"done": 1, "PriceRowWrong": 1}
    assert not dearer(key)


def test_control_without_the_lock_both_pass(key, monkeypatch):
    monkeypatch.setattr("billing.services.prices.lock", lambda: None)
    outcomes = unlocked(monkeypatch, lower(key), fix(key), at="billing.services.prices.write")
    assert outcomes == ["done", "done"]
    assert dearer(key)


def test_the_same_day_set_by_many_at_once(key):
    calls = [
        lambda amount=amount: prices.set_price(amount=Decimal(amount), valid_from=day(3), **key)
        for amount in range(11, 16)
    ]
    assert at_once(*calls) == {"done": 5}
    assert Price.objects.filter(product_type=key["product_type"], valid_from=day(3)).count() == 1


def test_a_draft_is_published_once(key):
    draft = WhatIf.objects.create(title="Draft", since=day(-9), until=day(0))
    WhatIfRow.objects.create(what_if=draft, product_type=key["product_type"], percent=Decimal(5))
    calls = [
        lambda number=number: what_if.publish(what_if=draft, day=day(number), by=None)
        for number in (5, 6, 7)
    ]
    assert at_once(*calls) == {"done": 1, "AlreadySettled": 2}
