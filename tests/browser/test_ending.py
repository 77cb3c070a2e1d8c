"""An end date and the end, in a real browser (L6, L9): set, prolonged, ended, read by both."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clients.rules import years_later
from tests.clients.test_screen_end_dates import day

pytestmark = pytest.mark.django_db(transaction=True)

CLINIC = "clinique-belmont"
LEA = "lea@alpineweb.example"
PARTNERS = f"/o/{CLINIC}/partners/"
ENDING = "/o/alpine-web/reseller/clients/ending/"


def test_an_end_date_is_set_and_prolonged_with_one_click(visitor, live_world, mailbox):
    clara = visitor("clara")
    clara.go(PARTNERS)
    clara.page.locator("main summary[aria-label*='Alpine Web']").first.click()
    clara.press("Change the end date")
    clara.page.get_by_label("Last day of the access").fill(day(10).isoformat())
    clara.press("Save")
    assert "now has access until" in clara.text()
    assert "changed the end date" in mailbox.newest_to(LEA).subject

    lea = visitor("lea", width=390)
    lea.go(ENDING)
    assert "Clinique Belmont" in lea.text()

    clara.go(f"{PARTNERS}?tab=ending")
    clara.press("Prolong by one year")
    assert "now has access until" in clara.text()
    assert live_world.partnership(CLINIC, "alpine-web").ends_on == years_later(day(10), 1)
    lea.page.reload()
    assert "Nothing ends soon" in lea.text()
    assert lea.go(f"/o/{CLINIC}/products/") == 200


def test_the_end_and_its_exit_sheet_for_both_sides(visitor, live_world, mailbox):
    """T22: the tab that was open dies with the next click; the sheet stays."""
    partnership = live_world.partnership(CLINIC, "alpine-web")
    lea = visitor("lea")
    assert lea.go(f"/o/{CLINIC}/products/") == 200
    names = lea.page.locator("tbody th").all_inner_texts()
    assert len(names) == 3

    clara = visitor("clara")
    clara.go(f"{PARTNERS}{partnership.public_id}/see/")
    assert clara.page.locator("tbody th").all_inner_texts() == names
    clara.press("Back to the partnership")
    clara.page.locator("main summary[aria-label='More']").click()
    clara.press("Stop the collaboration")
    clara.page.locator("input[name=understood]").check()
    clara.press("Continue")
    clara.page.get_by_label("Your password").fill("demo-password")
    clara.press("Stop the collaboration")
    assert clara.page.url.endswith(f"{partnership.public_id}/exit/")
    for name in names:
        assert name in clara.text()
    assert "Clinique Belmont" in clara.text()

    lea.page.reload()
    assert lea.go(f"/o/{CLINIC}/products/") == 404
    body = mailbox.newest_to(LEA).body
    path = f"/o/alpine-web/reseller/clients/{partnership.public_id}/exit/"
    assert path in body
    assert lea.go(path) == 200
    for words in (*names, "Then paid by", "The collaboration was stopped", "Clara Meyer"):
        assert words in lea.text()


def test_the_sheet_is_printed_without_the_portal_around_it(visitor, live_world):
    partnership = live_world.partnership(CLINIC, "alpine-web")
    type(partnership).objects.filter(pk=partnership.pk).update(
        ends_at=timezone.now() - timedelta(minutes=1)
    )
    from clients.tasks import close_overdue

    close_overdue()
    clara = visitor("clara")
    clara.go(f"{PARTNERS}{partnership.public_id}/exit/")
    clara.page.emulate_media(media="print")
    expect(clara.page.locator(".sidebar")).to_be_hidden()
    expect(clara.page.locator(".page-actions")).to_be_hidden()
    expect(clara.page.get_by_text("Then paid by").first).to_be_visible()
