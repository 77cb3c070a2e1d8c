"""Object permissions (A1): what is granted, to whom it opens, and when it closes (L5, L7, L9)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from guardian.models import GroupObjectPermission, UserObjectPermission

from access import grants
from access.models import (
    OrganisationGroupPermission,
    OrganisationUserPermission,
    ProductGroupPermission,
)
from clients.models import Partnership, Product
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
    seen,
)
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY, HOTEL = "clinique-belmont", "boulangerie-du-lac", "hotel-bellevue"
GRANTED = {"www.clinique-belmont.example", "clinique-belmont.example", "Appointments server"}


def past(partnership: Partnership) -> None:
    """Lets the end date pass; no job runs."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=yesterday)


# ---- Who sees which products ----------------------------------------------------------------


def test_limited_access_sees_the_granted_products_only(world: World) -> None:
    """T10"""
    assert seen(world, "lea", CLINIC) == GRANTED
    assert seen(world, "adam", CLINIC) == GRANTED


def test_two_limited_partners_of_one_client_see_their_own(world: World) -> None:
    """L7"""
    accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    other = invite(world, limited(world, GARAGE, "www.garage-nord.example"), partner=ALPINE)
    accept(world, other, by="lea")
    assert seen(world, "remi", GARAGE) == {"garage-nord.example"}
    assert seen(world, "lea", GARAGE) == {"www.garage-nord.example"}


def test_full_access_sees_all_future_ones_too(world: World) -> None:
    assert seen(world, "lea", BAKERY) == all_of(world, BAKERY)
    world.add_products(world.organisation(BAKERY), 1, name="Brand new")
    assert "Brand new" in seen(world, "lea", BAKERY)
    assert "Brand new" in seen(world, "cora", BAKERY)


def test_limited_access_sees_no_future_product(world: World) -> None:
    world.add_products(world.organisation(CLINIC), 1, name="Brand new")
    assert seen(world, "lea", CLINIC) == GRANTED


def test_the_organisations_own_people(world: World) -> None:
    """O2"""
    assert seen(world, "clara", CLINIC) == all_of(world, CLINIC)
    assert seen(world, "colin", CLINIC) == {"www.clinique-belmont.example", "Staff mailboxes"}
    world.add_member(CLINIC, "ada", role="administrator")
    assert seen(world, "ada", CLINIC) == all_of(world, CLINIC)
    world.add_member(CLINIC, "eve", role="external_user")
    assert seen(world, "eve", CLINIC) == set()


def test_nobody_sees_products_through_another_organisation(world: World) -> None:
    """The actor of one organisation asks; no row of another is in the answer."""
    for name, slug in [("clara", CLINIC), ("lea", BAKERY), ("lea", CLINIC), ("lea", ALPINE)]:
        found = Product.objects.visible_to(world.actor(name, slug))
        assert {product.organisation.slug for product in found} == {slug}


def test_counts_and_search_stay_within_the_granted(world: World) -> None:
    """T10, T11"""
    found = Product.objects.visible_to(world.actor("lea", CLINIC))
    assert found.count() == 3
    assert not found.search("Staff mailboxes").exists()
    assert {product.name for product in found.search("APPOINTMENTS")} == {"Appointments server"}
    assert found.search("").count() == 3


# ---- Before and after a change, an end, an end date --------------------------------------------


def test_limited_to_full_and_back(world: World) -> None:
    """L5: effective at once."""
    partnership = world.partnership(CLINIC, ALPINE)
    partnership = change(world, partnership, Offer.full("client"))
    assert seen(world, "lea", CLINIC) == all_of(world, CLINIC)
    change(world, partnership, limited(world, CLINIC, "Care team chat"))
    assert seen(world, "lea", CLINIC) == {"Care team chat"}


def test_an_actor_of_before_the_change_sees_what_holds_now(world: World) -> None:
    """T22: an open tab that still says full access."""
    lea = world.actor("lea", BAKERY)
    change(world, world.partnership(BAKERY, ALPINE), limited(world, BAKERY, "Bakery mailboxes"))
    assert list(Product.objects.visible_to(lea)) == []
    assert seen(world, "lea", BAKERY) == {"Bakery mailboxes"}


