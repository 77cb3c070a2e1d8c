"""The earnings page of the reseller space, the home's tiles and the staff's list (M6, P2)."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.models import Product
from tests.billing.accounts import ALPINE, BAKERY, filled
from tests.billing.making import make_order
from tests.world import World

pytestmark = pytest.mark.django_db


def page(world: World, who: str = "lea", slug: str = ALPINE, **query: str) -> HttpResponse:
    return world.client(who).get(reverse("earnings", args=[slug]), query)  # type: ignore[return-value]


def earn(world: World) -> None:
    bakery = world.organisation(BAKERY)
    kind = world.product_type("web-hosting")
    make_order(bakery, bakery, world.partner(ALPINE), kind, 35)


def test_the_tables_say_everything_without_a_script(world: World) -> None:
    earn(world)
    shown = page(world).content.decode()
    for words in ("This month", "Boulangerie du Lac", "Web &amp; domains", "Renewals of the next"):
        assert words in shown
    assert shown.count("<table") >= 4
    assert shown.count("<canvas aria-hidden") >= 3
    assert "<script>" not in shown  # CSP
    assert "style=" not in shown


def test_the_charts_come_from_here_and_only_on_this_page(world: World) -> None:
    assert "vendor/chartjs/chart.umd.min.js" in page(world).content.decode()
    home = world.client("lea").get(reverse("home", args=[ALPINE])).content.decode()
    assert "chartjs" not in home


def test_the_minimum_is_a_bar_with_its_figures(world: World) -> None:
    shown = page(world).content.decode()
    assert "<progress" in shown
    assert "of CHF 2,000.00 a year" in shown
    Product.objects.update(state="cancelled")
    assert "Not reached" in page(world).content.decode()


def test_only_who_may_see_earnings_does(world: World) -> None:
    assert page(world, "adam").status_code == 200
    assert page(world, "bruno", BAKERY).status_code == 404
    assert page(world, "lea", BAKERY).status_code == 404
    assert page(world, "cora").status_code == 404  # no accounting right
    world.add_member(ALPINE, "anna", accounting=True)
    assert page(world, "anna").status_code == 200


def test_the_csv_holds_every_part(world: World) -> None:
    earn(world)
    answer = world.client("lea").get(reverse("earnings_csv", args=[ALPINE]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    for part in ("By month", "By client", "By category", "To come, by month"):
        assert part in text
    assert f"{timezone.localdate():%Y-%m}" in text


def test_a_hundred_clients_cost_no_more_queries(world: World) -> None:
    earn(world)
    client, url = world.client("lea"), reverse("earnings", args=[ALPINE])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    kind, partner = world.product_type("web-hosting"), world.partner(ALPINE)
    for each in world.add_clients(partner, 10):
        assert each.client is not None
        make_order(each.client, each.client, partner, kind, 3)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few) + 1


def test_the_home_page_shows_balance_and_earnings_to_who_may_see_them(world: World) -> None:
    filled(world.organisation(BAKERY), "12.50")
    bakery = world.client("bruno").get(reverse("home", args=[BAKERY])).content.decode()
    assert reverse("account", args=[BAKERY]) in bakery
    assert reverse("earnings", args=[BAKERY]) not in bakery
    alpine = world.client("lea").get(reverse("home", args=[ALPINE])).content.decode()
    assert "Earned this month" in alpine
    cora = world.client("cora").get(reverse("home", args=[ALPINE])).content.decode()
    assert "Earned this month" not in cora
    as_partner = world.client("lea").get(reverse("home", args=[BAKERY])).content.decode()
    assert reverse("account", args=[BAKERY]) not in as_partner


def test_staff_list_partners_below_the_minimum(world: World) -> None:
    Product.objects.filter(organisation__slug="hotel-bellevue").update(state="cancelled")
    Product.objects.filter(organisation__slug="atelier-vigne").update(state="cancelled")
    staff = world.client("staff")
    url = reverse("admin:billing_partnerturnover_changelist")
    assert "Rhône Digital" in staff.get(url, {"minimum": "below"}).content.decode()
    assert "Rhône Digital" not in staff.get(url, {"minimum": "reached"}).content.decode()
