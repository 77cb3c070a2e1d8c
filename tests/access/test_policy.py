"""From a person and an address to an actor (O1, O5), and what a refusal says."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access import grants
from access.errors import ActForbidden
from access.models import Membership, Organisation, User
from access.policy import (
    as_member,
    client_names_of,
    clients_named,
    organisations_of,
    somebody_in,
)
from access.rules import Capacity
from access.services import add_member
from clients.models import Partnership, Product
from clients.rules import Side
from partners import services as programme
from tests.journey import ALPINE, GARAGE, RHONE, accept, ask, end, grant, invite, limited
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY, HOTEL = "clinique-belmont", "boulangerie-du-lac", "hotel-bellevue"


def clients_of(person: User) -> list[Organisation]:
    return clients_named(client_names_of(person))


@pytest.mark.parametrize(
    ("name", "slug", "capacity", "partner"),
    [
        ("clara", CLINIC, Capacity.LEGAL_REPRESENTATIVE, None),
        ("colin", CLINIC, Capacity.COLLABORATOR, None),
        ("adam", ALPINE, Capacity.ADMINISTRATOR, None),
        ("lea", BAKERY, Capacity.PARTNER_FULL, ALPINE),
        ("adam", BAKERY, Capacity.PARTNER_FULL, ALPINE),
        ("cora", BAKERY, Capacity.PARTNER_FULL, ALPINE),
        ("lea", CLINIC, Capacity.PARTNER_LIMITED, ALPINE),
    ],
)
def test_who_somebody_is_depends_on_where(
    world: World, name: str, slug: str, capacity: Capacity, partner: str | None
) -> None:
    """O1, O5"""
    actor = world.actor(name, slug)
    assert actor.capacity == capacity
    assert actor.organisation.slug == slug
    assert (actor.partner.slug if actor.partner else None) == partner
    assert actor.acts_for.slug == partner or slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("remi", BAKERY),  # another partner's person
        ("bruno", CLINIC),  # another client's person
        ("cora", CLINIC),  # a collaborator without this client (O5)
        ("bruno", ALPINE),  # a client is nobody at its partner's
        ("lea", GARAGE),  # no partnership
        ("lea", "musee-du-jura"),  # asked, not answered
        ("staff", CLINIC),  # the vendor's staff have no standing power
        ("clara", "no-such-organisation"),
    ],
)
def test_a_stranger_is_nobody(world: World, name: str, slug: str) -> None:
    """Foreign and unknown answer alike (T43)."""
    with pytest.raises(Http404) as refusal:
        world.actor(name, slug)
    assert refusal.value.args == ()


def test_an_applicant_has_no_reseller_space(world: World) -> None:
    assert not world.actor("nina", "nova-hosting").is_reseller
    with pytest.raises(Http404):
        world.actor("nina", "nova-hosting").require("clients.see")


def test_a_suspended_partner_keeps_what_it_had(world: World) -> None:
    """P5"""
    programme.suspend(partner=world.partner(ALPINE), by=None)
    assert world.actor("lea", BAKERY).capacity == Capacity.PARTNER_FULL


def test_an_end_date_acts_with_no_job_run(world: World) -> None:
    """L9"""
    partnership = world.partnership(BAKERY, ALPINE)
    Partnership.objects.filter(pk=partnership.pk).update(
        ends_at=timezone.now() + timedelta(minutes=1)
    )
    assert world.actor("lea", BAKERY)
    Partnership.objects.filter(pk=partnership.pk).update(
        ends_at=timezone.now() - timedelta(seconds=1)
    )
    with pytest.raises(Http404):
        world.actor("lea", BAKERY)
    assert BAKERY not in [client.slug for client in clients_of(world.person("cora"))]


def test_after_the_end_the_next_request_is_refused(world: World) -> None:
    """T22, T8"""
    for name in ("lea", "adam", "cora"):
        assert world.actor(name, BAKERY)
    lea = world.actor("lea", ALPINE)
    end(world, world.partnership(BAKERY, ALPINE), by=lea, side=Side.PARTNER)
    for name in ("lea", "adam", "cora"):
        with pytest.raises(Http404):
            world.actor(name, BAKERY)


def test_a_new_employee_reaches_no_client_until_one_is_assigned(world: World) -> None:
    """T8, O5"""
    dora = world.add_member(ALPINE, "dora")
    assert list(clients_of(dora)) == []
    grants.assign_clients(
        world.membership("dora", ALPINE), [world.organisation(CLINIC)], by=world.person("lea")
    )
    assert [client.slug for client in clients_of(dora)] == [CLINIC]
    assert world.actor("dora", CLINIC).capacity == Capacity.PARTNER_LIMITED


def test_a_new_administrator_reaches_all_clients(world: World) -> None:
    """O5, A1"""
    dora = world.add_member(ALPINE, "dora", role="administrator")
    assert {client.slug for client in clients_of(dora)} == {BAKERY, CLINIC, HOTEL}


def test_an_assignment_without_partnership_opens_nothing(world: World) -> None:
    grants.assign_clients(
        world.membership("cora", ALPINE), [world.organisation(GARAGE)], by=world.person("lea")
    )
    with pytest.raises(Http404):
        world.actor("cora", GARAGE)


def test_a_group_without_membership_opens_nothing(world: World) -> None:
    """Somebody whom staff put into a partner's group is not its person."""
    world.person("gina").groups.add(world.organisation(ALPINE).reseller_group)
    with pytest.raises(Http404):
        world.actor("gina", BAKERY)


