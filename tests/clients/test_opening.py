"""Opening: a partner asks (L1), a client invites (L3), and what both are refused."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access.errors import ActForbidden
from access.limits import TooOften
from access.models import Act, OutgoingMail
from clients import services
from clients.errors import (
    AlreadyLinked,
    AlreadyWaiting,
    FullAccessTaken,
    NotApproved,
    NothingChosen,
    OwnOrganisation,
    ProductGone,
    ProductTaken,
)
from clients.models import Partnership
from clients.rules import Offer
from partners.models import Partner
from tests.journey import (
    ALPINE,
    GARAGE,
    GINA,
    RHONE,
    accept,
    ask,
    invite,
    limited,
    logged,
    mailed,
)
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
DOMAIN = "garage-nord.example"


def timed_out(partnership: Partnership) -> None:
    """Lets the time to answer pass; no job runs."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(expires_at=yesterday)


def lapsed(partnership: Partnership) -> None:
    """Lets the end date pass; no job runs."""
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=yesterday)


# ---- The partner asks (L1) -------------------------------------------------------------------


def test_a_request_for_full_access(world: World) -> None:
    asked = ask(world, access="full", payment_mode="partner", message="As agreed.")
    assert (asked.state, asked.opened_by, asked.client) == ("requested", "partner", None)
    assert (asked.asked_email, asked.asked_access, asked.asked_payment_mode) == (
        GINA,
        "full",
        "partner",
    )
    assert asked.expires_at - timezone.now() > timedelta(days=29)
    assert mailed("requested") == {GINA}
    assert logged(ALPINE)[0] == "partnership.request"


def test_a_request_for_some_categories(world: World) -> None:
    categories = [world.category("web-domains"), world.category("streaming")]
    asked = ask(world, access="limited", categories=categories)
    assert set(asked.asked_categories.all()) == set(categories)
    assert asked.asked_payment_mode == ""
    assert not asked.access  # nothing is given yet


def test_an_unknown_address_answers_like_a_known_one(world: World) -> None:
    """Known and unknown addresses answer alike."""
    known, unknown = ask(world), ask(world, email="Nobody@Nowhere.example ")
    assert unknown.asked_email == "nobody@nowhere.example"
    for field in ("state", "client", "client_name", "asked_access", "version"):
        assert getattr(known, field) == getattr(unknown, field)
    mails = OutgoingMail.objects.filter(kind="clients.requested").order_by("pk")
    contexts = [mail.context | {"link": 0, "partnership": ""} for mail in mails]
    assert contexts[0] == contexts[1]
    assert mailed("requested") == {GINA, "nobody@nowhere.example"}


def test_a_client_of_another_partner_answers_like_anybody(world: World) -> None:
    assert ask(world, email="viola@atelier-vigne.example").state == "requested"


def test_the_request_tells_nothing_of_the_addressees_organisation(world: World) -> None:
    asked = ask(world)
    mail = OutgoingMail.objects.get(kind="clients.requested")
    assert "Garage" not in str(mail.context)
    assert "Garage" not in str(asked)
    assert not Act.objects.filter(organisation__slug=GARAGE, act="partnership.request").exists()


@pytest.mark.parametrize("who", ["lea", "adam", "cora"])
def test_own_people_are_no_clients(world: World, who: str) -> None:
    """Own organisation."""
    with pytest.raises(OwnOrganisation) as refusal:
        ask(world, email=f"{who}@alpineweb.example")
    assert refusal.value.field == "email"


def test_who_was_asked_already_is_not_asked_twice(world: World) -> None:
    ask(world)
    with pytest.raises(AlreadyWaiting) as refusal:
        ask(world, email="GINA@garage-nord.example")
    assert refusal.value.field == "email"
    assert Partnership.objects.filter(asked_email=GINA).count() == 1


def test_two_partners_may_ask_the_same_address(world: World) -> None:
    ask(world)
    assert ask(world, by="remi").state == "requested"


def test_who_is_a_client_already(world: World) -> None:
    with pytest.raises(AlreadyLinked, match="Boulangerie du Lac") as refusal:
        ask(world, email="bruno@boulangerie-du-lac.example")
    assert refusal.value.field == "email"


