"""The switcher in a browser: its lists come when it opens (O1)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_switcher_fills_when_it_opens(visitor, live_world):
    lea = visitor("lea")
    lea.go("/o/alpine-web/products/")
    switcher = lea.page.locator("details.switcher")
    expect(switcher.get_by_role("link", name="Hôtel Bellevue")).to_have_count(0)
    switcher.locator("summary").click()
    switcher.get_by_text("Clients", exact=True).click()
    lea.follow(switcher.get_by_role("link", name="Hôtel Bellevue"))
    assert lea.page.url.endswith("/o/hotel-bellevue/")
