"""Swift answers never collide (L10): twenty at once, exactly one wins, the others are told.

Each race has a control: the same with the locks taken away, in the order that does the harm. It
shows that the locks are what holds, and what would happen without them.
"""

from datetime import timedelta

import pytest

from access.limits import spend
from access.models import (
    Act,
    Membership,
    Organisation,
    OrganisationGroupPermission,
    OutgoingMail,
    ProductGroupPermission,
)
from access.services import add_member, end_membership
from clients import services
from clients.models import Partnership
from clients.rules import Offer, Side
from tests.journey import (
    ALPINE,
    GARAGE,
    RHONE,
    accept,
    ask,
    change,
    end,
    grant,
    invite,
    limited,
    logged,
    seen,
)
from tests.racing import at_once, unlocked
from tests.world import World

CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
DOMAIN = "garage-nord.example"


def lines(slug: str, act: str) -> int:
    return logged(slug).count(f"partnership.{act}")


def grants_of(partnership: Partnership) -> int:
    models = (ProductGroupPermission, OrganisationGroupPermission)
    return sum(model.objects.filter(partnership=partnership).count() for model in models)


def mails(kind: str) -> int:
    return OutgoingMail.objects.filter(kind=f"clients.{kind}").count()


def test_accepting_twice(live_world: World) -> None:
    world = live_world
    invited = invite(world, limited(world, GARAGE, DOMAIN))
    found = at_once(*[lambda: accept(world, invited)] * 20)
    assert found == {"done": 1, "AlreadyDecided": 19}
    assert (grants_of(invited), lines(GARAGE, "accept"), mails("accepted")) == (1, 1, 1)


def test_accepting_twice_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = live_world
    invited = invite(world, limited(world, GARAGE, DOMAIN))
    found = unlocked(
        monkeypatch,
        lambda: accept(world, invited),
        lambda: accept(world, invited),
        at="clients.services.answering.check_version",
    )
    assert found == ["IntegrityError", "done"]


def test_one_request_granted_for_two_organisations(live_world: World) -> None:
    """One person answers in two tabs, for two organisations: their clients' locks differ."""
    world = live_world
    other = world.add_organisation("garage-sud")
    add_member(organisation=other, user=world.person("gina"), role="legal_representative", by=None)
    asked = ask(world)
    calls = [lambda slug=slug: grant(world, asked, slug=slug) for slug in (GARAGE, "garage-sud")]
    assert at_once(*calls * 10) == {"done": 1, "AlreadyDecided": 19}
    asked.refresh_from_db()
    assert OrganisationGroupPermission.objects.get(partnership=asked).content_object == asked.client


def test_accepting_while_it_is_withdrawn(live_world: World) -> None:
    world = live_world
    invited, gina = invite(world), world.actor("gina", GARAGE)
    calls = [
        lambda: accept(world, invited),
        lambda: services.withdraw(partnership=invited, by=gina),
    ]
    assert at_once(*calls * 10) == {"done": 1, "AlreadyDecided": 19}
    invited.refresh_from_db()
    active = invited.state == "active"
    assert invited.state in ("active", "withdrawn")
    assert grants_of(invited) == int(active)
    assert (mails("accepted"), mails("withdrawn")) == ((1, 0) if active else (0, 1))


def test_accepting_while_it_is_withdrawn_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both sides are told that they won."""
    world = live_world
    invited, gina = invite(world), world.actor("gina", GARAGE)
    found = unlocked(
        monkeypatch,
        lambda: accept(world, invited),
        lambda: services.withdraw(partnership=invited, by=gina),
        at="clients.services.answering.check_version",
    )
    assert found == ["done", "done"]
    assert (mails("accepted"), mails("withdrawn")) == (1, 1)


def test_two_invitations_of_one_pair(live_world: World) -> None:
    world = live_world
    assert at_once(*[lambda: invite(world)] * 20) == {"done": 1, "AlreadyWaiting": 19}
    assert Partnership.objects.filter(client__slug=GARAGE).count() == 1


def test_two_invitations_of_one_pair_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The constraint still holds, but nobody is told in words."""
    world = live_world
    found = unlocked(
        monkeypatch,
        lambda: invite(world),
        lambda: invite(world),
        at="clients.services.opening.limit_invitations",
    )
    assert found == ["IntegrityError", "done"]


