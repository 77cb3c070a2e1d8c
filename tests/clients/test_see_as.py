"""See as the partner: a picture by the partner's own questions, which writes nothing (T10)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.errors import ActForbidden
from access.pictures import LOOKING, picture_of
from access.rules import ACTS
from clients import services
from clients.models import Partnership, Product
from clients.rules import Offer
from tests.journey import ALPINE, GARAGE, RHONE, accept, change, invite, limited, seen
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, HOTEL = "clinique-belmont", "hotel-bellevue"


def address(partnership: Partnership) -> str:
    return reverse("partnership_see", args=[partnership.client.slug, partnership.public_id])


def names(response) -> set[str]:
    return {product.name for product in response.context["page"]}


def test_it_shows_what_the_partner_sees(world: World) -> None:
    for slug, who in [(CLINIC, "clara"), (HOTEL, "hugo")]:
        page = world.client(who).get(address(world.partnership(slug, ALPINE)))
        assert names(page) == seen(world, "lea", slug)


def test_a_change_shows_at_once(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    clara = world.client("clara")
    change(world, partnership, Offer.full("client"))
    assert names(clara.get(address(partnership))) == seen(world, "lea", CLINIC)
    assert len(names(clara.get(address(partnership)))) == 8


def test_products_that_the_partner_does_not_reach_are_nowhere_on_it(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    page = world.client("clara").get(address(partnership))
    hidden = {one.name for one in world.products(CLINIC)} - seen(world, "lea", CLINIC)
    assert hidden
    assert not [name for name in hidden if f">{name}<" in page.text]


def test_what_it_may_do_comes_from_the_table(world: World) -> None:
    clara = world.client("clara")
    page = clara.get(address(world.partnership(CLINIC, ALPINE)))
    assert ACTS["product.change_settings"].label in page.context["may"]
    assert ACTS["product.order"].label in page.context["may_not"]
    page = world.client("hugo").get(address(world.partnership(HOTEL, ALPINE)))
    assert ACTS["product.order"].label in page.context["may"]
    for act in ("people.change", "organisation.change", "partners.authorise", "log.see"):
        assert ACTS[act].label in page.context["may_not"]


def test_of_an_invitation_it_shows_what_the_partner_would_see(world: World) -> None:
    gina = world.client("gina")
    for offer in (limited(world, GARAGE, "garage-nord.example"), Offer.full("client")):
        invited = invite(world, offer)
        page = gina.get(address(invited))
        assert "has not accepted yet" in page.text
        would = names(page)
        accept(world, invited)
        assert would == names(gina.get(address(invited))) == seen(world, "remi", GARAGE)
        services.end_partnership(partnership=invited, side="client", by=world.actor("gina", GARAGE))


def test_what_is_over_shows_nothing(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=timezone.now())
    answer = world.client("clara").get(address(partnership), follow=True)
    assert "its end date has passed" in answer.text
    assert answer.redirect_chain


def test_only_the_clients_own_representatives_look(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    for name in ("lea", "colin", "bruno", "remi", "staff"):
        assert world.client(name).get(address(partnership)).status_code == 404
    world.add_member(CLINIC, "ada", role="administrator")
    assert world.client("ada").get(address(partnership)).status_code == 200
    assert world.client("clara").post(address(partnership)).status_code == 405


def test_search_filter_and_sort_are_the_partners(world: World) -> None:
    page = world.client("hugo").get(
        address(world.partnership(HOTEL, ALPINE)), {"q": "site-1.", "sort": "-name"}
    )
    assert names(page) == {"site-1.hotel-bellevue.example"}


# ---- The picture -----------------------------------------------------------------------------


def test_a_picture_may_do_nothing_but_look(world: World) -> None:
    partnership = world.partnership(HOTEL, ALPINE)
    hugo = world.person("hugo")
    picture = picture_of(partnership, full=True, person=hugo)
    for act in ACTS:
        if act not in LOOKING:
            with pytest.raises(ActForbidden):
                picture.require(act)
    picture.require("product.see")


def test_no_verb_takes_it(world: World) -> None:
    partnership = world.partnership(HOTEL, ALPINE)
    picture = picture_of(partnership, full=True, person=world.person("hugo"))
    product = world.products(HOTEL)[0]
    with pytest.raises(ActForbidden):
        services.change_settings(
            product=product,
            by=picture,
            name="Mine",
            notes="",
            technical_contact="",
            auto_renewal=False,
        )
    product.refresh_from_db()
    assert product.name != "Mine"


def test_it_answers_as_the_partners_person_does(world: World) -> None:
    for slug in (CLINIC, HOTEL):
        partnership = world.partnership(slug, ALPINE)
        lea = world.actor("lea", slug)
        picture = picture_of(
            partnership, full=partnership.access == "full", person=world.person("lea")
        )
        assert {act: picture.answer(act) for act in ACTS} == {act: lea.answer(act) for act in ACTS}
        mine = Product.objects.visible_to(picture)
        assert set(mine) == set(Product.objects.visible_to(lea))
    assert RHONE
