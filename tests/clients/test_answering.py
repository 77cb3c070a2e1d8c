"""Answering: the client grants or refuses (L1, L2), the partner accepts or refuses (L3, L4)."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from access.errors import ActForbidden
from access.models import Act, OutgoingMail
from access.services import add_member
from clients import services
from clients.errors import (
    AlreadyDecided,
    AlreadyLinked,
    AlreadyWaiting,
    FullAccessTaken,
    NotApproved,
    NotTheClient,
    OfferChanged,
    OtherSide,
    OwnOrganisation,
    ProductGone,
    ProductTaken,
)
from clients.models import OfferedProduct, Partnership
from clients.rules import Offer
from partners.models import Partner
from tests.journey import (
    ALPINE,
    GARAGE,
    GINA,
    RHONE,
    accept,
    all_of,
    ask,
    grant,
    invite,
    limited,
    logged,
    mailed,
    seen,
)
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY = "clinique-belmont", "boulangerie-du-lac"
DOMAIN, SITE = "garage-nord.example", "www.garage-nord.example"


def timed_out(partnership: Partnership) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    Partnership.objects.filter(pk=partnership.pk).update(expires_at=yesterday)


# ---- Granting a request (L1, L2) -------------------------------------------------------------


def test_what_was_asked_is_granted(world: World) -> None:
    partnership = grant(
        world, ask(world, access="full", payment_mode="partner"), Offer.full("partner")
    )
    assert (partnership.state, partnership.access) == ("active", "full")
    assert partnership.payment_mode == "partner"
    assert partnership.client == world.organisation(GARAGE)
    assert partnership.client_name == "Garage Nord"
    assert seen(world, "lea", GARAGE) == all_of(world, GARAGE)


def test_the_clients_choice_wins(world: World) -> None:
    """T7: more or less than asked; the partner sees both, nothing widens by itself."""
    asked = ask(world, access="full", payment_mode="partner")
    partnership = grant(world, asked, limited(world, GARAGE, DOMAIN, "Service records"))
    assert seen(world, "lea", GARAGE) == {DOMAIN, "Service records"}
    assert (partnership.asked_access, partnership.asked_payment_mode) == ("full", "partner")
    assert (partnership.access, partnership.payment_mode) == ("limited", "client")
    mail = OutgoingMail.objects.filter(kind="clients.accepted").first()
    assert mail.context["asked"]["access"] == "full"
    assert mail.context["granted"]["products"] == ["Service records", DOMAIN]
    assert mailed("accepted") == {"lea@alpineweb.example", "adam@alpineweb.example"}


def test_more_than_asked(world: World) -> None:
    asked = ask(world, access="limited", categories=[world.category("web-domains")])
    grant(world, asked, Offer.full("client"))
    assert seen(world, "lea", GARAGE) == all_of(world, GARAGE)


def test_another_account_cannot_answer(world: World) -> None:
    """T2: forwarded; the request stays pending."""
    asked = ask(world)
    for name, slug in [("clara", CLINIC), ("remi", RHONE), ("lea", ALPINE)]:
        with pytest.raises(NotTheClient, match="another address"):
            services.grant_request(
                partnership=asked,
                client=world.organisation(slug),
                offer=Offer.full("client"),
                by=world.person(name),
            )
        with pytest.raises(NotTheClient):
            services.refuse_request(partnership=asked, by=world.person(name))
    asked.refresh_from_db()
    assert asked.state == "requested"


def test_an_address_that_is_not_verified_cannot_answer(world: World) -> None:
    """T5: the grant attaches after the proof of the address only."""
    asked = ask(world)
    world.person("gina").emailaddress_set.update(verified=False)
    with pytest.raises(NotTheClient):
        grant(world, asked)
    world.person("gina").emailaddress_set.update(verified=True)
    assert grant(world, asked).state == "active"


def test_a_second_verified_address_can_answer(world: World) -> None:
    asked = ask(world, email="workshop@garage-nord.example")
    with pytest.raises(NotTheClient):
        grant(world, asked)
    world.person("gina").emailaddress_set.create(
        email="Workshop@garage-nord.example", verified=True
    )
    assert grant(world, asked).state == "active"


@pytest.mark.parametrize("role", ["administrator", "collaborator", "external_user"])
def test_only_a_legal_representative_answers(world: World, role: str) -> None:
    """L2: another member sees who can."""
    ada = world.add_member(GARAGE, "ada", role=role)
    asked = ask(world, email=ada.email)
    with pytest.raises(NotTheClient, match="Gina Romano") as refusal:
        services.grant_request(
            partnership=asked,
            client=world.organisation(GARAGE),
            offer=Offer.full("client"),
            by=ada,
        )
    assert refusal.value.field == "organisation"


def test_nobody_answers_for_anothers_organisation(world: World) -> None:
    """L2; the same answer as for one that is not theirs at all."""
    asked = ask(world)
    with pytest.raises(NotTheClient, match="your own organisations") as refusal:
        grant(world, asked, slug=CLINIC)
    assert refusal.value.field == "organisation"
    assert "Clara" not in str(refusal.value)


def test_the_person_asked_may_choose_among_their_organisations(world: World) -> None:
    """L2: choosing or creating the organisation."""
    other = world.add_organisation("garage-sud")
    add_member(organisation=other, user=world.person("gina"), role="legal_representative", by=None)
    partnership = grant(world, ask(world), slug="garage-sud")
    assert partnership.client == other


def test_a_partner_cannot_be_its_own_client(world: World) -> None:
    add_member(
        organisation=world.organisation(ALPINE),
        user=world.person("gina"),
        role="legal_representative",
        by=None,
    )
    asked = Partnership.objects.get(asked_email="marc@musee-du-jura.example")
    Partnership.objects.filter(pk=asked.pk).update(asked_email=GINA)
    with pytest.raises(OwnOrganisation):
        grant(world, asked, slug=ALPINE)


def test_a_client_that_is_one_already(world: World) -> None:
    grant(world, ask(world))
    again = ask(world, access="full", payment_mode="client", another_organisation=True)
    with pytest.raises(AlreadyLinked, match="Alpine Web"):
        grant(world, again)


def test_both_ways_at_once(world: World) -> None:
    """A client that invited the partner whose request it answers is told to choose one."""
    asked, invited = ask(world), invite(world, partner=ALPINE)
    with pytest.raises(AlreadyWaiting):
        grant(world, asked)
    assert accept(world, invited, by="lea").state == "active"
    with pytest.raises(AlreadyLinked):
        grant(world, asked)


def test_an_invitation_that_timed_out_is_not_in_the_way(world: World) -> None:
    """L8, with no job run."""
    asked, invited = ask(world), invite(world, partner=ALPINE)
    timed_out(invited)
    assert grant(world, asked).state == "active"


@pytest.mark.parametrize("state", ["suspended", "refused"])
def test_a_partner_that_is_approved_no_more(world: World, state: str) -> None:
    """P5"""
    asked = ask(world)
    Partner.objects.filter(organisation__slug=ALPINE).update(state=state)
    with pytest.raises(NotApproved, match="Alpine Web"):
        grant(world, asked)


def test_withdrawn_meanwhile(world: World) -> None:
    asked = ask(world)
    services.withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    with pytest.raises(AlreadyDecided, match="withdrawn"):
        grant(world, asked)
    with pytest.raises(AlreadyDecided, match="withdrawn"):
        services.refuse_request(partnership=asked, by=world.person("gina"))


def test_too_late_says_so(world: World) -> None:
    """L8: by the clock, with no job run; nobody is told that the address is wrong."""
    asked = ask(world)
    timed_out(asked)
    with pytest.raises(AlreadyDecided, match="in time"):
        grant(world, asked)
    with pytest.raises(AlreadyDecided, match="in time"):
        services.refuse_request(partnership=asked, by=world.person("gina"))


def test_posted_twice(world: World) -> None:
    asked = ask(world)
    grant(world, asked)
    with pytest.raises(AlreadyDecided, match="already accepted"):
        grant(world, asked)
    assert len(mailed("accepted")) == OutgoingMail.objects.filter(kind="clients.accepted").count()


def test_a_product_that_left_meanwhile(world: World) -> None:
    asked, offer = ask(world), limited(world, GARAGE, DOMAIN, SITE)
    world.product(GARAGE, SITE).delete()
    with pytest.raises(ProductGone):
        grant(world, asked, offer)
    asked.refresh_from_db()
    assert (asked.state, asked.client) == ("requested", None)


def test_what_another_partner_has_is_not_granted(world: World) -> None:
    """L7: the client is told which partner stands in the way."""
    accept(world, invite(world, limited(world, GARAGE, DOMAIN)))
    with pytest.raises(ProductTaken, match="Rhône"):
        grant(world, ask(world), limited(world, GARAGE, DOMAIN))


def test_full_access_that_another_partner_has_is_not_granted(world: World) -> None:
    """L7"""
    accept(world, invite(world))
    asked = ask(world)
    with pytest.raises(FullAccessTaken, match="Rhône"):
        grant(world, asked)
    assert grant(world, asked, limited(world, GARAGE, DOMAIN)).state == "active"


def test_what_a_lapsed_partner_had_is_free(world: World) -> None:
    """L9, with no job run."""
    first = accept(world, invite(world))
    Partnership.objects.filter(pk=first.pk).update(ends_at=timezone.now() - timedelta(days=1))
    assert grant(world, ask(world)).access == "full"
    first.refresh_from_db()
    assert first.state == "ended"


# ---- Refusing --------------------------------------------------------------------------------


def test_the_person_asked_refuses(world: World) -> None:
    asked = ask(world)
    services.refuse_request(partnership=asked, by=world.person("gina"))
    asked.refresh_from_db()
    assert asked.state == "refused"
    assert mailed("refused") == {"lea@alpineweb.example", "adam@alpineweb.example"}
    assert logged(ALPINE)[0] == "partnership.refuse"
    with pytest.raises(AlreadyDecided, match="refused"):
        grant(world, asked)


def test_refusing_needs_no_organisation(world: World) -> None:
    newcomer = world.add_person("new@somewhere.example")
    asked = ask(world, email=newcomer.email)
    assert services.refuse_request(partnership=asked, by=newcomer).state == "refused"


def test_the_partner_refuses(world: World) -> None:
    invited = invite(world)
    services.refuse_invitation(partnership=invited, by=world.actor("remi", RHONE))
    assert mailed("refused") == {GINA}
    with pytest.raises(AlreadyDecided, match="refused"):
        accept(world, invited)


# ---- Accepting an invitation (L3) --------------------------------------------------------------


def test_the_partner_accepts(world: World) -> None:
    partnership = accept(world, invite(world, limited(world, GARAGE, DOMAIN)))
    assert partnership.state == "active"
    assert seen(world, "remi", GARAGE) == {DOMAIN}
    assert mailed("accepted") == {GINA}
    assert logged(GARAGE)[0] == logged(RHONE)[0] == "partnership.accept"
    line = Act.objects.filter(organisation__slug=GARAGE).first()
    assert line.after == {"access": "limited", "payment_mode": "client", "products": [DOMAIN]}


def test_only_the_invited_partner_accepts(world: World) -> None:
    """Whatever others may do at home."""
    invited = invite(world)
    for name, slug in [("lea", ALPINE), ("gina", GARAGE), ("clara", CLINIC)]:
        for answer in (services.accept_invitation, services.refuse_invitation):
            more = {"version": 1} if answer is services.accept_invitation else {}
            with pytest.raises(OtherSide, match="Rhône"):
                answer(partnership=invited, by=world.actor(name, slug), **more)
    invited.refresh_from_db()
    assert invited.state == "invited"


@pytest.mark.parametrize(
    ("role", "error"), [("administrator", ActForbidden), ("collaborator", Http404)]
)
def test_only_a_legal_representative_accepts(
    world: World, role: str, error: type[Exception]
) -> None:
    """O4"""
    world.add_member(RHONE, "ada", role=role)
    invited = invite(world)
    with pytest.raises(error):
        services.accept_invitation(
            partnership=invited, version=invited.version, by=world.actor("ada", RHONE)
        )


def test_an_offer_that_changed_is_shown_again(world: World) -> None:
    """T6"""
    invited = invite(world)
    Partnership.objects.filter(pk=invited.pk).update(version=2)
    with pytest.raises(OfferChanged):
        accept(world, invited)
    invited.refresh_from_db()
    assert accept(world, invited).state == "active"


def test_the_current_offer_counts(world: World) -> None:
    """T6: what the client offers at that moment, not what the form once said."""
    invited = invite(world, limited(world, GARAGE, DOMAIN, SITE))
    OfferedProduct.objects.filter(partnership=invited, product__name=SITE).delete()
    accept(world, invited)
    assert seen(world, "remi", GARAGE) == {DOMAIN}


@pytest.mark.parametrize("full", [True, False])
def test_what_another_partner_got_meanwhile(world: World, full: bool) -> None:
    """L7; who it is, is the client's affair and not told to the partner."""
    offer = Offer.full("client") if full else limited(world, GARAGE, DOMAIN)
    invited = invite(world, offer)
    grant(world, ask(world), offer)
    with pytest.raises(OfferChanged, match="Garage Nord can no longer give") as refusal:
        accept(world, invited)
    assert "Alpine" not in str(refusal.value)
    with pytest.raises(Http404):
        world.actor("remi", GARAGE)


def test_everything_offered_has_left(world: World) -> None:
    invited = invite(world, limited(world, GARAGE, DOMAIN))
    world.product(GARAGE, DOMAIN).delete()
    with pytest.raises(OfferChanged):
        accept(world, invited)


def test_too_late_to_accept(world: World) -> None:
    """L8"""
    invited = invite(world)
    timed_out(invited)
    with pytest.raises(AlreadyDecided, match="in time"):
        accept(world, invited)


def test_a_request_is_not_accepted_by_who_sent_it(world: World) -> None:
    asked = ask(world)
    asked.client = world.organisation(GARAGE)
    with pytest.raises(AlreadyDecided, match="still waits"):
        services.accept_invitation(partnership=asked, version=1, by=world.actor("lea", ALPINE))