def test_two_requests_to_one_address(live_world: World) -> None:
    world = live_world
    assert at_once(*[lambda: ask(world)] * 20) == {"done": 1, "AlreadyWaiting": 19}
    assert mails("requested") == 1


def test_two_requests_to_one_address_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = live_world
    found = unlocked(
        monkeypatch,
        lambda: ask(world),
        lambda: ask(world),
        at="clients.services.opening.limit_invitations",
    )
    assert found == ["IntegrityError", "done"]


def test_both_ways_at_once(live_world: World) -> None:
    """A partner asks and the client invites it: one partnership comes of it."""
    world = live_world
    asked, invited = ask(world), invite(world, partner=ALPINE)
    found = at_once(*[lambda: grant(world, asked), lambda: accept(world, invited, by="lea")] * 10)
    assert found.pop("done") == 1
    assert set(found) <= {"AlreadyWaiting", "AlreadyLinked", "AlreadyDecided"}
    assert Partnership.objects.active().filter(client__slug=GARAGE).count() == 1


def test_widening_while_it_ends(live_world: World) -> None:
    world = live_world
    partnership = world.partnership(CLINIC, ALPINE)
    clara, lea = world.actor("clara", CLINIC), world.actor("lea", ALPINE)
    calls = [
        lambda: change(world, partnership, Offer.full("client")),
        lambda: end(world, partnership, by=lea, side=Side.PARTNER),
        lambda: end(world, partnership, by=clara, side=Side.CLIENT),
    ]
    found = at_once(*calls * 7)
    assert set(found) <= {"done", "AlreadyDecided", "OfferChanged"}
    assert lines(CLINIC, "end") == 1
    assert found["done"] == 1 + lines(CLINIC, "change")
    assert grants_of(partnership) == 0


def test_widening_while_it_ends_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grant outlives its partnership, and keeps every other partner from full access."""
    world = live_world
    partnership, lea = world.partnership(CLINIC, ALPINE), world.actor("lea", ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: change(world, partnership, Offer.full("client")),
        lambda: end(world, partnership, by=lea, side=Side.PARTNER),
        at="clients.services.changing.set_offer",
    )
    assert found == ["done", "done"]
    assert grants_of(partnership) == 1


def test_both_sides_end(live_world: World) -> None:
    world = live_world
    partnership = world.partnership(BAKERY, ALPINE)
    bruno, lea = world.actor("bruno", BAKERY), world.actor("lea", ALPINE)
    calls = [
        lambda: end(world, partnership, by=bruno, side=Side.CLIENT),
        lambda: end(world, partnership, by=lea, side=Side.PARTNER),
    ]
    assert at_once(*calls * 10) == {"done": 1, "AlreadyDecided": 19}
    assert (lines(BAKERY, "end"), lines(ALPINE, "end"), mails("ended")) == (1, 1, 3)


def test_both_sides_end_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit sheet's constraint still holds, but nobody is told in words."""
    world = live_world
    partnership = world.partnership(BAKERY, ALPINE)
    bruno, lea = world.actor("bruno", BAKERY), world.actor("lea", ALPINE)
    found = unlocked(
        monkeypatch,
        lambda: end(world, partnership, by=bruno, side=Side.CLIENT),
        lambda: end(world, partnership, by=lea, side=Side.PARTNER),
        at="clients.services.ending._stop",
    )
    assert found == ["IntegrityError", "done"]
    assert lines(BAKERY, "end") == 1


def test_sending_again_while_accepting(live_world: World) -> None:
    """T4: whoever was first, no link to an answered invitation stays open."""
    world = live_world
    invited, gina = invite(world), world.actor("gina", GARAGE)
    calls = [
        lambda: accept(world, invited),
        lambda: services.resend(partnership=invited, by=gina),
    ]
    found = at_once(*calls * 10)
    assert set(found) <= {"done", "AlreadyDecided", "TooOften"}
    assert lines(GARAGE, "accept") == 1
    assert found["done"] == 1 + lines(GARAGE, "resend")
    assert not invited.links.filter(replaced_at=None).exists()


