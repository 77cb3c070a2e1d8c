"""Founding an organisation (O2, O6, O7)."""

import pytest
from django.urls import reverse

from access.models import Organisation

pytestmark = pytest.mark.django_db

URL = "/organisations/new/"


def typed(**changes):
    return {
        "name": "Café du Port",
        "country": "CH",
        "street": "Rue du Port 1",
        "postcode": "1201",
        "city": "Genève",
        "registration_number": "",
        "vat_number": "",
        "website": "",
    } | changes


@pytest.fixture
def newcomer(world):
    world.add_person("new@port.example", name="Nora Neuf")
    return world.client("new")


def test_the_founder_is_its_legal_representative(newcomer):
    response = newcomer.post(URL, typed())
    organisation = Organisation.objects.get(name="Café du Port")
    assert response["Location"] == reverse("home", args=["cafe-du-port"])
    assert organisation.memberships.get().role == "legal_representative"
    assert organisation.currency == "CHF"


@pytest.mark.parametrize(("country", "currency"), [("CH", "CHF"), ("LI", "CHF"), ("FR", "EUR")])
def test_the_country_fixes_the_currency(newcomer, country, currency):
    newcomer.post(URL, typed(country=country))
    assert Organisation.objects.get(name="Café du Port").currency == currency


def test_a_taken_name_tells_nothing_in_its_address(newcomer, world):
    newcomer.post(URL, typed(name="Garage Nord"))
    slugs = set(Organisation.objects.filter(name="Garage Nord").values_list("slug", flat=True))
    assert len(slugs) == 2
    assert all(slug.startswith("garage-nord") for slug in slugs)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Pay at https://evil.example"),
        ("country", "XX"),
        ("registration_number", "CHE-123.456.789"),
        ("vat_number", "CHE-000.000.001 MWST"),
        ("website", "http://cafe.example"),
        ("website", "javascript:alert(1)"),
    ],
)
def test_wrong_data_stays_beside_its_field(newcomer, field, value):
    response = newcomer.post(URL, typed(**{field: value}))
    assert list(response.context["form"].errors) == [field]
    assert "Rue du Port 1" in response.text
    assert not Organisation.objects.filter(street="Rue du Port 1").exists()


def test_numbers_are_checked_for_real_and_kept_compact(newcomer):
    newcomer.post(URL, typed(registration_number="CHE-100.155.212"))
    assert Organisation.objects.get(name="Café du Port").registration_number == "CHE100155212"


def test_then_it_goes_on_where_the_person_was_going(newcomer):
    assert newcomer.post(URL, typed(next="/switch/"))["Location"] == "/switch/"


def test_but_never_to_another_host(newcomer):
    """T36."""
    response = newcomer.post(URL, typed(next="https://evil.example/"))
    assert response["Location"] == "/o/cafe-du-port/"


def test_a_stranger_signs_in_first(client, world):
    response = client.get(URL)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
