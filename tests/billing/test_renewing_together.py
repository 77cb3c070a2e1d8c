"""A nightly run with several workers: each begins with a share, none is left over (M5, T15)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import LineProduct, Order, RenewalRun
from billing.renewals.due import EVER, next_clients
from billing.services.renewing import renew_together
from clients.models import Product
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = {"state": "active", "auto_renewal": True}


def all_due() -> set[int]:
    """Every running product of the cast is due today."""
    due = Product.objects.filter(**TODAY, renews_on__isnull=False)
    due.update(renews_on=timezone.localdate())
    return set(due.values_list("pk", flat=True))


def test_each_product_is_renewed_once_by_one_of_the_workers(live_world: World) -> None:
    due = all_due()
    done = renew_together()
    assert (done.products, done.failures, done.finished) == (len(due), 0, True)
    renewed = list(LineProduct.objects.values_list("product", flat=True))
    assert sorted(renewed) == sorted(due)
    assert done.orders == Order.objects.count()
    later = timezone.localdate() + timedelta(days=20)
    assert not Product.objects.filter(pk__in=due, renews_on__lt=later).exists()
    assert RenewalRun.objects.get().finished_at is not None
    assert renew_together(again=False).products == 0


def test_shares_are_all_the_work_and_no_client_is_in_two(live_world: World) -> None:
    all_due()
    today = timezone.localdate()
    whole = next_clients(today, 0, after=0, since=EVER)
    parts = [next_clients(today, 0, after=0, since=EVER, share=(part, 3)) for part in range(3)]
    assert sorted(client for part in parts for client in part) == whole
    assert len(whole) > 3
