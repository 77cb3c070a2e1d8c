"""Ending (L6, L9): by either side, all access at once, both sides told, readable for ever."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access import grants
from access.errors import ActForbidden
from access.models import Act, OutgoingMail
from clients import services
from clients.errors import AlreadyDecided, OtherSide
from clients.models import Partnership, Product
from clients.rules import Side
from tests.journey import ALPINE, GARAGE, RHONE, ask, end, invite, logged, mailed
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
BOTH = {"lea@alpineweb.example", "adam@alpineweb.example", "bruno@boulangerie-du-lac.example"}


@pytest.fixture
def bakery(world: World) -> Partnership:
    return world.partnership(BAKERY, ALPINE)


@pytest.mark.parametrize(
    ("name", "slug", "side"), [("bruno", BAKERY, Side.CLIENT), ("lea", ALPINE, Side.PARTNER)]
)
def test_either_side_ends_it(
    world: World, bakery: Partnership, name: str, slug: str, side: Side
) -> None:
    tab = world.actor("lea", BAKERY)
    ended = end(world, bakery, by=world.actor(name, slug), side=side)
    assert ended.state == "ended"
    assert ended.closed_at is not None
    assert mailed("ended") == BOTH
    assert logged(BAKERY)[0] == logged(ALPINE)[0] == "partnership.end"
    with pytest.raises(Http404):
        world.actor("lea", BAKERY)
    assert list(Product.objects.visible_to(tab)) == []
    with pytest.raises(services.products.ProductGone):
        services.change_settings(
            product=world.product(BAKERY, "Bakery mailboxes"),
            by=tab,
            name="Mine",
            notes="",
            technical_contact="",
            auto_renewal=False,
        )


def test_both_logs_say_what_it_was(world: World, bakery: Partnership) -> None:
    end(world, bakery, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    for slug in (BAKERY, ALPINE):
        line = Act.objects.filter(organisation__slug=slug).first()
        assert line.before == {"access": "full", "payment_mode": "client", "products": []}
        assert line.object_id == bakery.public_id


def test_other_clients_keep_their_partner(world: World, bakery: Partnership) -> None:
    end(world, bakery, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    assert world.actor("lea", CLINIC)
    assert world.actor("lea", "hotel-bellevue")


def test_it_ends_once(world: World, bakery: Partnership) -> None:
    """L10: posted twice, or both sides."""
    end(world, bakery, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    for name, slug, side in [("bruno", BAKERY, Side.CLIENT), ("lea", ALPINE, Side.PARTNER)]:
        with pytest.raises(AlreadyDecided, match="has ended"):
            end(world, bakery, by=world.actor(name, slug), side=side)
    assert OutgoingMail.objects.filter(kind="clients.ended").count() == 3


@pytest.mark.parametrize(
    ("name", "slug", "side"),
    [
        ("gina", GARAGE, Side.CLIENT),  # another client
        ("remi", RHONE, Side.PARTNER),  # another partner
        ("lea", ALPINE, Side.CLIENT),  # the other side's button
        ("bruno", BAKERY, Side.PARTNER),
        ("lea", BAKERY, Side.CLIENT),  # the partner's person at the client's (T31)
        ("lea", BAKERY, Side.PARTNER),
    ],
)
def test_nobody_else_ends_it(
    world: World, bakery: Partnership, name: str, slug: str, side: Side
) -> None:
    with pytest.raises(OtherSide):
        end(world, bakery, by=world.actor(name, slug), side=side)
    assert world.actor("cora", BAKERY)


@pytest.mark.parametrize("name", ["adam", "cora"])
def test_only_a_legal_representative_ends_it(world: World, bakery: Partnership, name: str) -> None:
    """O4"""
    with pytest.raises(ActForbidden):
        end(world, bakery, by=world.actor(name, ALPINE), side=Side.PARTNER)


def test_what_waits_is_not_ended(world: World) -> None:
    with pytest.raises(AlreadyDecided, match="still waits"):
        end(world, invite(world), by=world.actor("gina", GARAGE), side=Side.CLIENT)
    with pytest.raises(AlreadyDecided, match="still waits"):
        end(world, ask(world), by=world.actor("lea", ALPINE), side=Side.PARTNER)


def test_the_pair_may_begin_again(world: World, bakery: Partnership) -> None:
    """Without the collaborators assigned before."""
    bruno = world.actor("bruno", BAKERY)
    end(world, bakery, by=bruno, side=Side.CLIENT)
    again = services.invite_partner(
        partner=world.partner(ALPINE), offer=services.offer_of(bakery), by=bruno
    )
    services.accept_invitation(
        partnership=again, version=again.version, by=world.actor("lea", ALPINE)
    )
    assert world.actor("lea", BAKERY)
    with pytest.raises(Http404):
        world.actor("cora", BAKERY)


# ---- An end date (L9) ------------------------------------------------------------------------


@pytest.fixture
def lapsed(bakery: Partnership) -> Partnership:
    """Its end date has passed, and no job came by."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=bakery.pk).update(ends_at=yesterday)
    bakery.refresh_from_db()
    return bakery


def test_the_portal_ends_it_and_tells_both_sides(world: World, lapsed: Partnership) -> None:
    assert services.lapse(partnership=lapsed).state == "ended"
    assert mailed("ended") == BOTH
    line = Act.objects.filter(organisation__slug=BAKERY).first()
    assert (line.act, line.person, line.acted_for) == ("partnership.lapse", None, None)
    with pytest.raises(AlreadyDecided):
        services.lapse(partnership=lapsed)
    assert OutgoingMail.objects.filter(kind="clients.ended").count() == 3


def test_one_that_was_prolonged_since_the_job_listed_it_goes_on(
    world: World, lapsed: Partnership
) -> None:
    Partnership.objects.filter(pk=lapsed.pk).update(ends_at=timezone.now() + timedelta(days=9))
    with pytest.raises(AlreadyDecided):
        services.lapse(partnership=lapsed)
    assert mailed("ended") == set()
    assert lapsed in Partnership.objects.active()


def test_it_is_not_active_though_its_state_says_so(world: World, lapsed: Partnership) -> None:
    assert lapsed.state == "active"
    assert lapsed in Partnership.objects.lapsed()
    assert lapsed in Partnership.objects.over()
    assert lapsed not in Partnership.objects.active()
    assert grants.full_access_holder(world.organisation(BAKERY)) is None


def test_a_person_may_still_end_what_time_has_ended(world: World, lapsed: Partnership) -> None:
    assert end(world, lapsed, by=world.actor("bruno", BAKERY), side=Side.CLIENT).state == "ended"


def test_an_end_date_to_come_changes_nothing_yet(world: World, bakery: Partnership) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    Partnership.objects.filter(pk=bakery.pk).update(ends_at=tomorrow)
    assert world.actor("lea", BAKERY)
    assert not Partnership.objects.lapsed().exists()