def test_a_membership_without_the_group_opens_nothing(world: World) -> None:
    """A1: the grants are the group's; who is taken out of it reaches no client."""
    adam = world.person("adam")
    adam.groups.clear()
    assert list(clients_of(adam)) == []
    with pytest.raises(Http404):
        world.actor("adam", BAKERY)


def test_the_group_makes_no_representative_of_a_collaborator(world: World) -> None:
    """O5: whoever put them into it, they reach the clients assigned to them."""
    cora = world.person("cora")
    cora.groups.add(world.organisation(ALPINE).reseller_group)
    assert [client.slug for client in clients_of(cora)] == [BAKERY]


def test_the_wider_partnership_comes_first(world: World) -> None:
    """One person of two partners at one client acts by full access."""
    offer = limited(world, GARAGE, "garage-nord.example")
    accept(world, invite(world, offer, partner=ALPINE), by="lea")
    accept(world, invite(world), by="remi")
    world.add_member(RHONE, "zoe", role="administrator")
    add_member(
        organisation=world.organisation(ALPINE),
        user=world.person("zoe"),
        role="administrator",
        by=None,
    )
    actor = world.actor("zoe", GARAGE)
    assert (actor.capacity, actor.partner.slug) == (Capacity.PARTNER_FULL, RHONE)


def test_own_membership_comes_before_a_partners(world: World) -> None:
    bakery = world.organisation(BAKERY)
    add_member(organisation=bakery, user=world.person("cora"), role="collaborator", by=None)
    assert world.actor("cora", BAKERY).capacity == Capacity.COLLABORATOR


def test_the_switcher_lists_organisations_and_clients(world: World) -> None:
    """O1"""
    lea, cora = world.person("lea"), world.person("cora")
    assert [found.slug for found in organisations_of(lea)] == [ALPINE]
    assert {found.slug for found in clients_of(lea)} == {BAKERY, CLINIC, HOTEL}
    assert [found.slug for found in clients_of(cora)] == [BAKERY]
    assert list(clients_of(world.person("bruno"))) == []


def test_one_product_is_found_by_the_same_right_as_a_list(world: World) -> None:
    """A1: the words that find a single product soonest open no other product, to anybody."""
    pairs = [
        (person, slug)
        for person in User.objects.filter(is_active=True)
        for slug in Organisation.objects.values_list("slug", flat=True)
    ]
    actors = [actor for actor in (somebody_in(*pair) for pair in pairs) if actor is not None]
    assert {actor.capacity for actor in actors} >= {
        *(Capacity.LEGAL_REPRESENTATIVE, Capacity.COLLABORATOR),
        *(Capacity.PARTNER_LIMITED, Capacity.PARTNER_FULL),
    }
    found = 0
    for actor in actors:
        listed = set(Product.objects.visible_to(actor))
        assert set(Product.objects.one_visible_to(actor)) == listed
        found += bool(listed)
    assert found > 1


def test_a_refusal_names_who_can(world: World) -> None:
    """403 with the reason and who can (section 6)."""
    with pytest.raises(ActForbidden) as refusal:
        world.actor("adam", ALPINE).require("clients.add")
    assert "Alpine Web" in str(refusal.value)
    assert refusal.value.who == ["Léa Favre (Legal representative)"]


def test_a_refusal_keeps_names_from_those_who_see_none(world: World) -> None:
    """Section 6: a partner with limited access sees no people."""
    with pytest.raises(ActForbidden) as refusal:
        world.actor("lea", CLINIC).require("product.order")
    assert refusal.value.who == ["Legal representative", "Administrator"]
    assert "Clara" not in str(refusal.value)


def test_what_is_hidden_answers_404(world: World) -> None:
    with pytest.raises(Http404):
        world.actor("lea", CLINIC).require("people.see")
    assert not world.actor("lea", CLINIC).may("people.see")


def test_the_accounting_right_is_the_members_own(world: World) -> None:
    """Section 6: invoices, for a collaborator, with the accounting right only."""
    world.add_member(CLINIC, "cleo", accounting=True)
    assert world.actor("cleo", CLINIC).may("accounting.see")
    assert not world.actor("colin", CLINIC).may("accounting.see")
    # Léa's right at her own organisation opens nothing at her client's.
    assert world.membership("lea", ALPINE).accounting
    assert not world.actor("lea", BAKERY).may("accounting.see")


def test_as_member_is_for_members(world: World) -> None:
    with pytest.raises(Membership.DoesNotExist):
        as_member(world.person("lea"), world.organisation(BAKERY))


def test_a_grant_comes_with_the_answer_and_not_before(world: World) -> None:
    """T5: an invitation alone opens nothing."""
    invited = invite(world)
    with pytest.raises(Http404):
        world.actor("remi", GARAGE)
    accept(world, invited)
    assert world.actor("remi", GARAGE).capacity == Capacity.PARTNER_FULL


def test_a_request_alone_opens_nothing(world: World) -> None:
    asked = ask(world)
    with pytest.raises(Http404):
        world.actor("lea", GARAGE)
    grant(world, asked)
    assert world.actor("lea", GARAGE)
