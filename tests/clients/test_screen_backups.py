"""The partner's backups (C4): its account, its units, what sits elsewhere, and why it stays."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Organisation
from clients.models import ConsoleAccount, ConsoleUnit, Product
from clients.rules import Side
from clients.services import end_partnership
from clients.services.backups import put_into_console
from tests.world import World

pytestmark = pytest.mark.django_db

ALPINE, BAKERY, CLINIC, HOTEL = (
    "alpine-web",
    "boulangerie-du-lac",
    "clinique-belmont",
    "hotel-bellevue",
)


def number_of(owner: Organisation) -> str:
    return f"BA-{owner.slug.upper()}"


def unit_of(account: ConsoleAccount, client: Organisation) -> str:
    return f"U-{client.slug.upper()}"


def backup(world: World, slug: str, name: str, *, placed: bool = True) -> Product:
    (made,) = world.add_products(world.organisation(slug), 1, type="backup", name=name)
    if placed:
        put_into_console(product=made, new_account=number_of, new_unit=unit_of)
    return Product.objects.get(pk=made.pk)


def elsewhere(world: World, slug: str, name: str) -> Product:
    """One that sits in the client's own account, made before it had a partner."""
    made = backup(world, slug, name, placed=False)
    account = ConsoleAccount.objects.create(organisation=made.organisation, number="BA-OLD")
    unit = ConsoleUnit.objects.create(account=account, client=made.organisation, number="U-OLD")
    Product.objects.filter(pk=made.pk).update(console_unit=unit)
    return Product.objects.get(pk=made.pk)


@pytest.fixture
def backups(world: World) -> dict[str, Product]:
    """Of all of the demo world's products, only these are backups."""
    Product.objects.filter(product_type__is_backup=True).update(
        product_type=world.product_type("vps")
    )
    return {
        "ours": backup(world, BAKERY, "Flour"),
        "theirs": elsewhere(world, HOTEL, "Till"),
        "new": backup(world, HOTEL, "Menu", placed=False),
        "hidden": backup(world, CLINIC, "Patients"),
    }


def url(name: str = "backups", *keys: str) -> str:
    return reverse(name, args=[ALPINE, *keys])


def listed(response: Any) -> list[tuple[str, str]]:
    return [(row.name, row.place) for row in response.context["page"]]


def test_the_account_its_units_and_what_sits_elsewhere(
    world: World, backups: dict[str, Product]
) -> None:
    """C4; of the clinic, limited access reaches three products and not this one (T10)."""
    response = world.client("lea").get(url())
    assert listed(response) == [("Flour", "ours"), ("Menu", "waiting"), ("Till", "elsewhere")]
    assert response.context["numbers"] == {"ours": 1, "elsewhere": 1, "waiting": 1}
    assert "BA-ALPINE-WEB" in response.text
    assert "U-BOULANGERIE-DU-LAC" in response.text
    for theirs in ("BA-OLD", "U-OLD", "Patients"):
        assert theirs not in response.text


def test_a_collaborator_sees_those_of_its_clients(
    world: World, backups: dict[str, Product]
) -> None:
    """O5"""
    response = world.client("cora").get(url())
    assert listed(response) == [("Flour", "ours")]
    assert response.context["unit_count"] == 1
    assert "Till" not in response.text


@pytest.mark.parametrize("stranger", ["remi", "bruno", "clara", "staff", "gina", "nina"])
@pytest.mark.parametrize("name", ["backups", "backups_csv"])
def test_strangers_find_nothing(
    world: World, backups: dict[str, Product], stranger: str, name: str
) -> None:
    assert world.client(stranger).get(url(name)).status_code == 404


def test_a_former_clients_unit_stays_and_shows_nothing(
    world: World, backups: dict[str, Product]
) -> None:
    """C4, T22"""
    actor = world.actor("lea", ALPINE)
    partnership = world.partnership(BAKERY, ALPINE)
    end_partnership(partnership=partnership, side=Side.PARTNER, by=actor)
    response = world.client("lea").get(url())
    assert [unit.number for unit in response.context["former"]] == [
        "U-BOULANGERIE-DU-LAC",
    ]
    assert "Flour" not in response.text
    assert world.client("cora").get(url()).context["former"].count() == 0
    posted = world.client("lea").post(url("backup_move", backups["ours"].public_id))
    assert posted.status_code == 404


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("ours", "Flour stays in the console account BA-ALPINE-WEB"),
        ("theirs", "Till stays in the console account in which it was made"),
        ("new", "Menu has no place in the backup console yet"),
    ],
)
def test_a_move_is_refused_with_the_reason(
    world: World, backups: dict[str, Product], which: str, words: str
) -> None:
    """C4"""
    product = backups[which]
    response = world.client("lea").post(url("backup_move", product.public_id))
    assert response.status_code == 409
    assert words in response.text
    assert "BA-OLD" not in response.text
    assert Product.objects.get(pk=product.pk).console_unit == product.console_unit


def test_a_move_is_asked_by_post_and_of_what_one_sees(
    world: World, backups: dict[str, Product]
) -> None:
    assert world.client("lea").get(url("backup_move", "x")).status_code == 405
    for who, which in (("lea", "hidden"), ("cora", "theirs"), ("remi", "ours")):
        address = url("backup_move", backups[which].public_id)
        assert world.client(who).post(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=bellevue", ["Menu", "Till"]),
        ("q=flour", ["Flour"]),
        ("q=u-boul", ["Flour"]),
        ("q=u-old", []),
        ("place=elsewhere", ["Till"]),
        ("place=waiting&state=active", ["Menu"]),
        ("state=suspended", []),
        ("place=nonsense&sort=nonsense&page=99", ["Flour", "Menu", "Till"]),
        ("sort=-name", ["Till", "Menu", "Flour"]),
    ],
)
def test_search_filters_and_order(
    world: World, backups: dict[str, Product], query: str, expected: list[str]
) -> None:
    response = world.client("lea").get(f"{url()}?{query}")
    assert [name for name, _place in listed(response)] == expected


def test_the_csv_holds_what_the_list_shows(world: World, backups: dict[str, Product]) -> None:
    response = world.client("lea").get(f"{url('backups_csv')}?q=bellevue")
    text = b"".join(response).decode()  # type: ignore[arg-type]
    assert [line.split(";")[1] for line in text.splitlines()] == ["Backup", "Menu", "Till"]
    assert "BA-OLD" not in text


def test_the_list_asks_the_same_number_of_questions(
    world: World, backups: dict[str, Product]
) -> None:
    browser = world.client("lea")
    with CaptureQueriesContext(connection) as few:
        browser.get(url())
    world.add_products(world.organisation(HOTEL), 30, type="backup")
    with CaptureQueriesContext(connection) as many:
        assert len(browser.get(url()).context["page"].object_list) == 33
    assert len(many) == len(few)


def test_the_products_page_says_where_it_sits(world: World, backups: dict[str, Product]) -> None:
    """C4: to the partner whose account it is not, without the account's number."""
    page = reverse("product", args=[HOTEL, backups["theirs"].public_id])
    assert "another console account" in world.client("lea").get(page).text
    assert "BA-OLD" in world.client("hugo").get(page).text
    ours = reverse("product", args=[BAKERY, backups["ours"].public_id])
    assert "BA-ALPINE-WEB" in world.client("lea").get(ours).text
