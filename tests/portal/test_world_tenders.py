"""Tenders, pages of the directory, applications and backups of a world (T1-T6, D1, P1, C4)."""

import copy
import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from access.models import OutgoingMail
from clients.models import ConsoleAccount, Product
from partners.models import Application, DirectoryPage, Partner
from portal import worlds
from portal.worlds import building
from tenders.models import Opening, Proposal, Question, Tender, TenderPreference
from tests.world import World

FIVE = {"en", "fr", "de", "it", "es"}

TENDER: dict[str, Any] = {
    "title": "A shop for bicycles",
    "need": "We sell forty bicycles a month. Call 079 555 01 99.",
    "categories": ["web"],
    "country": "CH",
    "language": "en",
    "budget_to": "9000.00",
    "contact": {"name": "Bo Berg", "email": "bo@bikes.example", "phone": "079 555 01 99"},
}


@pytest.fixture
def demo(live_world: World) -> None:
    call_command("flush", interactive=False, verbosity=0)
    worlds.load(worlds.read_file(worlds.DEMO))


def test_the_demo_shows_the_programme_the_directory_and_tenders(demo: None) -> None:
    """domain.md, 13: Alpine Web and Rhône Digital are approved and listed, Nova Hosting waits;
    nobody that is not in the table became a partner."""
    assert set(Partner.objects.values_list("organisation__slug", "state", "listed")) == {
        ("alpine-web", "approved", True),
        ("rhone-digital", "approved", True),
        ("nova-hosting", "applied", False),
    }
    nova = Application.objects.waiting().get()
    assert nova.organisation.slug == "nova-hosting"
    for name in ("contact_name", "contact_email", "contact_phone", "registration_number"):
        assert getattr(nova, name), name
    assert nova.about
    assert nova.website.startswith("https://")
    assert nova.acceptances.count() == 5
    for page in DirectoryPage.objects.all():
        assert set(page.headlines) == set(page.descriptions) == FIVE
        assert page.logo
        assert page.places.count() >= 3
    states = list(Tender.objects.order_by("state").values_list("state", flat=True))
    assert states == ["cancelled", "chosen", "expired", "open", "open", "open", "unconfirmed"]
    most = Tender.objects.filter(state="open").order_by("-openers").first()
    assert most is not None
    assert most.openers == 2
    assert most.proposals.filter(state="sent").count() == 1
    assert Tender.objects.filter(state="open", openers=0, told__gt=0).exists()
    assert not Tender.objects.to_tell().exists()
    told = OutgoingMail.objects.filter(kind="tenders.extract")
    assert told.count() == sum(Tender.objects.values_list("told", flat=True))


def test_the_extracts_of_the_demo_hold_no_contact_detail(demo: None) -> None:
    """T2, T24: also those that were typed into the text."""
    for tender in Tender.objects.exclude(extract=""):
        told = f"{tender.extract_title} {tender.extract}"
        assert "@" not in told
        for word in (tender.contact_name, tender.contact_phone, tender.contact_email):
            assert not word or word not in told, (tender.title, word)
    railway = Tender.objects.get(title__startswith="New web site")
    assert "555 01 44" in railway.need
    assert "555" not in railway.extract


def test_the_demo_shows_backups_here_and_elsewhere(demo: None) -> None:
    """C4"""
    owners = Product.objects.filter(console_unit__isnull=False).values_list(
        "console_unit__account__organisation__slug", flat=True
    )
    assert sorted(owners) == ["alpine-web", "alpine-web", "hotel-bellevue"]
    assert ConsoleAccount.objects.count() == 2


