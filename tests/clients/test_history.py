"""The history on a client's page: every act in words, those of other apps too (A2)."""

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.services.approving import set_limit
from tests.world import World

pytestmark = pytest.mark.django_db


def test_an_order_limit_is_told_in_words(world: World) -> None:
    partnership = world.partnership("hotel-bellevue", "alpine-web")
    by = world.actor("lea", "alpine-web")
    set_limit(partnership=partnership, amount=Decimal("20.00"), by=by)
    page = world.client("lea").get(reverse("client", args=["alpine-web", partnership.public_id]))
    [limit, granted, asked] = page.context["entries"]
    assert limit.what == "Changed how much a client may order unasked"
    assert limit.after == "Limit of one order, excluding VAT: 0.00 → 20.00"
    assert "The client accepted and granted access" in (granted.what, asked.what)
