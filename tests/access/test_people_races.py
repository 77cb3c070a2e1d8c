"""People who go, or are changed, at the same moment (O3, T44): twenty at once, each with a control
that shows what the lock holds off."""

import pytest

from access.errors import ActForbidden, Refused
from access.models import MemberInvitation, Membership, OutgoingMail
from access.services import (
    accept_invitation,
    change_member,
    invite_member,
    leave,
    remove_member,
    resend_invitation,
    withdraw_invitation,
)
from clients.rules import Side
from clients.services import assign_clients, end_partnership
from tests.journey import ALPINE, GARAGE, logged
from tests.racing import at_once, unlocked
from tests.world import World

REPRESENTATIVE = "legal_representative"


def representatives(slug: str) -> int:
    return Membership.objects.filter(organisation__slug=slug, role=REPRESENTATIVE).count()


def two(world: World):
    """Gina and Zoé, the two legal representatives of Garage Nord, as they stand before a page."""
    world.add_member(GARAGE, "zoe", role=REPRESENTATIVE)
    return world.actor("gina", GARAGE), world.actor("zoe", GARAGE)


def test_the_last_two_leave(live_world: World) -> None:
    gina, zoe = two(live_world)
    found = at_once(*[lambda: leave(by=gina), lambda: leave(by=zoe)] * 10)
    assert found["done"] == 1
    assert found["LastLegalRepresentative"] == 10
    assert found["NoLongerMember"] == 9
    assert representatives(GARAGE) == 1
    assert logged(GARAGE).count("people.leave") == 1


def test_the_last_two_leave_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gina, zoe = two(live_world)
    found = unlocked(
        monkeypatch, lambda: leave(by=gina), lambda: leave(by=zoe), at="access.log.write"
    )
    assert found == ["done", "done"]
    assert representatives(GARAGE) == 0


def demote(member: Membership, by) -> None:
    change_member(membership=member, role="administrator", accounting=True, by=by)


class Forbidden(Refused):
    """What `at_once` counts of an ActForbidden."""


def outcome_of_demoting(by, member: Membership) -> None:
    """ActForbidden is no Refused: here it counts as one."""
    try:
        demote(member, by)
    except ActForbidden as error:
        raise Forbidden("") from error


def test_each_demotes_the_other(live_world: World) -> None:
    gina, zoe = two(live_world)
    calls = [
        lambda: outcome_of_demoting(gina, zoe.membership),
        lambda: outcome_of_demoting(zoe, gina.membership),
    ]
    found = at_once(*calls * 10)
    assert representatives(GARAGE) == 1
    assert found["Forbidden"] == 10  # whoever came second is no legal representative any more
    assert logged(GARAGE).count("people.change") == 1


def test_each_demotes_the_other_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gina, zoe = two(live_world)
    found = unlocked(
        monkeypatch,
        lambda: demote(zoe.membership, gina),
        lambda: demote(gina.membership, zoe),
        at="access.log.write",
    )
    assert found == ["done", "done"]
    assert representatives(GARAGE) == 0


def test_a_role_is_changed_while_the_person_is_removed(live_world: World) -> None:
    world = live_world
    world.add_member(ALPINE, "zoe")
    zoe, lea = world.membership("zoe", ALPINE), world.actor("lea", ALPINE)
    calls = [lambda: demote(zoe, lea), lambda: remove_member(membership=zoe, by=lea)]
    found = at_once(*calls * 10)
    assert logged(ALPINE).count("people.remove") == 1
    assert set(found) == {"done", "NoLongerMember"}
    group = world.organisation(ALPINE).reseller_group
    assert not world.person("zoe").groups.filter(pk=group.pk).exists()


def test_a_role_is_changed_while_the_person_is_removed_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database still holds, but nobody is told in words."""
    world = live_world
    world.add_member(ALPINE, "zoe")
    zoe, lea = world.membership("zoe", ALPINE), world.actor("lea", ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: demote(zoe, lea),
        lambda: remove_member(membership=zoe, by=lea),
        at="access.assigning.clear",
    )
    assert found == ["NotUpdated", "done"]


def invited(world: World) -> MemberInvitation:
    world.add_person("ida@elsewhere.example", name="Ida")
    return invite_member(
        email="ida@elsewhere.example",
        role="collaborator",
        accounting=False,
        by=world.actor("gina", GARAGE),
    )


def test_one_address_is_invited_by_many(live_world: World) -> None:
    gina = live_world.actor("gina", GARAGE)
    calls = [
        lambda: invite_member(email="x@y.example", role="collaborator", accounting=False, by=gina)
    ] * 20
    assert at_once(*calls) == {"done": 1, "AlreadyInvited": 19}
    assert OutgoingMail.objects.filter(kind="access.member_invited").count() == 1


def test_accepting_while_it_is_withdrawn(live_world: World) -> None:
    invitation, ida = invited(live_world), live_world.person("ida")
    gina = live_world.actor("gina", GARAGE)
    calls = [
        lambda: accept_invitation(invitation=invitation, by=ida),
        lambda: withdraw_invitation(invitation=invitation, by=gina),
    ]
    assert at_once(*calls * 10) == {"done": 1, "AlreadyAnswered": 19}
    invitation.refresh_from_db()
    joined = Membership.objects.filter(user=ida).exists()
    assert (invitation.state, joined) in (("accepted", True), ("withdrawn", False))


def test_accepting_while_it_is_withdrawn_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    invitation, ida = invited(live_world), live_world.person("ida")
    gina = live_world.actor("gina", GARAGE)
    found = unlocked(
        monkeypatch,
        lambda: accept_invitation(invitation=invitation, by=ida),
        lambda: withdraw_invitation(invitation=invitation, by=gina),
        at="access.services.invitations.add_member",
    )
    assert found == ["done", "done"]


def test_sending_again_while_accepting(live_world: World) -> None:
    """T4"""
    invitation, ida = invited(live_world), live_world.person("ida")
    gina = live_world.actor("gina", GARAGE)
    calls = [
        lambda: accept_invitation(invitation=invitation, by=ida),
        lambda: resend_invitation(invitation=invitation, by=gina),
    ]
    found = at_once(*calls * 10)
    assert set(found) <= {"done", "AlreadyAnswered", "TooOften"}
    invitation.refresh_from_db()
    assert invitation.state == "accepted"
    assert logged(GARAGE).count("people.join") == 1


def test_a_client_is_assigned_while_the_partnership_ends(live_world: World) -> None:
    """No assignment outlives the partnership, to come back with the next one (T8)."""
    world = live_world
    world.add_member(ALPINE, "zoe")
    zoe, lea = world.membership("zoe", ALPINE), world.actor("lea", ALPINE)
    partnership = world.partnership("boulangerie-du-lac", ALPINE)
    calls = [
        lambda: assign_clients(membership=zoe, partnerships=[partnership], by=lea),
        lambda: end_partnership(partnership=partnership, side=Side.PARTNER, by=lea),
    ]
    found = at_once(*calls * 10)
    assert set(found) <= {"done", "AlreadyDecided"}
    assert not zoe.assigned_clients.exists()


def test_a_client_is_assigned_while_the_partnership_ends_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = live_world
    world.add_member(ALPINE, "zoe")
    zoe, lea = world.membership("zoe", ALPINE), world.actor("lea", ALPINE)
    partnership = world.partnership("boulangerie-du-lac", ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: assign_clients(membership=zoe, partnerships=[partnership], by=lea),
        lambda: end_partnership(partnership=partnership, side=Side.PARTNER, by=lea),
        at="access.assigning.add_clients",
    )
    assert found == ["done", "done"]
    assert zoe.assigned_clients.exists()