def test_nothing_of_the_demo_happened_tomorrow(demo: None) -> None:
    now = timezone.now()
    for tender in Tender.objects.exclude(published_at=None):
        assert tender.created_at <= tender.published_at <= now  # type: ignore[operator]
    for opening in Opening.objects.all():
        assert opening.tender.published_at <= opening.opened_at <= now  # type: ignore[operator]
    for proposal in Proposal.objects.exclude(sent_at=None):
        opened = Opening.objects.get(tender=proposal.tender, partner=proposal.partner)
        assert opened.opened_at <= proposal.sent_at <= now  # type: ignore[operator]
    for question in Question.objects.all():
        assert question.proposal.sent_at <= question.asked_at <= now  # type: ignore[operator]


# ---- the format ------------------------------------------------------------------------------


def build(data: dict[str, Any], folder: Path | None = None) -> None:
    building.build(worlds.read(data, folder=folder))


def with_tender(small: dict[str, Any], **changes: Any) -> dict[str, Any]:
    small["tenders"] = [copy.deepcopy(TENDER) | changes]
    return small


def opening(**proposal: Any) -> dict[str, Any]:
    return {"partner": "partner", "proposal": {"text": "We can.", **proposal}}


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"state": "unconfirmed"}, "unconfirmed"),
        ({"state": "cancelled", "openings": [opening()]}, "cancelled"),
        ({"state": "expired", "published_on": "-31d"}, "expired"),
        ({"state": "hidden", "reason": "It is an advertisement."}, "hidden"),
        ({"state": "chosen", "openings": [opening(state="chosen")]}, "chosen"),
    ],
)
@pytest.mark.django_db
def test_every_state_of_a_tender(
    world: World, small: dict[str, Any], changes: dict[str, Any], state: str
) -> None:
    build(with_tender(small, **changes))
    tender = Tender.objects.get()
    assert tender.state == state
    assert tender.currency == "CHF"
    assert not OutgoingMail.objects.waiting().exists()


@pytest.mark.parametrize("state", ["draft", "sent", "withdrawn"])
@pytest.mark.django_db
def test_every_state_of_a_proposal(world: World, small: dict[str, Any], state: str) -> None:
    build(with_tender(small, openings=[opening(state=state)]))
    assert Proposal.objects.get().state == state


@pytest.mark.django_db
def test_what_happened_lies_in_the_past(world: World, small: dict[str, Any]) -> None:
    asked = opening(questions=[{"text": "When?", "answer": "In May."}])
    build(with_tender(small, published_on="-5d", openings=[asked]))
    tender, question = Tender.objects.get(), Question.objects.get()
    assert timezone.localdate(tender.published_at) == timezone.localdate() - timedelta(days=5)
    assert timezone.localdate(tender.expires_at) == timezone.localdate() + timedelta(days=25)
    assert timezone.localdate(question.answered_at) == timezone.localdate() - timedelta(days=3)


@pytest.mark.django_db
def test_a_preference_gets_its_address_from_the_partner(
    world: World, small: dict[str, Any]
) -> None:
    small["tender_preferences"] = [
        {"partner": "partner", "categories": ["web"], "languages": ["en"], "countries": ["CH"]}
    ]
    build(with_tender(small))
    assert TenderPreference.objects.get().address == "pia@partner.example"
    assert Tender.objects.get().told == 1


@pytest.mark.django_db
def test_a_backup_gets_its_place(world: World, small: dict[str, Any]) -> None:
    small["backups"] = [
        {"organisation": "client", "product": "Site 2", "account": "BA-1", "unit": "U-1"},
        {
            "organisation": "client",
            "product": "Site 1",
            "of": "client",
            "account": "BA-2",
            "unit": "U-2",
        },
    ]
    build(small)
    unit = Product.objects.get(organisation__slug="client", name="Site 2").console_unit
    assert unit is not None
    assert (unit.account.organisation.slug, unit.account.number) == ("partner", "BA-1")


@pytest.mark.django_db
def test_a_backup_that_is_no_product_is_said_with_its_place(
    world: World, small: dict[str, Any]
) -> None:
    small["backups"] = [
        {"organisation": "client", "product": "Site 9", "account": "BA-1", "unit": "U-1"}
    ]
    with pytest.raises(worlds.WorldError, match=r"backups\[0\]: .client. has no product"):
        build(small)


