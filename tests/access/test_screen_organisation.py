"""An organisation's own data: seen by its people, changed by who may (O2, O6, O7)."""

import pytest
from django.urls import reverse

from access.errors import ActForbidden
from access.models import Act
from access.services import change_organisation
from tests.journey import ALPINE, GARAGE
from tests.world import World

pytestmark = pytest.mark.django_db

CLINIC, BAKERY, VIGNE = "clinique-belmont", "boulangerie-du-lac", "atelier-vigne"


def see(slug: str) -> str:
    return reverse("organisation", args=[slug])


def edit(slug: str) -> str:
    return reverse("organisation_edit", args=[slug])


def typed(**changes) -> dict:
    return {
        "name": "Garage Nord",
        "street": "Rue du Nord 2",
        "postcode": "1200",
        "city": "Genève",
        "registration_number": "",
        "vat_number": "",
        "website": "",
    } | changes


@pytest.mark.parametrize("name", ["clara", "colin"])
def test_its_people_see_it(world: World, name: str) -> None:
    response = world.client(name).get(see(CLINIC))
    assert "Route de Florissant 88" in response.text
    assert (edit(CLINIC) in response.text) == (name == "clara")


@pytest.mark.parametrize(
    ("name", "slug"), [("lea", BAKERY), ("lea", CLINIC), ("gina", CLINIC), ("staff", CLINIC)]
)
def test_others_do_not(world: World, name: str, slug: str) -> None:
    assert world.client(name).get(see(slug)).status_code == 404


@pytest.mark.parametrize(
    ("name", "slug", "status"),
    [("colin", CLINIC, 403), ("lea", BAKERY, 403), ("gina", CLINIC, 404), ("cora", ALPINE, 403)],
)
def test_others_do_not_change_it(world: World, name: str, slug: str, status: int) -> None:
    """Section 6: a partner never."""
    browser = world.client(name)
    assert browser.get(edit(slug)).status_code == status
    assert browser.post(edit(slug), typed(name="Mine")).status_code == status
    world.organisation(slug).refresh_from_db()
    assert world.organisation(slug).name != "Mine"


@pytest.mark.parametrize(("name", "slug"), [("gina", GARAGE), ("adam", ALPINE)])
def test_who_answers_for_it_changes_it(world: World, name: str, slug: str) -> None:
    form = typed(
        name="A new name",
        registration_number="CHE-100.155.212",
        website="https://www.new.example/",
        requires_second_factor="on",
    )
    before = world.organisation(slug)
    response = world.client(name).post(edit(slug), form)
    assert response.url == see(slug)
    changed = world.organisation(slug)
    assert (changed.name, changed.registration_number) == ("A new name", "CHE100155212")
    assert (changed.requires_second_factor, changed.slug) == (True, slug)
    line = Act.objects.filter(act="organisation.change").get()
    assert line.before["name"] == before.name
    assert line.after["name"] == "A new name"


def test_what_did_not_change_writes_no_line(world: World) -> None:
    garage = world.organisation(GARAGE)
    form = {field: getattr(garage, field) for field in typed()}
    world.client("gina").post(edit(GARAGE), form)
    assert not Act.objects.filter(act="organisation.change").exists()


@pytest.mark.parametrize(
    ("slug", "who", "field", "value"),
    [
        (GARAGE, "gina", "name", ""),
        (GARAGE, "gina", "name", "Pay at https://evil.example"),
        (GARAGE, "gina", "registration_number", "CHE-123.456.789"),
        (GARAGE, "gina", "vat_number", "CHE-000.000.001 MWST"),
        (GARAGE, "gina", "website", "http://garage.example"),
        (GARAGE, "gina", "website", "javascript:alert(1)"),
        (VIGNE, "viola", "registration_number", "123 456 789 00011"),
        (VIGNE, "viola", "vat_number", "FR 40 303 265 044"),
    ],
)
def test_wrong_data_stays_beside_its_field(
    world: World, slug: str, who: str, field: str, value: str
) -> None:
    """O7: checked by the country that the organisation has."""
    before = world.organisation(slug)
    response = world.client(who).post(edit(slug), typed(**{field: value}))
    assert list(response.context["form"].errors) == [field]
    assert "Rue du Nord 2" in response.text
    assert before.name in response.text
    assert world.organisation(slug).street == before.street


def test_the_country_and_more_cannot_be_slipped_in(world: World) -> None:
    """T39, O6"""
    form = typed(country="FR", currency="EUR", slug="mine", affiliate="on", premium_support="on")
    world.client("gina").post(edit(GARAGE), form)
    garage = world.organisation(GARAGE)
    assert (str(garage.country), garage.currency) == ("CH", "CHF")
    assert (garage.affiliate, garage.premium_support) == (False, False)


def test_who_can_change_the_country_is_said(world: World, settings) -> None:
    settings.VENDOR_SUPPORT_EMAIL = "help@vendor.example"
    assert "help@vendor.example" in world.client("gina").get(edit(GARAGE)).text


def test_the_service_refuses_too(world: World) -> None:
    with pytest.raises(ActForbidden):
        change_organisation(by=world.actor("colin", CLINIC), name="Mine")
    with pytest.raises(ValueError, match="country"):
        change_organisation(by=world.actor("gina", GARAGE), country="FR")
