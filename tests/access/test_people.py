"""Roles, removing, leaving and assigning: the verbs on an organisation's people (O1-O5, T8)."""

import pytest

from access import assigning
from access.errors import (
    ActForbidden,
    LastLegalRepresentative,
    NoLongerMember,
    OtherOrganisation,
    RepresentingRole,
)
from access.models import Act, Membership, OutgoingMail
from access.services import change_member, end_membership, leave, remove_member
from clients.errors import ProductGone
from clients.models import Category, Partnership, Product
from clients.rules import Side
from clients.services import (
    assign_clients,
    assign_products,
    end_partnership,
    take_back_clients,
)
from tests.journey import ALPINE, GARAGE, seen
from tests.world import World

pytestmark = pytest.mark.django_db

CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"


def mails(kind: str) -> list[tuple[str, dict]]:
    found = OutgoingMail.objects.filter(kind=f"access.{kind}")
    return [(mail.address, mail.context) for mail in found]


def last_act(slug: str) -> Act:
    return Act.objects.filter(organisation__slug=slug).first()


def in_group(world: World, name: str, slug: str) -> bool:
    group = world.organisation(slug).reseller_group
    return world.person(name).groups.filter(pk=group.pk).exists()


# ---- roles ---------------------------------------------------------------------------------


def test_a_role_is_changed_logged_and_told(world: World) -> None:
    colin = world.membership("colin", CLINIC)
    by = world.actor("clara", CLINIC)
    change_member(membership=colin, role="external_user", accounting=True, by=by)
    colin.refresh_from_db()
    assert (colin.role, colin.accounting) == ("external_user", True)
    line = last_act(CLINIC)
    assert (line.act, line.object_id, line.person) == ("people.change", colin.public_id, by.person)
    assert line.before == {"role": "collaborator", "accounting": False}
    assert line.after == {"role": "external_user", "accounting": True}
    [(address, facts)] = mails("role_changed")
    assert address == colin.user.email
    assert (facts["before"], facts["after"]) == (line.before, line.after)


def test_nothing_changed_is_neither_logged_nor_told(world: World) -> None:
    colin = world.membership("colin", CLINIC)
    before = Act.objects.count()
    by = world.actor("clara", CLINIC)
    change_member(membership=colin, role=colin.role, accounting=colin.accounting, by=by)
    assert (Act.objects.count(), mails("role_changed")) == (before, [])


def test_the_partners_group_follows_the_role(world: World) -> None:
    """A1, O5: who represents reaches all clients, who no longer does none (T8)."""
    cora, by = world.membership("cora", ALPINE), world.actor("lea", ALPINE)
    assert not in_group(world, "cora", ALPINE)
    change_member(membership=cora, role="administrator", accounting=False, by=by)
    assert in_group(world, "cora", ALPINE)
    assert seen(world, "cora", CLINIC)
    change_member(membership=cora, role="collaborator", accounting=False, by=by)
    assert not in_group(world, "cora", ALPINE)
    assert not assigning.clients(cora).exists()


def test_who_represents_has_no_assignments_left(world: World) -> None:
    colin, by = world.membership("colin", CLINIC), world.actor("clara", CLINIC)
    assert assigning.products(colin).exists()
    change_member(membership=colin, role="administrator", accounting=False, by=by)
    change_member(membership=colin, role="collaborator", accounting=False, by=by)
    assert seen(world, "colin", CLINIC) == set()


def test_representing_roles_have_the_accounting_right(world: World) -> None:
    """O2"""
    colin, by = world.membership("colin", CLINIC), world.actor("clara", CLINIC)
    change_member(membership=colin, role="administrator", accounting=False, by=by)
    colin.refresh_from_db()
    assert colin.accounting


@pytest.mark.parametrize("role", ["administrator", "collaborator", "external_user"])
def test_the_last_legal_representative_keeps_the_role(world: World, role: str) -> None:
    """O3, T44"""
    clara, by = world.membership("clara", CLINIC), world.actor("clara", CLINIC)
    with pytest.raises(LastLegalRepresentative) as refusal:
        change_member(membership=clara, role=role, accounting=True, by=by)
    assert refusal.value.field == "role"
    world.add_member(CLINIC, "zoe", role="legal_representative")
    change_member(membership=clara, role=role, accounting=True, by=by)


