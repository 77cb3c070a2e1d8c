"""External users of a client who are people of its new partner (L4)."""

import pytest
from django.http import Http404

from access.models import Membership
from access.services import add_member
from tests.journey import GARAGE, RHONE, accept, ask, grant, invite, limited, logged, seen
from tests.world import World

pytestmark = pytest.mark.django_db
DOMAIN = "garage-nord.example"


@pytest.fixture
def external(world: World) -> World:
    """Rémi and a colleague work at the garage as external users; so does somebody else."""
    garage = world.organisation(GARAGE)
    world.add_member(RHONE, "carl", role="collaborator")
    for name in ("remi", "carl", "clara"):
        add_member(organisation=garage, user=world.person(name), role="external_user", by=None)
    return world


@pytest.mark.parametrize("way", ["invitation", "request"])
def test_the_partnership_takes_over(external: World, way: str) -> None:
    """L4: their memberships end when it starts, and their rights come from it."""
    world = external
    offer = limited(world, GARAGE, DOMAIN)
    if way == "invitation":
        invited = invite(world, offer)
        assert seen(world, "remi", GARAGE) == set()
        accept(world, invited)
    else:
        grant(world, ask(world, by="remi"), offer)
    external_users = Membership.objects.filter(organisation__slug=GARAGE, role="external_user")
    assert [member.user for member in external_users] == [world.person("clara")]
    assert seen(world, "remi", GARAGE) == {DOMAIN}
    with pytest.raises(Http404):
        world.actor("carl", GARAGE)  # a collaborator to whom this client is not assigned (O5)
    assert logged(GARAGE).count("people.remove") == 2


def test_an_own_member_of_the_client_stays(external: World) -> None:
    """L4 speaks of external users only."""
    Membership.objects.filter(organisation__slug=GARAGE, user__email__startswith="remi@").update(
        role="collaborator"
    )
    accept(external, invite(external))
    assert external.membership("remi", GARAGE).role == "collaborator"
