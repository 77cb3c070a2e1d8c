"""Finding a partner (L3, T27): approved and listed ones, by name, or by an exact address."""

import pytest

from partners import services
from partners.models import Partner
from tests.journey import ALPINE, RHONE
from tests.world import World

pytestmark = pytest.mark.django_db


def found(text: str) -> set[str]:
    return {partner.organisation.slug for partner in Partner.objects.open_to_clients().search(text)}


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("alpine", {ALPINE}),
        ("  ALPINE  ", {ALPINE}),
        ("rhône", {RHONE}),
        ("nova", set()),  # applied, not approved
        ("garage", set()),  # no partner
        ("nobody", set()),
        ("%", set()),
        ("_", set()),
        # An address, whole and exact: the contact's, or a legal representative's.
        ("hello@alpineweb.example", {ALPINE}),
        ("Hello@AlpineWeb.example", {ALPINE}),
        ("lea@alpineweb.example", {ALPINE}),
        (" remi@rhonedigital.example ", {RHONE}),
        # Parts of addresses, and people who do not represent it, find nothing.
        ("@alpineweb.example", set()),
        ("lea@", set()),
        ("adam@alpineweb.example", set()),
        ("cora@alpineweb.example", set()),
        ("gina@garage-nord.example", set()),
        ("nina@novahosting.example", set()),
        ("%@alpineweb.example", set()),
    ],
)
def test_what_a_search_finds(world: World, text: str, slugs: set[str]) -> None:
    assert found(text) == slugs


def test_nothing_searched_finds_all_that_are_open(world: World) -> None:
    assert found("") == {ALPINE, RHONE}


@pytest.mark.parametrize("text", ["alpine", "lea@alpineweb.example", "hello@alpineweb.example"])
def test_who_is_not_listed_is_not_found(world: World, text: str) -> None:
    """The same answer as for a partner that does not exist."""
    Partner.objects.filter(organisation__slug=ALPINE).update(listed=False)
    assert found(text) == set()


def test_who_is_suspended_is_not_found(world: World) -> None:
    """P5"""
    services.suspend(partner=world.partner(ALPINE), by=None)
    assert found("alpine") == set()
