"""What a partner's people did at its clients, read by the partner (A2, T10, T22, T31)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import log
from access.log import acting_from
from access.models import Act
from access.rules import Role
from clients import services
from clients.models import Product
from clients.rules import Side
from tests.journey import ALPINE, RHONE, end

pytestmark = pytest.mark.django_db
BAKERY, BELMONT = "boulangerie-du-lac", "clinique-belmont"
CANARY = "Canary 91c4"


def url(slug=ALPINE, name="clients_log", **query):
    return reverse(name, args=[slug], query=query)


def rename(world, by, slug, product, to):
    return services.change_settings(
        product=world.product(slug, product),
        by=world.actor(by, slug),
        name=to,
        notes="",
        technical_contact="",
        auto_renewal=True,
    )


def lines(world, name="lea", slug=ALPINE, **query):
    """The lines shown: client, act, who."""
    found = world.client(name).get(url(slug, **query)).context["lines"]
    return [(line.act.organisation.slug, line.act.act, line.who) for line in found]


def csv(world, name="lea", slug=ALPINE, **query):
    answer = world.client(name).get(url(slug, "clients_log_csv", **query))
    text = b"".join(answer.streaming_content).decode()
    return [row.split(";") for row in text.strip().split("\r\n")[1:]]


def test_it_holds_ones_own_peoples_acts_at_all_clients(world):
    with acting_from("203.0.113.7"):
        rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    bakery = world.products(BAKERY)[0].name
    rename(world, "adam", BAKERY, bakery, "Oven cam")
    assert lines(world)[:2] == [
        (BAKERY, "product.change_settings", "Adam Keller"),
        (BELMONT, "product.change_settings", "Léa Favre"),
    ]
    text = world.client("lea").get(url()).text
    for words in ("Boulangerie du Lac", "Partner with full access", "203.0.113.7"):
        assert words in text
    product = world.product(BAKERY, "Oven cam")
    assert reverse("product", args=[BAKERY, product.public_id]) in text


def test_never_what_the_clients_own_people_or_other_partners_did(world):
    """T10: in no page, filter, search or file, for acts on the very same products either."""
    rename(world, "clara", BELMONT, "Appointments server", CANARY)
    rename(world, "viola", "atelier-vigne", world.products("atelier-vigne")[0].name, CANARY + "b")
    rename(world, "remi", "atelier-vigne", CANARY + "b", CANARY + "c")
    log.write(
        organisation=world.organisation(BELMONT),
        act="support.open",
        by=world.actor("clara", BELMONT),
        after={"reason": CANARY},
    )
    product = world.product(BELMONT, CANARY)
    for query in ({}, {"q": CANARY}, {"client": "Clinique"}, {"act": "product."}):
        text = world.client("lea").get(url(**query)).text
        assert CANARY not in text.replace(f'value="{CANARY}"', "")
        assert CANARY not in str(csv(world, **query))
    assert product.public_id not in world.client("lea").get(url()).text
    assert {slug for slug, _act, _who in lines(world, "remi", RHONE)} == {"atelier-vigne"}


def test_what_a_partner_does_at_home_stands_in_its_own_log_only(world):
    world.add_member(ALPINE, "new-alpine")
    assert ALPINE not in {slug for slug, _act, _who in lines(world)}
    assert "people.add" in world.client("lea").get(reverse("log_csv", args=[ALPINE])).getvalue(
    ).decode()  # fmt: skip


def test_filters_by_person_client_and_act(world):
    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    rename(world, "adam", BAKERY, world.products(BAKERY)[0].name, "Oven cam")
    page = world.client("lea").get(url())
    people = {label: key for key, label in page.context["listing"].filters.fields["person"].choices}
    done = "product.change_settings"
    assert lines(world, person=people["Adam Keller"], act=done) == [(BAKERY, done, "Adam Keller")]
    assert lines(world, client="belmont", act=done) == [(BELMONT, done, "Léa Favre")]
    assert lines(world, client="Atelier") == []  # another partner's client
    assert lines(world, q="oven") == [(BAKERY, done, "Adam Keller")]
    assert "No line fits" in world.client("lea").get(url(q="zzz")).text


def test_after_the_end_the_lines_stay_and_lead_nowhere(world):
    """A2, T22"""
    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    product = world.product(BELMONT, "Appointments")
    link = reverse("product", args=[BELMONT, product.public_id])
    assert link in world.client("lea").get(url()).text
    partnership = world.partnership(BELMONT, ALPINE)
    end(world, partnership, by=world.actor("clara", BELMONT), side=Side.CLIENT)
    assert (BELMONT, "product.change_settings", "Léa Favre") in lines(world)
    assert link not in world.client("lea").get(url()).text


def test_representatives_and_administrators_of_partners_read_it_and_nobody_else(world):
    """O5; an organisation that is no partner has no such page."""
    world.add_member(ALPINE, "eve-alpine", Role.EXTERNAL_USER)
    for where in ("clients_log", "clients_log_csv"):
        for name, status in {"lea": 200, "adam": 200, "cora": 404, "eve-alpine": 404}.items():
            assert world.client(name).get(url(name=where)).status_code == status
        for name in ("remi", "clara", "staff"):
            assert world.client(name).get(url(name=where)).status_code == 404
        assert world.client("clara").get(url(BELMONT, where)).status_code == 404
        assert world.client("lea").get(url(BELMONT, where)).status_code == 404


def test_the_navigation_offers_it_to_whom_it_is_for(world):
    home = reverse("home", args=[ALPINE])
    assert url() in world.client("adam").get(home).text
    assert url() not in world.client("cora").get(home).text


def test_a_hostile_client_runs_nothing_in_a_partners_spreadsheet(world):
    """T32"""
    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    client = world.organisation(BELMONT)
    client.name = '=HYPERLINK("https://evil.example")'
    client.save(update_fields=["name"])
    Product.objects.filter(organisation=client).update(name="@evil")
    rows = csv(world, act="product.change_settings")
    assert rows[0][0].startswith("\"'=HYPERLINK")


def test_thirty_lines_cost_as_many_queries_as_one(world):
    def cost():
        browser = world.client("lea")
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url(act="product.change_settings"))
        return len(queries), len(page.context["lines"])

    product = rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    few, one = cost()
    Act.objects.bulk_create(
        Act(
            organisation=partnership.client,
            act="product.change_settings",
            person=world.person("lea"),
            person_name="Léa Favre",
            acted_for=world.organisation(ALPINE),
            capacity="partner_full",
            object_type="product",
            object_id=product.public_id,
            object_name="Product",
        )
        for partnership in world.add_clients(world.partner(ALPINE), 29)
    )
    many, thirty = cost()
    assert (one, thirty) == (1, 30)
    assert many == few <= 15


@pytest.mark.parametrize("query", ["client=%00", "client=%25", "page=0", "since=x", "person=1"])
def test_a_wrong_address_still_answers(world, query):
    assert world.client("lea").get(f"{url()}?{query}").status_code == 200
