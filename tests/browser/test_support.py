"""Support access in a real browser (S1, S2): let in, looked, could not change, shut out."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_organisation_lets_support_in_and_shuts_it_out(visitor, live_world):
    names = sorted(product.name for product in live_world.products("garage-nord"))

    # Nothing of Garage Nord is there for the staff.
    simone = visitor("staff")
    assert simone.go("/o/garage-nord/") == 404

    # Gina makes a code, and reads it out on the phone.
    gina = visitor("gina")
    gina.go("/support-code/")
    gina.press("Make a code")
    code = re.search(r"\b\d{4} \d{4}\b", gina.text()).group()

    # Simone finds her by it, and sees that support is not let in.
    simone.go("/admin/access/supportlookup/")
    simone.follow(simone.page.get_by_role("link", name="Find by code"))
    simone.page.get_by_label("Support code or VIP code").fill(code)
    simone.follow(simone.page.get_by_role("button", name="Find", exact=True))
    person = simone.page.url
    body = simone.page.locator("body")
    assert "gina@garage-nord.example" in body.inner_text()
    assert "Support is not let in." in body.inner_text()

    # Gina reads who looked her up, and lets support in for four hours, to look.
    gina.go("/support-code/")
    assert "Simone Weber" in gina.text()
    gina.go("/o/garage-nord/support/")
    gina.page.get_by_label("What it is about").fill("An old certificate")
    gina.press("Let support in")
    assert "3 hours, 59 minutes left" in " ".join(gina.text().split())

    # Simone opens the organisation from the admin, sees the products and cannot change one.
    simone.page.goto(person)
    simone.follow(simone.page.get_by_role("link", name="Open Garage Nord"))
    assert "you may look only" in simone.page.locator(".strip-partner").inner_text()
    simone.follow(simone.page.get_by_role("link", name="Products").first)
    assert sorted(simone.page.locator("tbody th").all_inner_texts()) == names
    simone.press(names[0])
    product = simone.page.url
    expect(simone.page.get_by_text("Change settings")).to_have_count(0)
    assert simone.page.goto(f"{product}settings/").status == 403
    assert "Gina Romano (Legal representative)" in simone.text()

    # Gina sees on every page that support may be there, and shuts it out: the next click is 404.
    gina.go("/o/garage-nord/products/")
    gina.follow(gina.page.get_by_role("link", name="See or shut out"))
    gina.press("Shut support out")
    assert "Support is shut out" in gina.text()
    assert simone.page.goto(product).status == 404
    assert simone.go("/o/garage-nord/") == 404

    # The admin's own theme writes styles that its policy refuses; our pages have no such error.
    simone.errors = [error for error in simone.errors if "inline style" not in error]
