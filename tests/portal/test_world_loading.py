"""`manage.py world` loads a file through the services, all or nothing."""

import json
from dataclasses import fields
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.models import Act, Attempt, Membership, Organisation, OutgoingMail
from clients.models import Partnership, Product
from portal import worlds
from portal.worlds import format, money_format, programme_format, tender_format

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "world.md"


@pytest.fixture
def emptied(live_world):
    """An empty database that commits, for worlds of the test's own."""
    call_command("flush", interactive=False, verbosity=0)


def run(data, tmp_path, **options):
    file = tmp_path / "world.json"
    file.write_text(json.dumps(data))
    out = StringIO()
    call_command("world", str(file), stdout=out, **options)
    return out.getvalue()


def test_check_loads_nothing_and_needs_no_database(small, tmp_path):
    assert "no mistakes found. People: 3, organisations: 2, products: 3" in run(
        small, tmp_path, check=True
    )


def test_a_filled_database_is_left_alone(world, small, tmp_path):
    with pytest.raises(CommandError, match="holds people, organisations or a catalogue already"):
        run(small, tmp_path)
    assert "nothing was loaded" in run(small, tmp_path, if_empty=True)
    assert not Organisation.objects.filter(slug="client").exists()


def test_a_small_world(emptied, small, tmp_path):
    assert "loaded. People: 3" in run(small, tmp_path)
    partnership = Partnership.objects.get()
    assert (partnership.asked_access, partnership.access) == ("full", "limited")
    assert [p.name for p in partnership.offered_products.all()] == ["Site 2"]
    cleo = Membership.objects.get(user__email="cleo@client.example")
    assert cleo.accounting
    assert cleo.assigned_products.get().content_object.name == "Site 1"
    assert Product.objects.get(name="Site 2").renews_on == timezone.localdate() + timedelta(30)
    assert not OutgoingMail.objects.waiting().exists()  # nobody asked for mails


def test_mails_leave_when_the_world_says_so(emptied, small, tmp_path):
    run(small | {"send_mails": True}, tmp_path)
    assert {mail.kind for mail in OutgoingMail.objects.waiting()} == {
        "partners.application_received",
        "partners.approved",
        "clients.requested",
        "clients.accepted",
    }


def test_what_a_service_refuses_is_said_with_its_place_and_nothing_is_loaded(
    emptied, small, tmp_path
):
    full = {"access": "full", "payment_mode": "client"}
    small["people"].append({"email": "rob@rival.example", "name": "Rob"})
    small["organisations"].append(
        {
            "slug": "rival",
            "name": "Rival",
            "country": "DE",
            "members": [{"person": "rob@rival.example", "role": "legal_representative"}],
        }
    )
    small["partners"].append({"organisation": "rival", "listed": True})
    small["partnerships"][0]["granted"] = full
    small["partnerships"].append(
        {
            "how": "invitation",
            "partner": "rival",
            "client": "client",
            "state": "active",
            "granted": full,
        }
    )
    with pytest.raises(CommandError, match=r"partnerships\[1\]: Partner already has full access"):
        run(small, tmp_path)
    assert worlds.is_empty()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    ("how", "state"),
    [
        ("request", "requested"),
        ("request", "refused"),
        ("request", "withdrawn"),
        ("request", "ended"),
        ("invitation", "invited"),
        ("invitation", "active"),
        ("invitation", "refused"),
        ("invitation", "withdrawn"),
        ("invitation", "ended"),
    ],
)
def test_every_state_of_a_partnership(world, small, how, state):
    """Read and built on top of the demo world: its own names are others."""
    entry = small["partnerships"][0] | {"how": how, "state": state}
    if how == "invitation":
        del entry["asked"]
    elif state != "ended":
        del entry["granted"]
    small["partnerships"] = [entry]
    worlds.building.build(worlds.read(small))
    found = Partnership.objects.get(partner__organisation__slug="partner")
    assert found.state == state
    assert found.product_grants.count() == (1 if state == "active" else 0)


def test_both_sides_can_end_and_people_are_named(world, small):
    small["partnerships"][0] |= {
        "state": "ended",
        "opened_by": "pia@partner.example",
        "answered_by": "carl@client.example",
        "ended_by": "pia@partner.example",
    }
    worlds.building.build(worlds.read(small))
    end = Act.objects.filter(act="partnership.end", organisation__slug="client").get()
    assert end.person.email == "pia@partner.example"


@pytest.mark.parametrize("state", ["refused", "suspended"])
def test_partners_that_are_not_approved(world, small, state):
    if state == "refused":
        small["partnerships"] = []
        del small["partners"][0]["listed"]
    small["partners"][0]["state"] = state
    worlds.building.build(worlds.read(small))
    assert world.partner("partner").state == state
    assert Partnership.objects.filter(partner__organisation__slug="partner").count() == len(
        small["partnerships"]
    )


def test_a_world_may_hold_more_partnerships_than_one_day_of_buttons(world, small):
    """The limits are for people who press buttons: a file may bring a partner's 25 clients."""
    for number in range(25):
        small["people"].append({"email": f"boss-{number}@many.example", "name": "Boss"})
        small["organisations"].append(
            {
                "slug": f"many-{number}",
                "name": f"Many {number}",
                "country": "CH",
                "members": [
                    {"person": f"boss-{number}@many.example", "role": "legal_representative"}
                ],
            }
        )
        small["partnerships"].append(
            {
                "how": "request",
                "partner": "partner",
                "client": f"many-{number}",
                "state": "requested",
                "asked": {"access": "full", "payment_mode": "client"},
            }
        )
    worlds.building.build(worlds.read(small))
    assert Partnership.objects.filter(partner__organisation__slug="partner").count() == 26
    assert not Attempt.objects.exists()


def test_every_key_is_in_the_documentation():
    """`docs/world.md` names each key of each object."""
    text = DOCUMENTATION.read_text(encoding="utf-8")
    files = (format, money_format, programme_format, tender_format)
    kinds = {name: kind for file in files for name, kind in vars(file).items()}.values()
    kinds = [kind for kind in kinds if isinstance(kind, type)]
    kinds = [kind for kind in kinds if issubclass(kind, format.Entry) and kind is not format.Entry]
    assert len(kinds) == 36
    for kind in kinds:
        for field in fields(kind):
            if "reader" in field.metadata:
                assert f"`{field.name}`" in text, (kind.__name__, field.name)


def test_the_example_of_the_documentation_is_a_world():
    text = DOCUMENTATION.read_text(encoding="utf-8")
    example = text.partition("```json\n")[2].partition("```")[0]
    assert worlds.read(json.loads(example)).partnerships
