"""Where files are chosen: who opens the pages, and what a wrong choice says (M11, T22, T28)."""

from datetime import date

import pytest
from django.urls import reverse

from access.models import Membership
from billing.forms.exports import periods
from clients.models import Partnership
from clients.rules import PartnershipState
from tests.billing.ordering import ALPINE, BAKERY, CLINIC, GARAGE, HOTEL, RHONE

pytestmark = pytest.mark.django_db
PARTNERS, OWN = ("exports", "exports_file"), ("billing_exports", "billing_exports_file")


def page(browser, name="exports", slug=ALPINE, status=200, **asked):
    answer = browser.get(reverse(name, args=[slug]), asked)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("name", PARTNERS)
@pytest.mark.parametrize(
    ("person", "slug", "status"),
    [("lea", ALPINE, 200), ("adam", ALPINE, 200), ("gina", GARAGE, 404), ("lea", BAKERY, 404)],
)
def test_who_exports_clients_billing_data(world, name, person, slug, status):
    browser = world.client(person)
    answer = browser.get(reverse(name, args=[slug]), {"file": "clients"})
    assert answer.status_code == status


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize(
    ("person", "slug", "status"),
    [("lea", ALPINE, 200), ("gina", GARAGE, 200), ("colin", CLINIC, 404), ("lea", HOTEL, 404)],
)
def test_who_exports_an_organisations_own(world, name, person, slug, status):
    """M4: a partner's person exports nothing inside its client's organisation."""
    browser = world.client(person)
    answer = browser.get(reverse(name, args=[slug]), {"file": "invoices"})
    assert answer.status_code == status


def test_a_collaborator_with_the_accounting_right(world):
    Membership.objects.filter(user=world.person("colin")).update(accounting=True)
    assert "Lines of invoices" in page(world.client("colin"), "billing_exports", CLINIC)


def test_only_ones_own_clients_are_offered(world):
    """T28, T43: a foreign client is like one that does not exist."""
    lea, remi = world.client("lea"), world.client("remi")
    text = page(lea)
    assert "Hôtel Bellevue" in text
    assert "Atelier Vigne" not in text
    foreign = page(remi, "exports_file", RHONE, 400, file="order-lines", client=HOTEL)
    unknown = page(remi, "exports_file", RHONE, 400, file="order-lines", client="no-such-client")
    assert "is not one of the available choices" in foreign
    assert "is not one of the available choices" in unknown


def test_a_client_of_the_past_is_offered_to_those_who_see_it(world):
    """What was earned with it stays theirs."""
    Partnership.objects.filter(client__slug=BAKERY).update(state=PartnershipState.ENDED)
    assert "Boulangerie du Lac" in page(world.client("lea"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"since": "2026-05-02", "until": "2026-05-01"}, "The period ends before it begins."),
        ({"since": "31.31.2026"}, "Enter a valid date."),
        ({"until": "0001-01-01"}, "greater than or equal to"),
        ({"until": "9999-12-31"}, "less than or equal to"),
        ({"file": "everything"}, "is not one of the available choices"),
        ({"file": ""}, "This field is required."),
        ({"format": "xml"}, "is not one of the available choices"),
    ],
)
def test_a_wrong_choice_is_said_beside_it(world, asked, words):
    text = page(world.client("lea"), "exports_file", status=400, **({"file": "clients"} | asked))
    assert words in text


def test_the_page_keeps_what_its_address_says(world):
    text = page(world.client("lea"), client=HOTEL, since="2026-01-01", until="2026-12-31")
    assert f'<option value="{HOTEL}" selected' in text
    assert 'value="2026-01-01"' in text


def test_the_file_is_named_after_what_it_holds(world):
    answer = world.client("lea").get(
        reverse("exports_file", args=[ALPINE]),
        {"file": "cashback", "client": HOTEL, "since": "2026-01-01", "until": "2026-12-31"},
    )
    name = "cashback-alpine-web-hotel-bellevue-2026-01-01-2026-12-31.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_thirty_files_an_hour(world, monkeypatch):
    monkeypatch.setattr("access.web.csv.EXPORTS", 2)
    lea, address = world.client("lea"), reverse("exports_file", args=[ALPINE])
    for status in (200, 200, 429):
        assert lea.get(address, {"file": "clients"}).status_code == status


def test_the_periods_that_are_offered():
    found = [(first, last) for _label, first, last in periods(date(2027, 1, 31))]
    assert found == [
        (date(2027, 1, 1), date(2027, 1, 31)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 12, 31)),
        (date(2026, 1, 1), date(2026, 12, 31)),
    ]
    february = periods(date(2028, 2, 29))[0]
    assert february[1:] == (date(2028, 2, 1), date(2028, 2, 29))


def test_the_page_costs_the_same_with_more_clients(
    world, django_assert_max_num_queries, django_assert_num_queries
):
    lea = world.client("lea")
    page(lea)
    with django_assert_max_num_queries(20) as few:
        page(lea)
    world.add_clients(world.partner(ALPINE), 12)
    with django_assert_num_queries(len(few)):
        page(lea)
