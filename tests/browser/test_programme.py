"""Becoming a partner in a real browser (P1): read, apply, be approved, find the reseller space."""

import re

import pytest
from playwright.sync_api import expect

from partners.models import ThemeBundle

pytestmark = pytest.mark.django_db(transaction=True)
GINA = "gina@garage-nord.example"


def test_an_organisation_applies_and_staff_approve(visitor, live_world, mailbox):
    ThemeBundle.objects.create(name="Themes", licence_key="WPT-0042")

    # Gina reads what it is about, and follows the button to her organisation's page.
    gina = visitor("gina")
    gina.go("/en/programme/")
    assert "A registered company" in gina.text()
    gina.press("Apply for Garage Nord")
    gina.press("Apply")

    # She forgets a condition and mistypes her number: what she typed is still there.
    gina.page.get_by_label("Registration number").fill("CHE-338.712.643")
    gina.page.get_by_label("What your company does").fill("The web sites of twelve garages.")
    for name in ("registered company", "Support for our clients", "Invoices are paid", "tenders"):
        gina.choose(name)
    gina.press("Send the application")
    assert "does not check" in gina.text()
    assert "Each condition has to be ticked." in gina.text()
    expect(gina.page.get_by_label("What your company does")).to_have_value(re.compile("^The web"))

    # She looks the number up: meanwhile it is a draft.
    gina.press("Save as a draft")
    assert "The application is a draft." in gina.text()
    gina.press("Go on with it")
    expect(gina.page.locator("input[name=accepted]:checked")).to_have_count(4)
    gina.page.get_by_label("Registration number").fill("CHE-338.712.642")
    gina.choose("The reseller conditions")
    gina.press("Send the application")
    assert "There is nothing for you to do." in gina.text()
    assert "has arrived" in mailbox.newest_to(GINA).subject

    # Simone reads everything on one page, and approves.
    simone = visitor("staff")
    simone.go("/admin/partners/application/")
    assert "SENT" in simone.page.locator("tbody tr", has_text="Garage Nord").inner_text().upper()
    simone.follow(simone.page.get_by_role("link", name="Garage Nord").first)
    body = simone.page.locator("body")
    assert "The web sites of twelve garages." in body.inner_text()
    assert "We support our clients ourselves" in body.inner_text()
    simone.follow(simone.page.locator("a[href$='/approve/']").first)
    simone.page.locator("textarea[name=reason]").fill("Good to have you.")
    simone.follow(simone.page.get_by_role("button", name="Approve the application"))
    assert "Garage Nord is approved." in body.inner_text()

    # Gina gets the mail; the reseller space and its licence are there.
    mail = mailbox.newest_to(GINA)
    assert "Good to have you." in mail.body
    gina.go("/o/garage-nord/programme/")
    assert "Partner since" in gina.text()
    gina.follow(gina.page.locator("nav").get_by_role("link", name="Benefits"))
    assert "WPT-0042" in gina.text()

    # Suspended, she reads why, and the licence is gone.
    partner = live_world.partner("garage-nord")
    simone.go(f"/admin/partners/partner/{partner.pk}/change/")
    simone.follow(simone.page.locator("a[href$='/suspend/']").first)
    simone.page.locator("textarea[name=reason]").fill("An invoice is open.")
    simone.follow(simone.page.get_by_role("button", name="Suspend the partner"))
    gina.page.reload()
    assert "An invoice is open." in gina.text()
    assert "WPT-0042" not in gina.text()

    # The admin's own theme writes styles that its policy refuses; our pages have no such error.
    simone.errors = [error for error in simone.errors if "inline style" not in error]