@pytest.mark.parametrize("slug", [BAKERY, CLINIC])
def test_the_end_takes_everything(world: World, slug: str) -> None:
    """L6, T22"""
    lea = world.actor("lea", slug)
    partnership = world.partnership(slug, ALPINE)
    end(world, partnership, by=world.actor("lea", ALPINE), side=Side.PARTNER)
    assert list(Product.objects.visible_to(lea)) == []
    assert not ProductGroupPermission.objects.filter(partnership=partnership).exists()
    assert not OrganisationGroupPermission.objects.filter(partnership=partnership).exists()


def test_the_end_takes_the_assignments_of_collaborators(world: World) -> None:
    """T8: a later partnership begins without them."""
    partnership = world.partnership(BAKERY, ALPINE)
    end(world, partnership, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    cora = world.person("cora")
    assert not OrganisationUserPermission.objects.filter(user=cora).exists()


@pytest.mark.parametrize("slug", [BAKERY, CLINIC])
def test_an_end_date_closes_with_no_job_run(world: World, slug: str) -> None:
    """L9"""
    lea = world.actor("lea", slug)
    partnership = world.partnership(slug, ALPINE)
    past(partnership)
    partnership.refresh_from_db()
    assert partnership.state == "active"
    assert list(Product.objects.visible_to(lea)) == []
    products = world.products(slug)
    assert grants.managers(products) == {}
    assert grants.holders(products) == {}
    assert grants.full_access_holder(world.organisation(slug)) is None
    assert not Product.objects.reached_by(partnership).exists()


# ---- The manager of a product (L7) -----------------------------------------------------------


def test_the_manager_is_the_holder_of_the_grant_else_of_full_access(world: World) -> None:
    offer = limited(world, GARAGE, "garage-nord.example")
    by_product = accept(world, invite(world, offer, partner=ALPINE), by="lea")
    full = accept(world, invite(world), by="remi")
    found = grants.managers(world.products(GARAGE))
    assert {key: found[key].pk for key in found} == {
        product.pk: (by_product if product.name == "garage-nord.example" else full).pk
        for product in world.products(GARAGE)
    }


def test_without_partner_nobody_manages(world: World) -> None:
    assert grants.managers(world.products(GARAGE)) == {}


def test_managers_cost_two_queries(world: World) -> None:
    products = world.products(HOTEL) + world.products(CLINIC)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        grants.managers(products)
    assert len(queries) == 2


def test_products_are_granted_in_bulk(world: World) -> None:
    """A hundred products cost no more queries than one."""
    clinic = world.organisation(CLINIC)
    costs = []
    for count in (1, 100):
        products = world.add_products(clinic, count, name=f"{count}-{{n}}")
        partnership = world.partnership(CLINIC, ALPINE)
        with CaptureQueriesContext(connection) as queries:
            grants.grant_products(partnership, products, by=world.person("clara"))
        costs.append(len(queries))
    assert costs[0] == costs[1]


# ---- What the database refuses ------------------------------------------------------------------


def test_a_grant_of_anothers_product_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        grants.grant_products(
            world.partnership(CLINIC, ALPINE), world.products(GARAGE), by=world.person("clara")
        )


def test_a_grant_of_another_organisation_is_refused_by_the_database(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    partnership.client = world.organisation(GARAGE)
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        grants.grant_organisation(partnership, by=world.person("clara"))


@pytest.mark.parametrize("model", [ProductGroupPermission, OrganisationGroupPermission])
def test_a_grant_to_another_partners_group_is_refused_by_the_database(
    world: World, model: type[ProductGroupPermission]
) -> None:
    group = world.organisation(RHONE).reseller_group
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        model.objects.filter(partnership__partner__organisation__slug=ALPINE).update(group=group)


def test_a_grant_cannot_move_to_another_partnership(world: World) -> None:
    other = world.partnership(BAKERY, ALPINE)
    with pytest.raises(IntegrityError, match="does not belong"), transaction.atomic():
        ProductGroupPermission.objects.filter(partnership__client__slug=CLINIC).update(
            partnership=other
        )


def test_one_partner_for_a_product(world: World) -> None:
    """L7, in the database."""
    other = accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    second = invite(world, limited(world, GARAGE, "www.garage-nord.example"), partner=ALPINE)
    Partnership.objects.filter(pk=second.pk).update(state="active", started_at=timezone.now())
    with pytest.raises(IntegrityError, match="one_grant_per_product"), transaction.atomic():
        grants.grant_products(
            second, [world.product(GARAGE, "garage-nord.example")], by=world.person("gina")
        )
    assert grants.managers(world.products(GARAGE)).popitem()[1] == other


def test_one_full_access_for_a_client(world: World) -> None:
    """L7, in the database."""
    grant(world, ask(world))
    other = invite(world, limited(world, GARAGE, "garage-nord.example"))
    with pytest.raises(IntegrityError, match="one_full_access_per_client"), transaction.atomic():
        grants.grant_organisation(other, by=world.person("gina"))


def test_a_deleted_product_takes_its_grant_along(world: World) -> None:
    product = world.product(CLINIC, "Appointments server")
    product.delete()
    assert not ProductGroupPermission.objects.filter(content_object_id=product.pk).exists()


def test_the_generic_tables_stay_empty(world: World) -> None:
    """They have no foreign key, so nothing may stand in them."""
    assert not GroupObjectPermission.objects.exists()
    assert not UserObjectPermission.objects.exists()


# ---- Clients in the reseller space (O5) ------------------------------------------------------


def clients_seen(world: World, name: str, slug: str) -> set[str]:
    found = Partnership.objects.visible_to_partner(world.actor(name, slug))
    return {partnership.client_name or partnership.asked_email for partnership in found}


def test_representatives_see_all_clients_and_requests(world: World) -> None:
    everything = {
        "Boulangerie du Lac",
        "Clinique Belmont",
        "Hôtel Bellevue",
        "marc@musee-du-jura.example",
    }
    assert clients_seen(world, "lea", ALPINE) == everything
    assert clients_seen(world, "adam", ALPINE) == everything


def test_a_collaborator_sees_the_assigned_clients(world: World) -> None:
    """O5, T8"""
    assert clients_seen(world, "cora", ALPINE) == {"Boulangerie du Lac"}
    past(world.partnership(BAKERY, ALPINE))
    assert clients_seen(world, "cora", ALPINE) == set()


def test_ended_partnerships_stay_readable_by_both_sides(world: World) -> None:
    partnership = world.partnership(BAKERY, ALPINE)
    end(world, partnership, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    assert "Boulangerie du Lac" in clients_seen(world, "lea", ALPINE)
    own = Partnership.objects.visible_to_client(world.actor("bruno", BAKERY))
    assert partnership in own
    assert clients_seen(world, "cora", ALPINE) == set()


def test_no_partner_sees_anothers_clients(world: World) -> None:
    assert clients_seen(world, "remi", RHONE) == {"Atelier Vigne"}
    assert clients_seen(world, "gina", GARAGE) == set()
    assert clients_seen(world, "lea", BAKERY) == set()  # for its partner, not as its member


def test_a_client_sees_its_own_partnerships_only(world: World) -> None:
    def partners_of(name: str, slug: str) -> list[str]:
        found = Partnership.objects.visible_to_client(world.actor(name, slug))
        return [partnership.partner_name for partnership in found]

    assert partners_of("bruno", BAKERY) == ["Alpine Web Sàrl"]
    assert partners_of("gina", GARAGE) == []
    assert partners_of("colin", CLINIC) == []
    assert partners_of("lea", BAKERY) == []


def test_those_who_grant_see_all_products_others_none(world: World) -> None:
    def listed(name: str, slug: str) -> set[str]:
        return {product.name for product in Product.objects.of_client(world.actor(name, slug))}

    assert listed("clara", CLINIC) == all_of(world, CLINIC)
    assert listed("colin", CLINIC) == set()
    assert listed("lea", BAKERY) == set()
