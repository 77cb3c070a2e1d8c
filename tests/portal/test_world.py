"""The demo world is section 13 of the rule book, and the tests' cast."""

import pytest
from django.http import Http404

from access.models import Act, Attempt, Membership, User
from clients.models import Category, Partnership, Product, ProductType
from clients.rules import Access, PartnershipState
from partners.models import Partner


@pytest.mark.parametrize(
    ("name", "slug", "role"),
    [
        ("lea", "alpine-web", "legal_representative"),
        ("adam", "alpine-web", "administrator"),
        ("cora", "alpine-web", "collaborator"),
        ("remi", "rhone-digital", "legal_representative"),
        ("nina", "nova-hosting", "legal_representative"),
        ("bruno", "boulangerie-du-lac", "legal_representative"),
        ("clara", "clinique-belmont", "legal_representative"),
        ("colin", "clinique-belmont", "collaborator"),
        ("hugo", "hotel-bellevue", "legal_representative"),
        ("viola", "atelier-vigne", "legal_representative"),
        ("marc", "musee-du-jura", "legal_representative"),
        ("gina", "garage-nord", "legal_representative"),
    ],
)
def test_the_cast_has_its_roles_and_can_sign_in(world, name, slug, role):
    person = world.person(name)
    assert world.membership(name, slug).role == role
    assert person.check_password("demo-password")
    address = person.emailaddress_set.get()
    assert (address.email, address.verified, address.primary) == (person.email, True, True)


def test_there_is_nobody_else(world):
    assert User.objects.count() == 13
    assert Membership.objects.count() == 12
    assert list(User.objects.filter(is_staff=True, is_superuser=True)) == [world.person("staff")]


@pytest.mark.parametrize(
    ("slug", "country", "currency", "products"),
    [
        ("alpine-web", "CH", "CHF", 2),
        ("rhone-digital", "FR", "EUR", 1),
        ("nova-hosting", "DE", "EUR", 0),
        ("boulangerie-du-lac", "CH", "CHF", 7),
        ("clinique-belmont", "CH", "CHF", 8),
        ("hotel-bellevue", "CH", "CHF", 39),
        ("atelier-vigne", "FR", "EUR", 37),
        ("musee-du-jura", "CH", "CHF", 5),
        ("garage-nord", "CH", "CHF", 4),
    ],
)
def test_the_organisations(world, slug, country, currency, products):
    organisation = world.organisation(slug)
    assert (organisation.country, organisation.currency) == (country, currency)
    assert len(world.products(slug)) == products


def test_the_partners(world):
    assert set(Partner.objects.values_list("organisation__slug", "state", "listed")) == {
        ("alpine-web", "approved", True),
        ("rhone-digital", "approved", True),
        ("nova-hosting", "applied", False),
    }


def test_the_partnerships(world):
    found = Partnership.objects.values_list(
        "partner__organisation__slug", "client__slug", "state", "access", "payment_mode"
    )
    assert set(found) == {
        ("alpine-web", "boulangerie-du-lac", "active", "full", "client"),
        ("alpine-web", "clinique-belmont", "active", "limited", "client"),
        ("alpine-web", "hotel-bellevue", "active", "full", "partner"),
        ("rhone-digital", "atelier-vigne", "active", "full", "partner"),
        ("alpine-web", None, "requested", "", ""),
    }
    waiting = world.partnership("musee-du-jura", "alpine-web")
    assert waiting.asked_email == "marc@musee-du-jura.example"
    assert waiting.state == PartnershipState.REQUESTED


def test_limited_access_is_three_of_eight(world):
    seen = Product.objects.visible_to(world.actor("lea", "clinique-belmont"))
    assert sorted(product.name for product in seen) == [
        "Appointments server",
        "clinique-belmont.example",
        "www.clinique-belmont.example",
    ]


def test_what_was_assigned_to_collaborators(world):
    assert world.actor("cora", "boulangerie-du-lac").partner == world.organisation("alpine-web")
    with pytest.raises(Http404):
        world.actor("cora", "hotel-bellevue")
    seen = Product.objects.visible_to(world.actor("colin", "clinique-belmont"))
    assert {product.name for product in seen} == {"www.clinique-belmont.example", "Staff mailboxes"}


@pytest.mark.parametrize("slug", ["hotel-bellevue", "atelier-vigne"])
def test_thirty_five_hostings_renew_on_one_day(world, slug):
    hostings = Product.objects.filter(
        organisation__slug=slug, product_type__slug="web-hosting", state="active"
    )
    assert hostings.count() == 35
    assert hostings.values("renews_on", "period").distinct().count() == 1


def test_the_catalogue_speaks_five_languages(world):
    assert Category.objects.count() == 5
    for kind in [*Category.objects.all(), *ProductType.objects.all()]:
        assert kind.name
        assert set(kind.names) == {"fr", "de", "it", "es"}


def test_the_demo_was_loaded_by_the_services(world):
    """They wrote the logs, and counted nothing against the limits of the cast."""
    acts = set(Act.objects.values_list("act", flat=True))
    assert {"organisation.create", "people.add", "product.install", "programme.approve"} <= acts
    assert {"partnership.request", "partnership.grant", "partnership.accept"} <= acts
    assert not Attempt.objects.exists()


# ---- the builders of tests -------------------------------------------------------------------


def test_builders(world):
    garage, alpine = world.organisation("garage-nord"), world.partner("alpine-web")
    assert len(world.add_products(garage, 30)) == 30
    assert len(world.products("garage-nord")) == 34
    full = world.add_clients(alpine, 2)
    limited = world.add_clients(alpine, 1, access=Access.LIMITED)
    world.add_requests(alpine, 3)
    actor = world.actor("lea", "alpine-web")
    assert Partnership.objects.visible_to_partner(actor).active().count() == 6
    assert Partnership.objects.waiting_for_partner(actor).count() == 4
    assert Product.objects.visible_to(world.actor("lea", full[0].client.slug)).count() == 2
    assert Product.objects.visible_to(world.actor("lea", limited[0].client.slug)).count() == 1
    assert len(world.add_partners(2)) == 2
    assert Partner.objects.open_to_clients().count() == 4


def test_a_new_member_and_a_signed_in_browser(world):
    world.add_member("garage-nord", "greta", "administrator")
    assert world.membership("greta", "garage-nord").role == "administrator"
    world.add_organisation("newcomer")
    assert world.actor("boss", "newcomer").may("partners.authorise")
    assert world.client("lea").session["_auth_user_id"] == str(world.person("lea").pk)
    assert "sessionid" not in world.client().cookies
