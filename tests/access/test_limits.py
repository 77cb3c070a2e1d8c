"""Limits: so many tries in a window, counted in the database (at once: `test_races`)."""

from datetime import timedelta

import pytest
from django.db import transaction

from access.limits import TooOften, spend, without_limits
from access.models import Attempt

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_so_many_tries_and_not_one_more() -> None:
    for _ in range(3):
        spend("one", most=3, window=DAY)
    with pytest.raises(TooOften), transaction.atomic():
        spend("one", most=3, window=DAY, field="email")


def test_the_refusal_names_the_field() -> None:
    with pytest.raises(TooOften) as refusal:
        spend("one", most=0, window=DAY, field="email")
    assert refusal.value.field == "email"


def test_one_subject_does_not_spend_for_another() -> None:
    spend("one", most=1, window=DAY)
    spend("two", most=1, window=DAY)
    assert set(Attempt.objects.values_list("subject", "count")) == {("one", 1), ("two", 1)}


def test_a_new_window_begins_at_nothing() -> None:
    spend("one", most=1, window=DAY)
    Attempt.objects.update(window_started_at=Attempt.objects.get().window_started_at - DAY)
    spend("one", most=1, window=DAY)


def test_a_try_that_is_rolled_back_was_none() -> None:
    with transaction.atomic():
        spend("one", most=1, window=DAY)
        transaction.set_rollback(True)
    spend("one", most=1, window=DAY)


def test_a_refused_try_writes_nothing() -> None:
    spend("one", most=1, window=DAY)
    for _ in range(3):
        with pytest.raises(TooOften), transaction.atomic():
            spend("one", most=1, window=DAY)
    assert Attempt.objects.get().count == 1


def test_loading_data_is_not_counted() -> None:
    with without_limits():
        for _ in range(3):
            spend("one", most=1, window=DAY)
    assert not Attempt.objects.exists()
    spend("one", most=1, window=DAY)
    with pytest.raises(TooOften):
        spend("one", most=1, window=DAY)