def test_an_administrator_neither_appoints_nor_touches_a_legal_representative(
    world: World,
) -> None:
    """O3"""
    adam = world.actor("adam", ALPINE)
    world.add_member(ALPINE, "zoe", role="legal_representative")
    cora, zoe = world.membership("cora", ALPINE), world.membership("zoe", ALPINE)
    with pytest.raises(ActForbidden):
        change_member(membership=cora, role="legal_representative", accounting=True, by=adam)
    with pytest.raises(ActForbidden):
        change_member(membership=zoe, role="collaborator", accounting=True, by=adam)
    with pytest.raises(ActForbidden):
        remove_member(membership=zoe, by=adam)
    change_member(membership=cora, role="administrator", accounting=True, by=adam)


def test_the_right_is_looked_up_again(world: World) -> None:
    """Who was demoted since the page was opened changes nobody any more."""
    adam = world.actor("adam", ALPINE)
    lea, cora = world.actor("lea", ALPINE), world.membership("cora", ALPINE)
    change_member(
        membership=world.membership("adam", ALPINE), role="collaborator", accounting=False, by=lea
    )
    with pytest.raises(ActForbidden):
        remove_member(membership=cora, by=adam)
    end_membership(membership=world.membership("adam", ALPINE), by=None)
    with pytest.raises(NoLongerMember):
        remove_member(membership=cora, by=adam)


@pytest.mark.parametrize("name", ["lea", "cora"])
def test_a_partners_person_never_changes_a_clients_people(world: World, name: str) -> None:
    """T31"""
    by = world.actor("lea", BAKERY) if name == "lea" else world.actor("cora", ALPINE)
    with pytest.raises((ActForbidden, OtherOrganisation)):
        remove_member(membership=world.membership("bruno", BAKERY), by=by)


def test_the_people_of_another_organisation_are_not_ones_own(world: World) -> None:
    gina = world.actor("gina", GARAGE)
    for verb in (
        lambda member: remove_member(membership=member, by=gina),
        lambda member: change_member(
            membership=member, role="collaborator", accounting=False, by=gina
        ),
    ):
        with pytest.raises(OtherOrganisation):
            verb(world.membership("colin", CLINIC))


# ---- removing and leaving ------------------------------------------------------------------


def test_removing_ends_everything_and_tells_the_person(world: World) -> None:
    """T8, T22: the next click finds nothing."""
    cora, by = world.membership("cora", ALPINE), world.actor("lea", ALPINE)
    clients = [client.slug for client in assigning.clients(cora)]
    browser = world.client("cora")
    assert browser.get(f"/o/{clients[0]}/").status_code == 200
    remove_member(membership=cora, by=by)
    assert browser.get(f"/o/{clients[0]}/").status_code == 404
    assert browser.get(f"/o/{ALPINE}/").status_code == 404
    assert [address for address, _facts in mails("member_removed")] == [cora.user.email]
    line = last_act(ALPINE)
    assert (line.act, line.before["role"]) == ("people.remove", "collaborator")


def test_an_administrator_who_goes_leaves_the_partners_group(world: World) -> None:
    remove_member(membership=world.membership("adam", ALPINE), by=world.actor("lea", ALPINE))
    assert not in_group(world, "adam", ALPINE)


def test_removing_twice_says_so(world: World) -> None:
    colin, by = world.membership("colin", CLINIC), world.actor("clara", CLINIC)
    remove_member(membership=colin, by=by)
    with pytest.raises(NoLongerMember):
        remove_member(membership=colin, by=by)
    with pytest.raises(NoLongerMember):
        change_member(membership=colin, role="administrator", accounting=False, by=by)


def test_anybody_may_leave_but_the_last_legal_representative(world: World) -> None:
    """O3, T44"""
    leave(by=world.actor("colin", CLINIC))
    assert not Membership.objects.filter(user=world.person("colin")).exists()
    assert [address for address, _facts in mails("member_left")] == [world.person("clara").email]
    assert last_act(CLINIC).act == "people.leave"
    with pytest.raises(LastLegalRepresentative):
        leave(by=world.actor("clara", CLINIC))


def test_a_partners_person_cannot_leave_a_client(world: World) -> None:
    with pytest.raises(NoLongerMember):
        leave(by=world.actor("lea", BAKERY))


# ---- products ------------------------------------------------------------------------------


def assign(world: World, name: str = "colin", by: str = "clara", **chosen) -> Membership:
    chosen = {"every_product": False, "categories": [], "products": []} | chosen
    return assign_products(
        membership=world.membership(name, CLINIC), by=world.actor(by, CLINIC), **chosen
    )


