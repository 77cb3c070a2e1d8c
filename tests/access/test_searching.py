"""Searching finds names letter case and accents aside, and nothing by a sign's special meaning."""

import pytest
from django.urls import reverse

from access.models import Organisation
from access.searching import LONGEST, holds
from clients.models import Product
from tests.world import World

pytestmark = pytest.mark.django_db

FINDS = [
    # typed, stored
    ("hotel", "Hôtel Bellevue"),
    ("HOTEL", "Hôtel Bellevue"),
    ("hôtel", "Hotel Bellevue"),
    ("HÔTEL", "hôtel bellevue"),
    ("hotel", "HÔTEL BELLEVUE"),
    ("ho\u0302tel", "Hôtel Bellevue"),  # typed as a letter and an accent
    ("  bellevue  ", "Hôtel Bellevue"),
    ("el bel", "Hôtel Bellevue"),
    ("zurich", "Zürich Web"),
    ("zuerich", "Zürich Web"),
    ("ZUERICH", "ZÜRICH WEB"),
    ("zuerich", "Zuerich Web"),
    ("strasse", "Große Straße"),
    ("grosse", "Große Straße"),
    ("straße", "STRASSE 7"),
    ("oeuvre", "Œuvre d’art"),
    ("œuvre", "Oeuvre d'art"),
    ("caesar", "Cæsar"),
    ("lodz", "Łódź"),
    ("smorrebrod", "Smørrebrød"),
    ("ñandu", "Nandú"),
    ("москва", "МОСКВА"),
    ("йод", "Йод"),
    ("Ωmega", "ωmega"),
    ("서울", "서울 Web"),
    ("100%", "100% Web"),
    ("a_b", "a_b"),
    ("c++ (x) [y] {z} ^$|?*.\\", "C++ (X) [Y] {Z} ^$|?*.\\"),
    ("***:x", "***:x"),
    ("(?i)x", "(?i)x"),
    ("d’art", "Œuvre d’art"),
    ("a-b & c/d #e", "A-B & C/D #E"),
]
MISSES = [
    ("hotels", "Hôtel Bellevue"),
    ("h.tel", "Hôtel Bellevue"),
    ("100_", "100% Web"),
    ("%", "Hôtel"),
    ("_", "Hôtel"),
    (".", "Hôtel"),
    ("*", "Hôtel"),
    ("(?i)x", "x"),
    ("hotel|web", "web"),
    ("[a-z]", "hotel"),
    ("\\w", "hotel"),
    ("иод", "Йод"),
]


def found(text: str, name: str) -> bool:
    Organisation.objects.filter(slug="garage-nord").update(name=name)
    return Organisation.objects.filter(holds(text, "name"), slug="garage-nord").exists()


@pytest.mark.parametrize(("text", "name"), FINDS)
def test_it_finds(world: World, text: str, name: str) -> None:
    assert found(text, name)


@pytest.mark.parametrize(("text", "name"), MISSES)
def test_it_does_not_find(world: World, text: str, name: str) -> None:
    assert not found(text, name)


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
def test_nothing_typed_finds_all(world: World, text: str) -> None:
    assert Organisation.objects.filter(holds(text, "name")).count() == Organisation.objects.count()


def test_any_sign_can_be_typed(world: World) -> None:
    """None has a meaning of its own, at any place."""
    for sign in map(chr, range(1, 0x180)):
        if sign.strip():
            assert found(f"{sign}x{sign}", f"a{sign}x{sign}z"), repr(sign)


def test_of_a_long_text_the_beginning_is_looked_for(world: World) -> None:
    """A pattern of thousands of letters would take a second, or be refused."""
    notes = "ae" * (LONGEST // 2)
    keys = [one.pk for one in world.add_products(world.organisation("garage-nord"), 1)]
    Product.objects.filter(pk__in=keys).update(notes=notes)
    assert Product.objects.filter(holds("ae" * 5_000, "notes"), pk__in=keys).exists()
    assert not Product.objects.filter(holds("ae" * 5_000, "name"), pk__in=keys).exists()


@pytest.mark.parametrize(
    ("person", "name", "slug", "text", "shown"),
    [
        ("lea", "clients", "alpine-web", "hotel", "Hôtel Bellevue"),
        ("lea", "clients", "alpine-web", "HOTEL BELL", "Hôtel Bellevue"),
        ("adam", "people", "alpine-web", "lea fav", "Léa Favre"),
        ("hugo", "partners", "hotel-bellevue", "alpine web sarl", "Alpine Web Sàrl"),
    ],
)
def test_lists_do(world: World, person: str, name: str, slug: str, text: str, shown: str) -> None:
    browser = world.client(person)
    path = reverse(name, args=[slug])
    assert shown in browser.get(path, {"q": text}).content.decode()
    assert f">{shown}<" not in browser.get(path, {"q": text + "xyz"}).content.decode()


def test_the_switcher_does(world: World) -> None:
    switch = world.client("lea").get(reverse("switch"), {"tab": "clients", "q": "hotel"})
    assert "Hôtel Bellevue" in switch.content.decode()