def test_sending_again_while_accepting_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = live_world
    invited, gina = invite(world), world.actor("gina", GARAGE)
    found = unlocked(
        monkeypatch,
        lambda: services.resend(partnership=invited, by=gina),
        lambda: accept(world, invited),
        at="clients.services.links.limit_invitations",
    )
    assert found == ["done", "done"]
    assert invited.links.filter(replaced_at=None).exists()


def test_two_partners_get_full_access(live_world: World) -> None:
    """L7"""
    world = live_world
    asked, invited = ask(world), invite(world)
    found = at_once(*[lambda: grant(world, asked), lambda: accept(world, invited)] * 10)
    assert found["done"] == 1
    assert set(found) <= {"done", "AlreadyDecided", "FullAccessTaken", "OfferChanged"}
    assert OrganisationGroupPermission.objects.filter(content_object__slug=GARAGE).count() == 1
    assert Partnership.objects.active().filter(client__slug=GARAGE).count() == 1


def test_two_partners_get_full_access_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = live_world
    asked, invited = ask(world), invite(world)
    found = unlocked(
        monkeypatch,
        lambda: accept(world, invited),
        lambda: grant(world, asked),
        at="clients.services.answering._start",
    )
    assert found == ["IntegrityError", "done"]


def test_two_partners_get_one_product(live_world: World) -> None:
    """L7"""
    world = live_world
    offer = limited(world, GARAGE, DOMAIN)
    asked, invited = ask(world), invite(world, offer)
    found = at_once(*[lambda: grant(world, asked, offer), lambda: accept(world, invited)] * 10)
    assert found["done"] == 1
    assert set(found) <= {"done", "AlreadyDecided", "ProductTaken", "OfferChanged"}
    asked.refresh_from_db()
    winner = "lea" if asked.state == "active" else "remi"
    assert seen(world, winner, GARAGE) == {DOMAIN}


def test_the_last_legal_representatives_leave(live_world: World) -> None:
    """O3, T44: of ten who leave at once, nine can."""
    world = live_world
    for number in range(9):
        world.add_member(GARAGE, f"boss-{number}", role="legal_representative")
    members = list(Membership.objects.filter(organisation__slug=GARAGE))
    calls = [lambda member=member: end_membership(membership=member, by=None) for member in members]
    assert at_once(*calls) == {"done": 9, "LastLegalRepresentative": 1}
    assert Membership.objects.filter(organisation__slug=GARAGE).count() == 1


def test_the_last_legal_representatives_leave_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = live_world
    world.add_member(GARAGE, "zoe", role="legal_representative")
    gina, zoe = world.membership("gina", GARAGE), world.membership("zoe", GARAGE)
    found = unlocked(
        monkeypatch,
        lambda: end_membership(membership=gina, by=None),
        lambda: end_membership(membership=zoe, by=None),
        at="access.log.write",
    )
    assert found == ["done", "done"]
    assert not Membership.objects.filter(organisation__slug=GARAGE).exists()


@pytest.mark.django_db(transaction=True)
def test_a_limit_holds_for_all_at_once() -> None:
    calls = [lambda: spend("race", most=5, window=timedelta(days=1))] * 20
    assert at_once(*calls) == {"done": 5, "TooOften": 15}


@pytest.mark.django_db(transaction=True)
def test_a_limit_without_its_counter_in_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: a count that is read first and written after lets all of them through."""
    monkeypatch.setattr("access.limits.F", lambda name: 1)
    calls = [lambda: spend("race", most=5, window=timedelta(days=1))] * 20
    assert at_once(*calls) == {"done": 20}


def test_a_client_is_renamed_while_a_partnership_begins(live_world: World) -> None:
    """The copy of its name is true afterwards, whoever was first."""
    world = live_world

    def rename() -> None:
        Organisation.objects.filter(slug=GARAGE).update(name="Garage Süd")

    assert at_once(lambda: invite(world), rename) == {"done": 2}
    assert world.partnership(GARAGE, RHONE).client_name == "Garage Süd"
    assert Act.objects.filter(act="partnership.invite").exists()
