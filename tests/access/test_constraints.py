"""What must never be false stands in the database itself, whoever writes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from access.models import Membership, Organisation, User
from clients.models import Partnership
from partners.models import Partner
from tests.journey import ALPINE, GARAGE, ask, invite
from tests.world import World

pytestmark = pytest.mark.django_db
BAKERY, CLINIC = "boulangerie-du-lac", "clinique-belmont"


def affiliate(world: World) -> None:
    Organisation.objects.filter(slug=ALPINE).update(affiliate=True)


def other_currency(world: World) -> None:
    Organisation.objects.filter(slug=BAKERY).update(currency="EUR")


def francs_abroad(world: World) -> None:
    Organisation.objects.filter(slug="atelier-vigne").update(currency="CHF")


def second_role(world: World) -> None:
    colin = world.membership("colin", CLINIC)
    Membership.objects.create(user=colin.user, organisation=colin.organisation, role="x")


def upper_case(world: World) -> None:
    User.objects.filter(email__startswith="lea@").update(email="Lea@alpineweb.example")


def partner_without_date(world: World) -> None:
    Partner.objects.filter(organisation__slug="nova-hosting").update(state="approved")


def second_of_a_pair(world: World) -> None:
    again = invite(world, partner=ALPINE)
    Partnership.objects.filter(pk=again.pk).update(client=world.organisation(BAKERY))


def second_request(world: World) -> None:
    other = ask(world)
    Partnership.objects.filter(pk=other.pk).update(asked_email="marc@musee-du-jura.example")


def second_full_access(world: World) -> None:
    other = invite(world)
    Partnership.objects.filter(pk=other.pk).update(
        client=world.organisation(BAKERY), state="active", started_at=timezone.now()
    )


def active_without_client(world: World) -> None:
    Partnership.objects.filter(client=None).update(state="active", started_at=timezone.now())


def own_partner(world: World) -> None:
    Partnership.objects.filter(client__slug=BAKERY).update(client_id=F("partner_id"))


def limited_paid_by_partner(world: World) -> None:
    Partnership.objects.filter(client__slug=CLINIC).update(payment_mode="partner")


def full_paid_by_nobody(world: World) -> None:
    Partnership.objects.filter(client__slug=BAKERY).update(payment_mode="")


def active_without_access(world: World) -> None:
    Partnership.objects.filter(client__slug=BAKERY).update(access="", payment_mode="")


@pytest.mark.parametrize(
    ("write", "name"),
    [
        (affiliate, "partner_xor_affiliate"),  # P3, T45
        (other_currency, "currency_follows_country"),  # O6
        (francs_abroad, "currency_follows_country"),
        (second_role, "one_role_per_person"),  # O1
        (upper_case, "one_login_per_address"),
        (partner_without_date, "partner_since_when_approved"),
        (second_of_a_pair, "one_live_partnership_per_pair"),  # section 5
        (second_request, "one_open_request_per_address"),
        (second_full_access, "one_partner_with_full_access"),  # L7
        (active_without_client, "active_has_client_and_start"),
        (own_partner, "nobody_partners_itself"),
        (limited_paid_by_partner, "payment_mode_fits_access"),  # M3
        (full_paid_by_nobody, "payment_mode_fits_access"),
        (active_without_access, "payment_mode_fits_access"),
    ],
)
def test_the_database_refuses(world: World, write: Callable[[World], Any], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write(world)


def test_an_ended_pair_may_begin_again(world: World) -> None:
    Partnership.objects.filter(client__slug=BAKERY).update(state="ended")
    again = invite(world, partner=ALPINE)
    Partnership.objects.filter(pk=again.pk).update(client=world.organisation(BAKERY))


def test_public_ids_are_random(world: World) -> None:
    """T43: sixteen characters, no counting."""
    ids = [product.public_id for product in world.products(GARAGE)]
    assert {len(public_id) for public_id in ids} == {16}
    assert len({public_id[:4] for public_id in ids}) == len(ids)
