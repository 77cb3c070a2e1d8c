"""Products (C3): where they are, who changes their settings, and what the log says."""

from typing import Any

import pytest
from django.http import Http404
from django.utils.translation import override

from access.models import Act
from clients import services
from clients.errors import ProductGone
from clients.models import Category, Product, ProductType
from clients.rules import Offer, Side
from tests.journey import ALPINE, change, end, logged
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY, HOTEL = "clinique-belmont", "boulangerie-du-lac", "hotel-bellevue"


def rename(world: World, name: str, slug: str, product: str, **changes: Any) -> Product:
    found = world.product(slug, product)
    fields = ("name", "notes", "technical_contact", "auto_renewal")
    wanted = {field: getattr(found, field) for field in fields} | changes
    return services.change_settings(product=found, by=world.actor(name, slug), **wanted)


def test_a_product_is_installed_in_the_clients_organisation(world: World) -> None:
    made = services.install_product(
        organisation=world.organisation(CLINIC),
        product_type=world.product_type("vps"),
        name="New server",
        by=world.person("clara"),
    )
    assert (made.organisation.slug, made.state, made.period) == (CLINIC, "active", "monthly")
    assert logged(CLINIC)[0] == "product.install"


def test_partner_and_payer_move_no_product(world: World) -> None:
    """C3"""
    before = {product.pk for product in world.products(HOTEL)}
    partnership = change(world, world.partnership(HOTEL, ALPINE), Offer.full("client"))
    end(world, partnership, by=world.actor("hugo", HOTEL), side=Side.CLIENT)
    assert {product.pk for product in world.products(HOTEL)} == before


@pytest.mark.parametrize(
    ("name", "slug", "product"),
    [
        ("clara", CLINIC, "Care team chat"),
        ("colin", CLINIC, "Staff mailboxes"),
        ("lea", CLINIC, "Appointments server"),
        ("cora", BAKERY, "Bakery mailboxes"),
    ],
)
def test_who_reaches_a_product_changes_its_settings(
    world: World, name: str, slug: str, product: str
) -> None:
    """Section 6"""
    rename(world, name, slug, product, notes="Called on Monday.", auto_renewal=False)
    found = world.product(slug, product)
    assert (found.notes, found.auto_renewal) == ("Called on Monday.", False)
    line = Act.objects.filter(organisation__slug=slug).first()
    assert line.before == {"notes": "", "auto_renewal": True}
    assert line.after == {"notes": "Called on Monday.", "auto_renewal": False}


@pytest.mark.parametrize(
    ("name", "slug", "product"),
    [
        ("colin", CLINIC, "Care team chat"),  # not assigned
        ("lea", CLINIC, "Care team chat"),  # not granted (T10)
    ],
)
def test_others_cannot(world: World, name: str, slug: str, product: str) -> None:
    with pytest.raises(ProductGone):
        rename(world, name, slug, product, notes="mine")
    assert world.product(slug, product).notes == ""


def test_a_product_of_another_organisation_answers_alike(world: World) -> None:
    """T43: an object that slipped into the call is looked up again."""
    with pytest.raises(ProductGone):
        services.change_settings(
            product=world.product(BAKERY, "Bakery mailboxes"),
            by=world.actor("clara", CLINIC),
            name="Mine",
            notes="",
            technical_contact="",
            auto_renewal=True,
        )


def test_a_right_that_ended_meanwhile(world: World) -> None:
    """T22: between the page and the button."""
    lea = world.actor("lea", CLINIC)
    product = world.product(CLINIC, "Appointments server")
    end(world, world.partnership(CLINIC, ALPINE), by=world.actor("lea", ALPINE), side=Side.PARTNER)
    with pytest.raises(ProductGone):
        services.change_settings(
            product=product, by=lea, name="x", notes="", technical_contact="", auto_renewal=True
        )
    with pytest.raises(Http404):
        world.actor("lea", CLINIC)


def test_what_stays_the_same_is_not_written(world: World) -> None:
    before = Act.objects.count()
    rename(world, "clara", CLINIC, "Care team chat")
    assert Act.objects.count() == before


def test_search_looks_at_name_and_notes(world: World) -> None:
    rename(world, "clara", CLINIC, "Care team chat", notes="Code word: heron")
    found = Product.objects.visible_to(world.actor("clara", CLINIC))
    assert [product.name for product in found.search("HERON")] == ["Care team chat"]
    assert [product.name for product in found.search("  video ")] == ["Consultations by video"]
    assert found.search("").count() == 8
    assert not found.search("50%").exists()


def test_the_catalogue_speaks_the_readers_language(world: World) -> None:
    with override("fr"):
        assert str(Category.objects.get(slug="web-domains")) == "Web et domaines"
        assert str(ProductType.objects.get(slug="web-hosting")) == "Hébergement web"
    with override("en"):
        assert str(Category.objects.get(slug="web-domains")) == "Web & domains"
