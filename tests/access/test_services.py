"""Organisations, people and roles (O1-O3, O6)."""

import pytest
from django.db import IntegrityError, transaction

from access import grants
from access.errors import Refused
from access.models import Membership, Organisation, OrganisationUserPermission
from access.policy import client_names_of
from access.services import (
    AlreadyMember,
    LastLegalRepresentative,
    add_member,
    change_language,
    create_organisation,
    end_membership,
)
from tests.journey import ALPINE, logged
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def test_who_creates_an_organisation_represents_it(world: World) -> None:
    """O2, O3"""
    made = create_organisation(name="École du Lac", country="CH", by=world.person("gina"))
    assert (made.slug, made.currency) == ("ecole-du-lac", "CHF")
    membership = made.memberships.get()
    assert (membership.user, membership.role) == (world.person("gina"), "legal_representative")
    assert membership.accounting
    assert logged(made.slug) == ["organisation.create"]


def test_the_currency_follows_the_country(world: World) -> None:
    """O6"""
    made = create_organisation(name="Werkstatt", country="DE", by=world.person("gina"))
    assert made.currency == "EUR"


def test_a_taken_address_gets_a_random_end(world: World) -> None:
    """It tells nothing about who has it (T43)."""
    made = create_organisation(name="Garage Nord", country="CH", by=world.person("lea"))
    assert made.slug.startswith("garage-nord-")
    assert made.slug != "garage-nord-2"


def test_a_name_without_letters_still_has_an_address(world: World) -> None:
    made = create_organisation(name="日本", country="CH", by=world.person("gina"))
    assert made.slug == "organisation"


def test_an_address_that_is_given_and_taken_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        create_organisation(name="G", slug="garage-nord", country="CH", by=world.person("gina"))


def test_one_role_per_person_and_organisation(world: World) -> None:
    """O1"""
    clinic, colin = world.organisation(CLINIC), world.person("colin")
    with pytest.raises(AlreadyMember, match="Colin"):
        add_member(organisation=clinic, user=colin, role="administrator", by=None)
    assert world.membership("colin", CLINIC).role == "collaborator"


@pytest.mark.parametrize(
    ("role", "joins"),
    [
        ("legal_representative", True),
        ("administrator", True),
        ("collaborator", False),
        ("external_user", False),
    ],
)
def test_who_represents_a_partner_joins_its_group(world: World, role: str, joins: bool) -> None:
    """A1, O5"""
    dora = world.add_member(ALPINE, "dora", role=role)
    group = world.organisation(ALPINE).reseller_group
    assert dora.groups.filter(pk=group.pk).exists() == joins


def test_leaving_takes_all_rights_at_once(world: World) -> None:
    """T8"""
    for name in ("adam", "cora"):
        person = world.person(name)
        end_membership(membership=world.membership(name, ALPINE), by=world.person("lea"))
        assert list(client_names_of(person)) == []
        assert not person.groups.exists()
        assert not OrganisationUserPermission.objects.filter(user=person).exists()


def test_leaving_takes_assigned_products(world: World) -> None:
    membership = world.membership("colin", CLINIC)
    assert membership.assigned_products.count() == 2
    end_membership(membership=membership, by=None)
    back = world.person("colin")
    add_member(organisation=world.organisation(CLINIC), user=back, role="collaborator", by=None)
    grants.assign_products(world.membership("colin", CLINIC), [], by=None)
    assert world.membership("colin", CLINIC).assigned_products.count() == 0


def test_the_last_legal_representative_cannot_leave(world: World) -> None:
    """O3, T44"""
    with pytest.raises(LastLegalRepresentative, match="Clinique Belmont"):
        end_membership(membership=world.membership("clara", CLINIC), by=world.person("clara"))
    assert world.membership("clara", CLINIC)


def test_one_of_two_legal_representatives_can_leave(world: World) -> None:
    """O3: a second administrator would not do."""
    world.add_member(CLINIC, "ada", role="administrator")
    with pytest.raises(LastLegalRepresentative):
        end_membership(membership=world.membership("clara", CLINIC), by=None)
    world.add_member(CLINIC, "zoe", role="legal_representative")
    end_membership(membership=world.membership("clara", CLINIC), by=None)
    assert not Membership.objects.filter(user=world.person("clara")).exists()


def test_joining_and_leaving_are_logged(world: World) -> None:
    """A2"""
    world.add_member(CLINIC, "zoe")
    end_membership(membership=world.membership("zoe", CLINIC), by=world.person("clara"))
    assert logged(CLINIC)[:2] == ["people.remove", "people.add"]


def test_the_language_is_one_the_portal_speaks(world: World) -> None:
    gina = world.person("gina")
    change_language(person=gina, language="fr")
    gina.refresh_from_db()
    assert gina.language == "fr"
    with pytest.raises(Refused):
        change_language(person=gina, language="tlh")


def test_a_rename_reaches_the_copies_in_lists(world: World) -> None:
    """The database keeps the names that lists are sorted by."""
    for slug, name in ((BAKERY, "Bäckerei am See"), (ALPINE, "Alpin AG")):
        Organisation.objects.filter(slug=slug).update(name=name)
    partnership = world.partnership(BAKERY, ALPINE)
    assert (partnership.client_name, partnership.partner_name) == ("Bäckerei am See", "Alpin AG")
    other = world.partnership(CLINIC, ALPINE)
    assert (other.client_name, other.partner_name) == ("Clinique Belmont", "Alpin AG")
