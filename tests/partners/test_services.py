"""The partner programme's verbs (P1, P3, P5)."""

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from access.errors import ActForbidden
from access.models import Organisation
from clients.errors import NotApproved
from partners import services
from partners.models import Partner
from partners.rules import MOVES, PartnerState
from partners.services import NotPossible
from tests.journey import ALPINE, GARAGE, accept, ask, invite, logged
from tests.world import World

pytestmark = pytest.mark.django_db
NOVA = "nova-hosting"

VERBS = {"approve": services.approve, "refuse": services.refuse, "suspend": services.suspend}
# The rule book: verb -> {state before: state after}.
ALLOWED = {
    "approve": {"applied": "approved", "suspended": "approved"},
    "refuse": {"applied": "refused"},
    "suspend": {"approved": "suspended"},
    "apply": {"refused": "applied"},
}


def test_the_moves_are_the_rule_books() -> None:
    assert MOVES == ALLOWED


@pytest.mark.parametrize("before", list(PartnerState))
@pytest.mark.parametrize("verb", list(VERBS))
def test_each_verb_works_in_its_states_only(world: World, verb: str, before: str) -> None:
    partner = world.partner(ALPINE)
    Partner.objects.filter(pk=partner.pk).update(state=before)
    after = ALLOWED[verb].get(before)
    if after is None:
        with pytest.raises(NotPossible, match="Alpine Web"):
            VERBS[verb](partner=partner, by=world.person("staff"))
        after = before
    else:
        VERBS[verb](partner=partner, by=world.person("staff"))
    assert world.partner(ALPINE).state == after


def test_an_application_waits(world: World) -> None:
    """P1"""
    partner = services.apply(by=world.actor("gina", GARAGE))
    assert (partner.state, partner.contact_email) == ("applied", "gina@garage-nord.example")
    assert world.organisation(GARAGE).reseller_group is None
    assert logged(GARAGE)[0] == "programme.apply"


def test_only_a_legal_representative_applies(world: World) -> None:
    """O4"""
    world.add_member(GARAGE, "ada", role="administrator")
    with pytest.raises(ActForbidden):
        services.apply(by=world.actor("ada", GARAGE))
    with pytest.raises(Http404):
        services.apply(by=world.actor("lea", "boulangerie-du-lac"))
    assert not Partner.objects.filter(organisation__slug=GARAGE).exists()


def test_who_applied_cannot_apply_again_unless_refused(world: World) -> None:
    nina = world.actor("nina", NOVA)
    with pytest.raises(NotPossible):
        services.apply(by=nina)
    services.refuse(partner=world.partner(NOVA), by=None)
    assert services.apply(by=nina).state == "applied"


def test_approval_makes_the_group_with_its_people(world: World) -> None:
    """A1"""
    world.add_member(NOVA, "ada", role="administrator")
    world.add_member(NOVA, "carl")
    services.approve(partner=world.partner(NOVA), by=world.person("staff"), listed=True)
    group = world.organisation(NOVA).reseller_group
    assert {user.email for user in group.user_set.all()} == {
        "nina@novahosting.example",
        "ada@nova-hosting.example",
    }
    partner = world.partner(NOVA)
    assert partner.approved
    assert partner.listed
    assert partner.approved_at is not None


def test_a_second_approval_keeps_group_and_date(world: World) -> None:
    before = world.partner(ALPINE)
    group = world.organisation(ALPINE).reseller_group
    services.suspend(partner=before, by=None)
    services.approve(partner=before, by=None)
    assert world.partner(ALPINE).approved_at == before.approved_at
    assert world.organisation(ALPINE).reseller_group == group
    assert world.partner(ALPINE).listed


def test_an_affiliate_is_no_partner(world: World) -> None:
    """P3, T45"""
    Organisation.objects.filter(slug__in=(GARAGE, NOVA)).update(affiliate=True)
    with pytest.raises(NotPossible, match="affiliate"):
        services.apply(by=world.actor("gina", GARAGE))
    with pytest.raises(NotPossible, match="affiliate"):
        services.approve(partner=world.partner(NOVA), by=None)
    assert world.partner(NOVA).state == "applied"


def test_a_partner_is_no_affiliate(world: World) -> None:
    """P3, in the database."""
    with pytest.raises(IntegrityError, match="partner_xor_affiliate"), transaction.atomic():
        Organisation.objects.filter(slug=ALPINE).update(affiliate=True)


def test_a_suspended_partner_gets_no_new_client(world: World) -> None:
    """P5, T45"""
    invited = invite(world)
    services.suspend(partner=world.partner("rhone-digital"), by=None)
    services.suspend(partner=world.partner(ALPINE), by=None)
    with pytest.raises(NotApproved):
        ask(world)
    with pytest.raises(NotApproved):
        invite(world, partner=ALPINE)
    with pytest.raises(NotApproved):
        accept(world, invited)


def test_each_decision_is_logged(world: World) -> None:
    services.approve(partner=world.partner(NOVA), by=world.person("staff"))
    services.suspend(partner=world.partner(NOVA), by=world.person("staff"))
    assert logged(NOVA)[:2] == ["programme.suspend", "programme.approve"]
