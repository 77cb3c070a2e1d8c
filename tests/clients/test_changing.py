"""Changing an access (L5): effective at once, the difference only, and the partner is told."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access.errors import ActForbidden
from access.models import Act, OutgoingMail, ProductGroupPermission
from clients import services
from clients.errors import (
    AlreadyDecided,
    FullAccessTaken,
    NothingChosen,
    OfferChanged,
    OtherSide,
    ProductGone,
    ProductTaken,
)
from clients.models import Partnership
from clients.rules import Offer, Side
from tests.journey import (
    ALPINE,
    GARAGE,
    RHONE,
    accept,
    all_of,
    ask,
    change,
    end,
    grant,
    invite,
    limited,
    logged,
    mailed,
    seen,
)
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
GRANTED = ["www.clinique-belmont.example", "clinique-belmont.example", "Appointments server"]
ALPINES = {"lea@alpineweb.example", "adam@alpineweb.example"}


@pytest.fixture
def clinic(world: World) -> Partnership:
    """Alpine Web's limited access to the clinic: 3 of 8 products."""
    return world.partnership(CLINIC, ALPINE)


def test_products_are_added_and_removed(world: World, clinic: Partnership) -> None:
    change(world, clinic, limited(world, CLINIC, *GRANTED[:2], "Care team chat"))
    assert seen(world, "lea", CLINIC) == {*GRANTED[:2], "Care team chat"}
    mail = OutgoingMail.objects.filter(kind="clients.access_changed").first()
    assert mail.context["gained"] == ["Care team chat"]
    assert mail.context["lost"] == ["Appointments server"]
    assert mailed("access_changed") == ALPINES


def test_a_grant_that_stays_keeps_its_date_and_giver(world: World, clinic: Partnership) -> None:
    rows = ProductGroupPermission.objects.filter(content_object__name__in=GRANTED[:2])
    before = set(rows.values_list("pk", "granted_at", "granted_by"))
    change(world, clinic, limited(world, CLINIC, *GRANTED[:2], "Care team chat"))
    assert set(rows.values_list("pk", "granted_at", "granted_by")) == before
    new = ProductGroupPermission.objects.get(content_object__name="Care team chat")
    assert new.granted_by == world.person("clara")


def test_limited_to_full_and_back(world: World, clinic: Partnership) -> None:
    partnership = change(world, clinic, Offer.full("partner"))
    assert (partnership.access, partnership.payment_mode) == ("full", "partner")
    assert seen(world, "lea", CLINIC) == all_of(world, CLINIC)
    partnership = change(world, partnership, limited(world, CLINIC, "Care team chat"))
    assert (partnership.access, partnership.payment_mode) == ("limited", "client")
    assert seen(world, "lea", CLINIC) == {"Care team chat"}


def test_the_payment_mode_alone(world: World) -> None:
    """L5, M10: by the client, with effect at once; the partner is mailed."""
    partnership = change(world, world.partnership(BAKERY, ALPINE), Offer.full("partner"))
    assert (partnership.payment_mode, partnership.version) == ("partner", 2)
    assert mailed("payment_mode_changed") == ALPINES
    assert mailed("access_changed") == set()
    assert seen(world, "lea", BAKERY) == all_of(world, BAKERY)


def test_each_change_is_a_mail_of_its_own(world: World) -> None:
    partnership = world.partnership(BAKERY, ALPINE)
    for mode in ("partner", "client", "partner"):
        partnership = change(world, partnership, Offer.full(mode))
    assert OutgoingMail.objects.filter(kind="clients.payment_mode_changed").count() == 6


def test_both_logs_say_what_was_and_what_is(world: World, clinic: Partnership) -> None:
    """A2"""
    change(world, clinic, Offer.full("client"))
    for slug in (CLINIC, ALPINE):
        line = Act.objects.filter(organisation__slug=slug).first()
        assert (line.act, line.person_name) == ("partnership.change", "Clara Meyer")
        assert line.before["products"] == sorted(GRANTED)
        assert line.after == {"access": "full", "payment_mode": "client", "products": []}


def test_a_change_that_changes_nothing(world: World, clinic: Partnership) -> None:
    with pytest.raises(NothingChosen):
        change(world, clinic, limited(world, CLINIC, *GRANTED))
    with pytest.raises(NothingChosen):
        change(world, clinic, Offer.limited([]))
    clinic.refresh_from_db()
    assert clinic.version == 1
    assert logged(CLINIC)[0] != "partnership.change"


