"""Staff look at tenders, hide one with a reason, show it again, and see how far its mails are;
they edit nothing (T2, T6, T47)."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tenders.models import Tender, TenderPreference
from tenders.services.spreading import spread
from tests.tenders.requesting import letters, proposed, published, read
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(world: World) -> Client:
    return world.client("staff")


def at(tender: Tender, rest: str = "change") -> str:
    return f"/admin/tenders/tender/{tender.pk}/{rest}/"


def test_the_list_and_the_page_show_it(world: World, staff: Client) -> None:
    tender = published(world)
    proposed(world, tender)
    assert "Online shop for a bakery" in staff.get("/admin/tenders/tender/").content.decode()
    text = staff.get(at(tender)).content.decode()
    assert "Alpine Web" in text
    assert "Not written yet." in text


def test_the_mails_progress_is_told(world: World, staff: Client) -> None:
    """T2"""
    for name in ("alpine-web", "rhone-digital"):
        wish, _new = TenderPreference.objects.update_or_create(
            partner=world.partner(name),
            defaults={
                "languages": ["en"],
                "address": f"t@{name}.example",
                "mail_language": "en",
                "countries": [],
            },
        )
        wish.categories.set([world.category("web-domains")])
    tender = published(world)
    spread(tender=tender)
    first, _second = letters("extract")
    assert "0 of 2 sent, 2 waiting, 0 failed" in staff.get(at(tender)).content.decode()
    first.state, first.sent_at = "sent", first.created_at
    first.save()
    assert "1 of 2 sent, 1 waiting, 0 failed" in staff.get(at(tender)).content.decode()


def test_hiding_asks_for_a_reason_and_following_the_link_hides_nothing(
    world: World, staff: Client
) -> None:
    """T6"""
    tender = published(world)
    url = at(tender, "hide")
    assert staff.get(url).status_code == 200
    assert staff.post(url, {"reason": ""}).status_code == 200
    assert Tender.objects.get().state == "open"
    staff.post(url, {"reason": "An advertisement."})
    tender.refresh_from_db()
    assert (tender.state, tender.hidden_reason) == ("hidden", "An advertisement.")
    assert "An advertisement." in read(letters("hidden")[0]).text
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (world.person("staff"), str(tender.pk))


def test_showing_it_again(world: World, staff: Client) -> None:
    tender = published(world)
    staff.post(at(tender, "hide"), {"reason": "A mistake."})
    staff.get(at(tender, "show"))
    assert Tender.objects.get().state == "hidden"
    staff.post(at(tender, "show"))
    assert Tender.objects.get().state == "open"
    refused = staff.post(at(tender, "show"), follow=True).content.decode()
    assert "This tender is open." in refused


def test_looked_at_is_a_mark_only(world: World, staff: Client) -> None:
    tender = published(world)
    staff.get(at(tender, "look-at"))
    assert Tender.objects.get().looked_at is None
    staff.post(at(tender, "look-at"))
    assert Tender.objects.get().looked_at is not None
    other = published(world, title="Another one")
    data = {"action": "mark_looked_at", "_selected_action": [tender.pk, other.pk]}
    staff.post("/admin/tenders/tender/", data)
    assert not Tender.objects.filter(looked_at=None).exists()


def test_nothing_is_edited_added_or_deleted(world: World, staff: Client) -> None:
    """T47"""
    tender = published(world)
    assert staff.post(at(tender), {"title": "Changed", "state": "chosen"}).status_code == 403
    assert staff.get("/admin/tenders/tender/add/").status_code == 403
    assert staff.post(at(tender, "delete"), {"post": "yes"}).status_code == 403
    kept = Tender.objects.get()
    assert (kept.title, kept.state) == (tender.title, "open")


def test_others_find_no_such_page(world: World) -> None:
    tender = published(world)
    for name in ("lea", "gina", None):
        for rest in ("change", "hide", "show", "look-at"):
            assert world.client(name).post(at(tender, rest), {"reason": "x"}).status_code != 200
    assert Tender.objects.get().state == "open"


def test_the_admins_log_keeps_no_contact_detail(world: World, staff: Client) -> None:
    """T25: the log outlives the erasure of the tender's title."""
    tender = published(world, title="Web shop, call 021 555 01 02")
    staff.post(at(tender, "hide"), {"reason": "Not a need"})
    staff.post(at(tender, "show"))
    kept = list(LogEntry.objects.values_list("object_repr", flat=True))
    assert len(kept) == 2
    assert all("Web shop" in name and "555" not in name for name in kept)