def test_another_organisation_of_a_client(world: World) -> None:
    """The box below the field: one person may represent several organisations (O1)."""
    asked = ask(
        world,
        email="bruno@boulangerie-du-lac.example",
        access="full",
        payment_mode="client",
        another_organisation=True,
    )
    assert asked.state == "requested"


def test_a_past_client_may_be_asked_again(world: World) -> None:
    lapsed(world.partnership(BAKERY, ALPINE))
    assert ask(world, email="bruno@boulangerie-du-lac.example").state == "requested"


def test_a_request_that_timed_out_is_not_in_the_way(world: World) -> None:
    """L8, with no job run."""
    first = ask(world)
    timed_out(first)
    assert ask(world).state == "requested"
    first.refresh_from_db()
    assert first.state == "expired"


@pytest.mark.parametrize("state", ["applied", "refused", "suspended"])
def test_a_partner_that_is_not_approved_cannot_ask(world: World, state: str) -> None:
    """P5"""
    Partner.objects.filter(organisation__slug=ALPINE).update(state=state)
    with pytest.raises(NotApproved, match="Alpine Web"):
        ask(world)


def test_only_a_legal_representative_asks(world: World) -> None:
    """O4"""
    for name in ("adam", "cora"):
        with pytest.raises(ActForbidden):
            services.request_access(
                email=GINA,
                access="full",
                payment_mode="client",
                by=world.actor(name, ALPINE),
            )


def test_who_is_no_partner_cannot_ask(world: World) -> None:
    with pytest.raises(Http404):
        services.request_access(
            email=GINA, access="full", payment_mode="client", by=world.actor("nina", "nova-hosting")
        )


def test_a_refused_request_leaves_nothing(world: World) -> None:
    before = (Partnership.objects.count(), OutgoingMail.objects.count(), Act.objects.count())
    with pytest.raises(AlreadyLinked):
        ask(world, email="bruno@boulangerie-du-lac.example")
    after = (Partnership.objects.count(), OutgoingMail.objects.count(), Act.objects.count())
    assert before == after


def test_twenty_requests_a_day(world: World) -> None:
    for number in range(20):
        ask(world, email=f"somebody-{number}@x.example")
    with pytest.raises(TooOften) as refusal:
        ask(world, email="one-more@x.example")
    assert refusal.value.field == "email"
    assert ask(world, by="remi", email="one-more@x.example")


def test_three_requests_a_day_to_one_address(world: World) -> None:
    for _ in range(3):
        asked = ask(world)
        services.withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    with pytest.raises(TooOften):
        ask(world)


# ---- The client invites (L3) -----------------------------------------------------------------


def test_an_invitation_to_full_access(world: World) -> None:
    invited = invite(world, Offer.full("partner"))
    assert (invited.state, invited.opened_by) == ("invited", "client")
    assert (invited.access, invited.payment_mode) == ("full", "partner")
    assert (invited.client_name, invited.partner_name) == ("Garage Nord", "Rhône Digital SAS")
    assert mailed("invited") == {"remi@rhonedigital.example"}
    assert logged(GARAGE)[0] == logged(RHONE)[0] == "partnership.invite"
    line = Act.objects.filter(organisation__slug=GARAGE).first()
    assert line.object_name == "Garage Nord – Rhône Digital SAS"


def test_an_invitation_to_some_products(world: World) -> None:
    invited = invite(world, limited(world, GARAGE, DOMAIN, "Service records"))
    assert {product.name for product in invited.offered_products.all()} == {
        DOMAIN,
        "Service records",
    }
    assert (invited.access, invited.payment_mode) == ("limited", "client")


def test_only_legal_representatives_of_the_partner_are_mailed(world: World) -> None:
    """They alone may answer (O4)."""
    invite(world, partner=ALPINE)
    assert mailed("invited") == {"lea@alpineweb.example"}