def test_a_form_that_shows_an_older_state(world: World, clinic: Partnership) -> None:
    """Posted twice, or from a second tab."""
    change(world, clinic, limited(world, CLINIC, GRANTED[0]))
    with pytest.raises(OfferChanged):
        change(world, clinic, Offer.full("client"))
    assert seen(world, "lea", CLINIC) == {GRANTED[0]}


def test_a_product_that_left_meanwhile(world: World, clinic: Partnership) -> None:
    offer = limited(world, CLINIC, GRANTED[0], "Care team chat")
    world.product(CLINIC, "Care team chat").delete()
    with pytest.raises(ProductGone):
        change(world, clinic, offer)
    assert seen(world, "lea", CLINIC) == set(GRANTED)


def test_anothers_product(world: World, clinic: Partnership) -> None:
    with pytest.raises(ProductGone):
        change(world, clinic, limited(world, GARAGE, "garage-nord.example"))


def test_a_product_that_another_partner_manages(world: World) -> None:
    """L7"""
    accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    mine = grant(world, ask(world), limited(world, GARAGE, "Service records"))
    with pytest.raises(ProductTaken, match="Rhône"):
        change(world, mine, limited(world, GARAGE, "Service records", "garage-nord.example"))
    assert seen(world, "lea", GARAGE) == {"Service records"}


def test_full_access_that_another_partner_has(world: World) -> None:
    """L7"""
    accept(world, invite(world))
    mine = grant(world, ask(world), limited(world, GARAGE, "Service records"))
    with pytest.raises(FullAccessTaken, match="Rhône"):
        change(world, mine, Offer.full("client"))


def test_a_grant_beside_anothers_full_access(world: World) -> None:
    """L7: the manager is the one with the grant on the product."""
    accept(world, invite(world))
    grant(world, ask(world), limited(world, GARAGE, "Service records"))
    assert seen(world, "lea", GARAGE) == {"Service records"}
    assert seen(world, "remi", GARAGE) == all_of(world, GARAGE)


@pytest.mark.parametrize(
    ("name", "slug", "error"),
    [
        ("lea", ALPINE, OtherSide),  # the partner at home
        ("lea", CLINIC, OtherSide),  # the partner at the client's
        ("gina", GARAGE, OtherSide),  # another client
        ("remi", RHONE, OtherSide),  # another partner
        ("colin", CLINIC, Http404),  # the client's collaborator
    ],
)
def test_the_client_alone_changes(
    world: World, clinic: Partnership, name: str, slug: str, error: type[Exception]
) -> None:
    """L5, O4, T31"""
    with pytest.raises(error):
        services.change_access(
            partnership=clinic, offer=Offer.full("client"), version=1, by=world.actor(name, slug)
        )
    assert seen(world, "lea", CLINIC) == set(GRANTED)


def test_an_administrator_is_refused_with_who_can(world: World, clinic: Partnership) -> None:
    """O4"""
    world.add_member(CLINIC, "ada", role="administrator")
    with pytest.raises(ActForbidden) as refusal:
        services.change_access(
            partnership=clinic,
            offer=Offer.full("client"),
            version=1,
            by=world.actor("ada", CLINIC),
        )
    assert refusal.value.who == ["Clara Meyer (Legal representative)"]


def test_what_has_ended_changes_no_more(world: World, clinic: Partnership) -> None:
    """L10: a change while it ends."""
    end(world, clinic, by=world.actor("lea", ALPINE), side=Side.PARTNER)
    with pytest.raises(AlreadyDecided, match="has ended"):
        change(world, clinic, Offer.full("client"))


def test_what_is_past_its_end_changes_no_more(world: World, clinic: Partnership) -> None:
    """L9, with no job run."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=clinic.pk).update(ends_at=yesterday)
    with pytest.raises(AlreadyDecided, match="has ended"):
        change(world, clinic, Offer.full("client"))


def test_an_invitation_is_not_changed_but_withdrawn(world: World) -> None:
    invited = invite(world)
    with pytest.raises(AlreadyDecided, match="still waits"):
        change(world, invited, Offer.full("partner"))
