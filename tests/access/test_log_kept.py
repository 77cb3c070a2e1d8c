"""The organisation's log of acts: many lines, its file, and that nobody changes it (A2, T32)."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import log
from access.log import acting_from
from access.models import Act
from access.web import lists
from clients.models import Product
from tests.access.test_log_pages import BELMONT, csv, rename, url
from tests.journey import ALPINE

pytestmark = pytest.mark.django_db


# ---- Many lines ---------------------------------------------------------------------------------


def add_lines(world, number, slug=BELMONT, **fields):
    organisation = world.organisation(slug)
    return Act.objects.bulk_create(
        Act(
            organisation=organisation,
            act="product.change_settings",
            person=world.person("lea"),
            person_name="Léa Favre",
            acted_for=world.organisation(ALPINE),
            capacity="partner_limited",
            object_type="product",
            object_id=f"gone-{count}",
            object_name=f"Product {count}",
            before={"name": "old"},
            after={"name": "new"},
            **fields,
        )
        for count in range(number)
    )


def test_a_full_page_costs_as_many_queries_as_one_line(world):
    def cost():
        browser = world.client("clara")
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url(act="product.change_settings"))
        return len(queries), len(page.context["lines"])

    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    few, one = cost()
    add_lines(world, 60)
    many, full = cost()
    assert (one, full) == (1, 50)
    assert many == few <= 15


LONG = [
    ({}, "log_by_organisation"),
    ({"acted_for": f"partner:{ALPINE}"}, "log_(by|of)_partner"),
    ({"result": "refused"}, "log_of_refused"),
    ({"sort": "at"}, "log_by_organisation"),
]


def test_pages_of_a_long_log_are_read_from_an_index(world):
    """Never sorted, never read to the end."""
    add_lines(world, 3000)
    _sql("ANALYZE access_act")
    for query, index in LONG:
        page = world.client("clara").get(url(**query)).context["listing"]
        plan = page.rows[:50].explain(analyze=True, buffers=True)
        assert re.search(index, plan), query
        assert "Seq Scan on access_act" not in plan, query
        assert int(re.search(r"Buffers: shared hit=(\d+)", plan)[1]) <= 300, query


def test_a_long_log_counts_to_a_limit_and_says_so(world, monkeypatch):
    monkeypatch.setattr(lists, "COUNTED", 60)
    add_lines(world, 80)
    page = world.client("clara").get(url())
    assert "1–50 of more than 60" in page.text
    assert "the CSV holds all of them" in page.text
    last = world.client("clara").get(url(page=9))
    assert len(last.context["lines"]) == 10
    assert len(csv(world)) > 80


# ---- The file -----------------------------------------------------------------------------------


def test_the_file_holds_what_the_page_shows(world):
    with acting_from("203.0.113.7"):
        rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    [row] = csv(world, act="product.change_settings")
    assert row[1:9] == [
        "Léa Favre",
        "Alpine Web Sàrl",
        "Partner with limited access",
        "Changed the settings of Appointments",
        "Appointments",
        "Name: Appointments server → Appointments",
        "yes",
        "203.0.113.7",
    ]
    product = world.product(BELMONT, "Appointments")
    assert row[9:] == ["product.change_settings", "product", product.public_id]
    answer = world.client("clara").get(url(name="log_csv"))
    assert answer["Content-Disposition"] == 'attachment; filename="log-clinique-belmont.csv"'


@pytest.mark.parametrize("name", ["=1+1", "+41 22", "@sum", "＝1", " =1"])
def test_a_hostile_name_runs_nothing_in_a_spreadsheet(world, name):
    """T32"""
    product = world.product(BELMONT, "Care team chat")
    Product.objects.filter(pk=product.pk).update(name=name)
    product.refresh_from_db()
    log.write(
        organisation=product.organisation,
        act="product.install",
        by=world.person("clara"),
        about=product,
    )
    [row] = csv(world, product=product.public_id, act="product.install")[:1]
    assert row[5] == f"'{name}"
    assert not any(cell.lstrip(" '\"").startswith(("=", "@")) for cell in row if cell[:1] != "'")


# ---- Nobody changes it --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        lambda line: Act.objects.filter(pk=line.pk).update(person_name="nobody"),
        lambda line: Act.objects.filter(pk=line.pk).delete(),
        lambda line: Act.objects.bulk_update([line], ["person_name"]),
        lambda line: Act.objects.update(at=F("at")),
        lambda line: line.save(),
        lambda line: line.delete(),
        lambda line: Act.objects.filter(pk=line.pk)._raw_delete("default"),
        lambda line: _sql("UPDATE access_act SET allowed = NOT allowed WHERE id = %s", line.pk),
        lambda line: _sql("DELETE FROM access_act WHERE id = %s", line.pk),
        lambda line: _sql(
            "INSERT INTO access_act SELECT * FROM access_act WHERE id = %s "
            "ON CONFLICT (id) DO UPDATE SET person_name = 'nobody'",
            line.pk,
        ),
    ],
)
def test_no_line_is_changed_or_deleted_by_orm_or_sql(world, attempt):
    line = Act.objects.filter(organisation__slug=BELMONT).first()
    before = Act.objects.values().get(pk=line.pk)
    line.person_name = "nobody"
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        attempt(line)
    assert Act.objects.values().get(pk=line.pk) == before


def _sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_reading_writes_nothing(world):
    """A2 speaks of acts; T1: GET never changes anything."""
    before = Act.objects.count()
    for name, slug in (("lea", BELMONT), ("clara", BELMONT)):
        world.client(name).get(reverse("home", args=[slug]))
        world.client(name).get(reverse("products_csv", args=[slug]))
    world.client("colin").get(reverse("partner_authorise", args=[BELMONT]))
    assert Act.objects.count() == before
