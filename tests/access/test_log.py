"""The acts log (A2): who, for whom, what, on what, by which access; only ever added to."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError

from access import log
from access.models import Act
from clients import services
from clients.rules import Offer, Side
from tests.journey import ALPINE, GARAGE, RHONE, accept, ask, change, end, grant, invite, logged
from tests.world import World

pytestmark = pytest.mark.django_db
BAKERY, CLINIC = "boulangerie-du-lac", "clinique-belmont"


def newest(slug: str) -> Act:
    return Act.objects.filter(organisation__slug=slug).first()


def test_a_line_says_who_for_whom_what_on_what_and_by_which_access(world: World) -> None:
    product = world.product(CLINIC, "Appointments server")
    services.change_settings(
        product=product,
        by=world.actor("lea", CLINIC),
        name="Appointments",
        notes="",
        technical_contact="",
        auto_renewal=True,
    )
    line = newest(CLINIC)
    assert (line.person, line.person_name) == (world.person("lea"), "Léa Favre")
    assert line.acted_for.slug == ALPINE
    assert line.capacity == "partner_limited"
    assert (line.act, line.allowed) == ("product.change_settings", True)
    assert (line.object_type, line.object_id) == ("product", product.public_id)
    assert line.before == {"name": "Appointments server"}
    assert line.after == {"name": "Appointments"}


def test_the_organisations_own_people_stand_in_the_same_log(world: World) -> None:
    services.change_settings(
        product=world.product(CLINIC, "Care team chat"),
        by=world.actor("clara", CLINIC),
        name="Chat",
        notes="",
        technical_contact="",
        auto_renewal=True,
    )
    line = newest(CLINIC)
    assert (line.acted_for.slug, line.capacity) == (CLINIC, "legal_representative")


def test_each_step_stands_in_both_logs(world: World) -> None:
    invited = invite(world)
    partnership = accept(world, invited)
    partnership = change(world, partnership, Offer.full("partner"))
    end(world, partnership, by=world.actor("remi", RHONE), side=Side.PARTNER)
    steps = ["end", "change", "accept", "invite"]
    for slug in (GARAGE, RHONE):
        assert logged(slug)[:4] == [f"partnership.{step}" for step in steps]
    line = newest(GARAGE)
    assert (line.person_name, line.acted_for.slug) == ("Rémi Laurent", RHONE)


def test_a_request_stands_in_the_askers_log_until_the_client_is_known(world: World) -> None:
    asked = ask(world)
    assert logged(ALPINE)[0] == "partnership.request"
    assert "partnership.request" not in logged(GARAGE)
    grant(world, asked)
    assert logged(ALPINE)[0] == logged(GARAGE)[0] == "partnership.grant"
    line = newest(ALPINE)
    assert line.before == {"access": "full", "payment_mode": "client", "categories": []}
    assert line.after["access"] == "full"


def test_it_survives_the_end(world: World) -> None:
    lines = Act.objects.filter(organisation__slug=BAKERY).count()
    partnership = world.partnership(BAKERY, ALPINE)
    end(world, partnership, by=world.actor("bruno", BAKERY), side=Side.CLIENT)
    assert Act.objects.filter(organisation__slug=BAKERY).count() == lines + 1


def test_what_is_refused_is_noted(world: World) -> None:
    """T9"""
    log.refused(actor=world.actor("colin", CLINIC), act="partners.authorise")
    line = newest(CLINIC)
    assert (line.act, line.allowed, line.person_name) == (
        "partners.authorise",
        False,
        "Colin Dubois",
    )


def test_the_portals_own_doing_has_no_person(world: World) -> None:
    line = log.write(organisation=world.organisation(CLINIC), act="partnership.lapse", by=None)
    assert (line.person, line.person_name, line.acted_for) == (None, "", None)


def test_a_rolled_back_act_leaves_no_line(world: World) -> None:
    before = Act.objects.count()
    with transaction.atomic():
        invite(world)
        transaction.set_rollback(True)
    assert Act.objects.count() == before


@pytest.mark.parametrize(
    "statement",
    ["UPDATE access_act SET person_name = 'nobody'", "DELETE FROM access_act"],
)
def test_no_line_can_be_changed_or_deleted(world: World, statement: str) -> None:
    """By anybody with the database's own words."""
    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Act.objects.exists()


def test_the_log_keeps_people_and_organisations_from_vanishing(world: World) -> None:
    for kept in (world.person("lea"), world.organisation(CLINIC)):
        with pytest.raises(ProtectedError) as refusal:
            kept.delete()
        assert any(isinstance(row, Act) for row in refusal.value.protected_objects)