def test_products_one_by_one(world: World) -> None:
    one, two = world.products(CLINIC)[:2]
    assign(world, products=[one, two])
    assert seen(world, "colin", CLINIC) == {one.name, two.name}
    assign(world, products=[two])
    assert seen(world, "colin", CLINIC) == {two.name}
    line = last_act(CLINIC)
    assert line.act == "people.assign_products"
    assert (line.before["products"], line.after["products"]) == (
        sorted([one.name, two.name]),
        [two.name],
    )


def test_a_category_holds_future_products_too(world: World) -> None:
    """O2"""
    category = world.product_type("web-hosting").category
    assign(world, categories=[category])
    held = {p.name for p in world.products(CLINIC) if p.product_type.category == category}
    assert seen(world, "colin", CLINIC) == held
    world.add_products(world.organisation(CLINIC), 1, name="later.example")
    assert "later.example" in seen(world, "colin", CLINIC)
    world.add_products(world.organisation(GARAGE), 1, name="others.example")
    assert "others.example" not in seen(world, "colin", CLINIC)


def test_all_products_future_ones_too(world: World) -> None:
    assign(world, every_product=True)
    assert len(seen(world, "colin", CLINIC)) == 8
    world.add_products(world.organisation(CLINIC), 1)
    assert len(seen(world, "colin", CLINIC)) == 9
    assign(world)
    assert seen(world, "colin", CLINIC) == set()


def test_a_product_of_another_organisation_cannot_be_assigned(world: World) -> None:
    with pytest.raises(ProductGone):
        assign(world, products=[world.products(GARAGE)[0]])


def test_nothing_is_assigned_to_who_reaches_everything(world: World) -> None:
    with pytest.raises(RepresentingRole):
        assign(world, "clara", every_product=True)


def test_the_same_choice_again_writes_no_line(world: World) -> None:
    chosen = {"categories": list(Category.objects.all()[:2]), "products": world.products(CLINIC)}
    assign(world, **chosen)
    lines = Act.objects.count()
    assign(world, **chosen)
    assert Act.objects.count() == lines


def test_a_collaborator_assigns_nothing(world: World) -> None:
    with pytest.raises(ActForbidden):
        assign(world, by="colin", every_product=True)


# ---- clients -------------------------------------------------------------------------------


def test_clients_are_assigned_and_taken_back(world: World) -> None:
    """O5, T8"""
    world.add_member(ALPINE, "zoe")
    zoe, by = world.membership("zoe", ALPINE), world.actor("adam", ALPINE)
    assert list(assigning.clients(zoe)) == []
    partnership = world.partnership(CLINIC, ALPINE)
    assert assign_clients(membership=zoe, partnerships=[partnership], by=by) == 1
    assert assign_clients(membership=zoe, partnerships=[partnership], by=by) == 0
    assert len(seen(world, "zoe", CLINIC)) == 3
    assert last_act(ALPINE).after == {"assigned": ["Clinique Belmont"]}
    assert take_back_clients(membership=zoe, partnerships=[partnership], by=by) == 1
    assert world.client("zoe").get(f"/o/{CLINIC}/").status_code == 404


def test_only_clients_of_a_live_partnership(world: World) -> None:
    world.add_member(ALPINE, "zoe")
    zoe, by = world.membership("zoe", ALPINE), world.actor("lea", ALPINE)
    ended = world.partnership(BAKERY, ALPINE)
    end_partnership(partnership=ended, side=Side.PARTNER, by=by)
    others = Partnership.objects.filter(partner__organisation__slug="rhone-digital")
    waiting = world.partnership("musee-du-jura", ALPINE)
    number = assign_clients(membership=zoe, partnerships=[ended, waiting, *others], by=by)
    assert number == 0
    assert list(assigning.clients(zoe)) == []


def test_the_end_takes_assigned_clients_back(world: World) -> None:
    """T21, T22: a new partnership later begins with nobody assigned."""
    cora = world.membership("cora", ALPINE)
    client = assigning.clients(cora).get()
    partnership = world.partnership(client.slug, ALPINE)
    end_partnership(partnership=partnership, side=Side.PARTNER, by=world.actor("lea", ALPINE))
    assert not assigning.assigned_client_ids(cora).exists()


def test_a_collaborator_assigns_no_client(world: World) -> None:
    world.add_member(ALPINE, "zoe")
    with pytest.raises(ActForbidden):
        assign_clients(
            membership=world.membership("zoe", ALPINE),
            partnerships=[world.partnership(CLINIC, ALPINE)],
            by=world.actor("cora", ALPINE),
        )
    assert Product.objects.exists()
