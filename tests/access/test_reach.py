"""Why can they? The answer is held to the policy: it lists exactly those who may see (A1, O5)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from access import grants, reach
from access.models import AssignedCategory, Membership, Organisation, SupportAccess, User
from access.policy import actor_in
from access.reach import Way
from access.rules import Role
from access.services import add_member
from clients.models import Category, Partnership, Product
from tests.journey import ALPINE, GARAGE, RHONE, accept, change, invite, limited
from tests.world import World

pytestmark = pytest.mark.django_db
BAKERY, BELMONT = "boulangerie-du-lac", "clinique-belmont"
SITE = "garage-nord.example"


def page(world: World, name: str = "clara", slug: str = BELMONT, product: Product | None = None):
    url = (
        reverse("product_reach", args=[slug, product.public_id])
        if product
        else reverse("reach", args=[slug])
    )
    return world.client(name).get(url)


def let_support_in(world: World, slug: str = BELMONT) -> SupportAccess:
    now = timezone.now()
    return SupportAccess.objects.create(
        organisation=world.organisation(slug),
        opened_by=world.organisation(slug).memberships.order_by("pk")[0].user,
        opened_at=now,
        until=now + timedelta(hours=8),
    )


def a_crowd(world: World) -> None:
    """Every way to reach Garage Nord at once, and people who nearly reach it."""
    accept(world, invite(world, limited(world, GARAGE, SITE)))
    change(world, accept(world, invite(world, partner=ALPINE), by="lea"), limited_to_rest(world))
    gina = world.person("gina")
    for name, how in {"one": "single", "cat": "category", "all": "every", "none": ""}.items():
        person = world.add_member(GARAGE, f"{name}-garage")
        membership = Membership.objects.get(user=person)
        if how == "single":
            grants.assign_products(membership, [world.product(GARAGE, SITE)], by=gina)
        if how == "category":
            product = world.product(GARAGE, SITE)
            AssignedCategory.objects.create(
                membership=membership, category=product.product_type.category, granted_by=gina
            )
        if how == "every":
            Membership.objects.filter(pk=membership.pk).update(every_product=True)
    world.add_member(GARAGE, "ada-garage", Role.ADMINISTRATOR)
    world.add_member(GARAGE, "eve-garage", Role.EXTERNAL_USER)
    # a collaborator of a partner with this client, one without, one of both partners
    colette = world.add_member(RHONE, "colette-rhone")
    world.add_member(RHONE, "cyril-rhone")
    grants.assign_clients(
        Membership.objects.get(user=colette), [world.organisation(GARAGE)], by=world.person("remi")
    )
    add_member(
        organisation=world.organisation(RHONE),
        user=world.person("adam"),
        role=Role.ADMINISTRATOR,
        by=None,
    )
    # a partner's person who belongs to the client acts there by their own role
    add_member(
        organisation=world.organisation(GARAGE),
        user=world.person("lea"),
        role=Role.COLLABORATOR,
        by=None,
    )


def limited_to_rest(world: World):
    names = [one.name for one in world.products(GARAGE) if one.name != SITE]
    return limited(world, GARAGE, *names)


def allowed(person: User, organisation: Organisation) -> set[int] | None:
    """What the policy says: the products that the person sees there; None if they are nobody."""
    try:
        actor = actor_in(person, organisation.slug)
    except Http404:
        return None
    return set(Product.objects.visible_to(actor).values_list("pk", flat=True))


def held_to_the_policy() -> int:
    """Compares both for every person, organisation and product; answers how many may see."""
    seen = 0
    for organisation in Organisation.objects.all():
        found = reach.of_organisation(organisation)
        said = {one.pk: allowed(one, organisation) for one in User.objects.filter(is_active=True)}
        staff = {one.pk for one in User.objects.filter(is_staff=True)} if found.support else set()
        listed = found.people | staff
        assert listed == {pk for pk, products in said.items() if products is not None}
        numbers = {one.person.pk: one.number for one in found.members}
        assert numbers == {pk: len(said[pk] or ()) for pk in numbers}
        for product in organisation.products.all():
            mine = reach.of_product(product)
            listed = mine.people | (staff if mine.support else set())
            expected = {pk for pk, products in said.items() if product.pk in (products or ())}
            assert listed == expected, product
            seen += len(expected)
    return seen


def test_it_lists_exactly_those_whom_the_policy_lets_see(world):
    """Every person of the world on every product of every organisation."""
    before = held_to_the_policy()
    a_crowd(world)
    let_support_in(world)
    let_support_in(world, GARAGE)
    assert held_to_the_policy() > before


def test_time_closes_it_before_any_job_comes_by(world):
    """L9, T30"""
    a_crowd(world)
    past = timezone.now() - timedelta(minutes=1)
    Partnership.objects.update(ends_at=past)
    support = let_support_in(world)
    SupportAccess.objects.filter(pk=support.pk).update(
        opened_at=past - timedelta(hours=1), until=past
    )
    held_to_the_policy()
    found = reach.of_organisation(world.organisation(BELMONT))
    assert (found.partners, found.support) == ([], None)


def test_who_cannot_sign_in_reaches_nothing(world):
    User.objects.filter(pk=world.person("colin").pk).update(is_active=False)
    User.objects.filter(pk=world.person("adam").pk).update(is_active=False)
    found = reach.of_organisation(world.organisation(BELMONT))
    assert {world.person("colin").pk, world.person("adam").pk} & found.people == set()


def ways(found: reach.Reach) -> dict[str, list[str]]:
    everyone = [*found.members, *(one for partner in found.partners for one in partner.people)]
    return {
        one.person.email.partition("@")[0]: [grant.way for grant in one.grants] for one in everyone
    }


def test_each_way_is_told_with_since_and_by_whom(world):
    a_crowd(world)
    product = world.product(GARAGE, SITE)
    found = reach.of_product(product)
    assert ways(found) == {
        "gina": [Way.ROLE],
        "ada-garage": [Way.ROLE],
        "one-garage": [Way.SINGLY],
        "cat-garage": [Way.CATEGORY],
        "all-garage": [Way.EVERY_PRODUCT],
        "remi": [Way.ROLE],
        "adam": [Way.ROLE],  # of two partners; by the older partnership
        "colette-rhone": [Way.CLIENT_ASSIGNED],
    }
    [partner] = found.partners
    assert partner.partnership.partner_name == "Rhône Digital SAS"
    assert partner.grant.given_by == str(world.person("gina"))
    assert partner.grant.since is not None
    [assigned] = [one.grants[0] for one in partner.people if one.person.name == "Colette-Rhone"]
    assert assigned.given_by == str(world.person("remi"))


def test_who_holds_several_grants_has_a_line_for_each(world):
    a_crowd(world)
    membership = Membership.objects.get(user__email__startswith="cat-garage@")
    grants.assign_products(membership, [world.product(GARAGE, SITE)], by=world.person("gina"))
    found = reach.of_product(world.product(GARAGE, SITE))
    assert ways(found)["cat-garage"] == [Way.CATEGORY, Way.SINGLY]
    text = page(world, "gina", GARAGE, world.product(GARAGE, SITE)).text
    category = world.product(GARAGE, SITE).product_type.category
    assert escape(f"the category {category} was assigned") in text


def test_the_client_gave_what_a_partner_only_accepted(world):
    found = reach.of_organisation(world.organisation(BELMONT))
    assert [one.grant.given_by for one in found.partners] == ["Clara Meyer"]


# ---- The pages ----------------------------------------------------------------------------------


def test_the_product_page_leads_to_it(world):
    product = world.product(BELMONT, "Appointments server")
    link = reverse("product_reach", args=[BELMONT, product.public_id])
    url = reverse("product", args=[BELMONT, product.public_id])
    assert link in world.client("clara").get(url).text
    for other in ("lea", "colin"):
        assert link not in world.client(other).get(reverse("products", args=[BELMONT])).text
        assert world.client(other).get(link).status_code == 404
    assert link not in world.client("lea").get(url).text


def test_the_pages_name_people_grants_and_partners(world):
    let_support_in(world)
    text = page(world, product=world.product(BELMONT, "Appointments server")).text
    for words in ("Clara Meyer", "Léa Favre", "Adam Keller", "Alpine Web Sàrl", "Limited access"):
        assert words in text
    assert "Given by Clara Meyer" in text
    assert "Its staff may look, and change nothing." in text
    assert "Cora" not in text  # a collaborator of the partner without this client (O5)
    assert "alpineweb.example" not in text  # names, no addresses
    text = page(world).text
    assert "Through grants on 3 of 8 products." in text
    other = page(world, product=world.product(BELMONT, "Staff mailboxes")).text
    assert "No partner reaches this product." in other
    assert "Léa Favre" not in other


@pytest.mark.parametrize("name", ["lea", "adam", "colin", "remi", "bruno", "staff"])
def test_others_do_not_learn_who_reaches_what(world, name):
    """T10, T43: for them the pages do not exist, with support let in or not."""
    let_support_in(world)
    product = world.product(BELMONT, "Appointments server")
    assert page(world, name).status_code == 404
    assert page(world, name, product=product).status_code == 404


def test_a_foreign_product_answers_as_an_unknown_one(world):
    foreign = world.product(GARAGE, SITE)
    url = reverse("product_reach", args=[BELMONT, foreign.public_id])
    unknown = reverse("product_reach", args=[BELMONT, "x" * 16])
    answers = [world.client("clara").get(one) for one in (url, unknown)]
    assert [one.status_code for one in answers] == [404, 404]


def test_thirty_people_cost_as_many_queries_as_one(world):
    product = world.product(BELMONT, "Appointments server")
    browser = world.client("clara")
    urls = [
        reverse("reach", args=[BELMONT]),
        reverse("product_reach", args=[BELMONT, product.public_id]),
    ]

    def cost():
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            found.append(len(queries))
        return found

    clara = world.person("clara")
    extra = world.add_member(BELMONT, "extra-0")
    grants.assign_products(Membership.objects.get(user=extra), [product], by=clara)
    AssignedCategory.objects.create(
        membership=Membership.objects.get(user=extra), category=Category.objects.first()
    )
    before = cost()
    for number in range(1, 30):
        member = world.add_member(BELMONT, f"extra-{number}")
        grants.assign_products(Membership.objects.get(user=member), [product], by=clara)
        world.add_member(ALPINE, f"staff-{number}", Role.ADMINISTRATOR)
    assert cost() == before
    assert max(before) <= 22