def test_nobody_partners_itself(world: World) -> None:
    with pytest.raises(OwnOrganisation) as refusal:
        services.invite_partner(
            partner=world.partner(ALPINE),
            offer=Offer.full("client"),
            by=world.actor("lea", ALPINE),
        )
    assert refusal.value.field == "partner"


def test_a_partner_is_invited_once(world: World) -> None:
    invited = invite(world)
    with pytest.raises(AlreadyWaiting) as waiting:
        invite(world)
    accept(world, invited)
    with pytest.raises(AlreadyLinked) as linked:
        invite(world)
    assert waiting.value.field == linked.value.field == "partner"
    assert Partnership.objects.filter(client__slug=GARAGE).count() == 1


@pytest.mark.parametrize(
    "fields", [{"state": "suspended"}, {"state": "applied"}, {"listed": False}]
)
def test_a_partner_that_takes_no_clients(world: World, fields: dict[str, object]) -> None:
    """P5, T27: not listed answers like not approved."""
    Partner.objects.filter(organisation__slug=RHONE).update(**fields)
    with pytest.raises(NotApproved) as refusal:
        invite(world)
    assert refusal.value.field == "partner"


def test_an_invitation_that_timed_out_is_not_in_the_way(world: World) -> None:
    """L8, with no job run."""
    first = invite(world)
    timed_out(first)
    second = invite(world)
    first.refresh_from_db()
    assert (first.state, second.state) == ("expired", "invited")


def test_a_partnership_past_its_end_is_not_in_the_way(world: World) -> None:
    """L9, with no job run."""
    first = accept(world, invite(world))
    lapsed(first)
    second = invite(world)
    first.refresh_from_db()
    assert (first.state, second.state) == ("ended", "invited")
    assert accept(world, second).state == "active"


@pytest.mark.parametrize("role", ["administrator", "collaborator"])
def test_only_a_legal_representative_invites(world: World, role: str) -> None:
    """O4, T9"""
    world.add_member(GARAGE, "ada", role=role)
    with pytest.raises(ActForbidden) as refusal:
        services.invite_partner(
            partner=world.partner(RHONE),
            offer=Offer.full("client"),
            by=world.actor("ada", GARAGE),
        )
    assert refusal.value.who == ["Gina Romano (Legal representative)"]


def test_a_partners_person_invites_nobody(world: World) -> None:
    """Section 6: never."""
    with pytest.raises(Http404):
        services.invite_partner(
            partner=world.partner(RHONE),
            offer=Offer.full("client"),
            by=world.actor("lea", BAKERY),
        )


def test_nothing_chosen(world: World) -> None:
    with pytest.raises(NothingChosen) as refusal:
        invite(world, Offer.limited([]))
    assert refusal.value.field == "products"


def test_a_product_that_left_meanwhile(world: World) -> None:
    offer = limited(world, GARAGE, DOMAIN, "Service records")
    world.product(GARAGE, "Service records").delete()
    with pytest.raises(ProductGone) as refusal:
        invite(world, offer)
    assert refusal.value.field == "products"
    assert not Partnership.objects.filter(client__slug=GARAGE).exists()


def test_anothers_product_answers_like_one_that_is_not_there(world: World) -> None:
    """T43"""
    messages = set()
    for pk in (world.product(CLINIC, "Care team chat").pk, 10**9):
        with pytest.raises(ProductGone) as refusal:
            invite(world, Offer.limited([pk]))
        messages.add(str(refusal.value))
    assert len(messages) == 1


def test_a_product_that_another_partner_manages(world: World) -> None:
    """L7"""
    accept(world, invite(world, limited(world, GARAGE, DOMAIN)))
    with pytest.raises(ProductTaken, match=f"{DOMAIN} is already managed by Rhône"):
        invite(world, limited(world, GARAGE, DOMAIN), partner=ALPINE)


def test_full_access_that_another_partner_has(world: World) -> None:
    """L7"""
    accept(world, invite(world))
    with pytest.raises(FullAccessTaken, match="Rhône") as refusal:
        invite(world, partner=ALPINE)
    assert refusal.value.field == "access"
    assert invite(world, limited(world, GARAGE, DOMAIN), partner=ALPINE).state == "invited"