def test_a_logo_lies_beside_the_file(small: dict[str, Any], tmp_path: Path) -> None:
    """T37: drawn anew, and of the world's own folder only."""
    picture = BytesIO()
    Image.new("RGB", (40, 20), "#123456").save(picture, "PNG")
    (tmp_path / "logo.png").write_bytes(picture.getvalue())
    small["directory"] = [{"partner": "partner", "logo": "logo.png"}]
    file = tmp_path / "world.json"
    file.write_text(json.dumps(small))
    (page,) = worlds.read_file(file).directory
    assert page.logo is not None
    assert page.logo[1] == "image/jpeg"
    (tmp_path / "text.png").write_text("no picture")
    outside = tmp_path / "inside"
    outside.mkdir()
    for name, words in (
        ("text.png", "not a PNG"),
        ("gone.png", "there is no file"),
        ("../logo.png", "there is no file"),
        ("/etc/hostname", "there is no file"),
    ):
        small["directory"][0]["logo"] = name
        with pytest.raises(worlds.WorldError, match=words):
            worlds.read(small, folder=outside if name.startswith("..") else tmp_path)
    with pytest.raises(worlds.WorldError, match="needs a world in a file"):
        worlds.read(small)


@pytest.mark.parametrize(
    ("changes", "mistake"),
    [
        ({"budget_from": "9500.00"}, "tenders[0].budget_to: is lower than where the range begins."),
        ({"reason": "Because."}, "tenders[0].reason: is for hidden ones only."),
        ({"state": "hidden"}, "tenders[0].reason: is missing: the requester reads it."),
        ({"state": "expired"}, "published more than 30 days ago"),
        ({"state": "expired", "published_on": "-3d"}, "published more than 30 days ago"),
        ({"published_on": "+1d"}, "tenders[0].published_on: lies in the future."),
        ({"openings": [{"partner": "client"}]}, "“client” is no approved or suspended partner"),
        ({"openings": [opening(), opening()]}, "“partner” opens it a second time."),
        ({"state": "unconfirmed", "openings": [opening()]}, "whose address is not confirmed"),
        ({"state": "chosen", "openings": [opening()]}, "exactly one proposal of a decided tender"),
        ({"openings": [opening(state="chosen")]}, "exactly one proposal of a decided tender"),
        ({"openings": [opening(price_from="9", price_to="8")]}, "proposal.price_to: is lower"),
        ({"openings": [opening(state="draft", questions=[{"text": "?"}])]}, "that were sent"),
        ({"most_openers": 0}, "tenders[0].most_openers: must be a whole number"),
        ({"contact": {"name": "Bo"}}, "tenders[0].contact.email: is missing."),
        ({"categories": ["wine"]}, "there is no category “wine”"),
        ({"language": "pt"}, "tenders[0].language"),
    ],
)
def test_mistakes_of_tenders(small: dict[str, Any], changes: dict[str, Any], mistake: str) -> None:
    with pytest.raises(worlds.WorldError) as raised:
        worlds.read(with_tender(small, **changes))
    assert mistake in str(raised.value)


@pytest.mark.parametrize("section", ["directory", "tender_preferences"])
def test_one_page_and_one_choice_for_each_partner(small: dict[str, Any], section: str) -> None:
    entry: dict[str, Any] = {"partner": "partner"}
    if section == "tender_preferences":
        entry |= {"categories": ["web"], "languages": ["en"]}
    small[section] = [entry, dict(entry)]
    with pytest.raises(worlds.WorldError, match="stands here a second time"):
        worlds.read(small)
    small[section] = [entry | {"partner": "client"}]
    with pytest.raises(worlds.WorldError, match="no approved or suspended partner"):
        worlds.read(small)
