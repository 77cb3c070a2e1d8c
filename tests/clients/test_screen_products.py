"""The products of an organisation: list, page, settings, CSV (C3, `domain.md` section 6)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.models import Act

pytestmark = pytest.mark.django_db

BELMONT = "clinique-belmont"
GARAGE = "garage-nord"


def names(response):
    return [row["name"] for row in response.context["rows"]]


def granted(world):
    partnership = world.partnership(BELMONT, "alpine-web")
    return sorted(row.content_object.name for row in partnership.product_grants.all())


# ---- the list ----------------------------------------------------------------------------------


@pytest.fixture(params=[1_000, 0], ids=["few", "many"])
def few_or_many(request, monkeypatch):
    """As for few products, or as for more than a thousand, which are looked at in turn."""
    monkeypatch.setattr("clients.views.products.MANY", request.param)


@pytest.mark.usefixtures("few_or_many")
def test_the_client_sees_all_and_who_manages_what(world):
    response = world.client("clara").get(reverse("products", args=[BELMONT]))
    rows = response.context["rows"]
    managed = [row["name"] for row in rows if row["manager"] == "Alpine Web Sàrl"]
    assert len(names(response)) == 8
    assert sorted(managed) == granted(world)
    assert "Managed by" in response.text


@pytest.mark.usefixtures("few_or_many")
def test_a_limited_partner_sees_just_what_was_granted(world):
    """T10, T11: neither the other products nor their number show, nor what it holds elsewhere."""
    world.add_clients(world.partner("alpine-web"), 2, access="limited")
    response = world.client("lea").get(reverse("products", args=[BELMONT]))
    assert sorted(names(response)) == granted(world)
    assert response.context["listing"].total == 3
    hidden = [p.name for p in world.products(BELMONT) if p.name not in granted(world)]
    assert len(hidden) == 5
    assert not [name for name in hidden if name in response.text]


@pytest.mark.usefixtures("few_or_many")
def test_a_limited_partner_searches_and_sorts_just_what_was_granted(world):
    """T10"""
    browser, url, mine = world.client("lea"), reverse("products", args=[BELMONT]), granted(world)
    for product in world.products(BELMONT):
        response = browser.get(url, {"q": product.name, "sort": "-name"})
        found = [name for name in names(response) if name == product.name]
        assert found == ([product.name] if product.name in mine else [])
        assert response.context["listing"].total == len(names(response))
    assert names(browser.get(url, {"sort": "-name"})) == sorted(mine, reverse=True)


@pytest.mark.usefixtures("few_or_many")
def test_a_limited_partner_is_offered_only_categories_it_sees(world):
    response = world.client("lea").get(reverse("products", args=[BELMONT]))
    choices = response.context["listing"].filters.fields["category"].choices
    shown = {key for key, _name in choices if key}
    partnership = world.partnership(BELMONT, "alpine-web")
    grants = partnership.product_grants.select_related("content_object__product_type__category")
    assert shown == {row.content_object.product_type.category.slug for row in grants}


@pytest.mark.usefixtures("few_or_many")
def test_a_clients_collaborator_sees_the_assigned_products(world):
    response = world.client("colin").get(reverse("products", args=[BELMONT]))
    assert len(names(response)) == 2


@pytest.mark.parametrize("stranger", ["remi", "gina", "cora", "staff", "nina"])
def test_strangers_find_nothing(world, stranger):
    assert world.client(stranger).get(reverse("products", args=[BELMONT])).status_code == 404


@pytest.mark.usefixtures("few_or_many")
def test_search_filter_and_sort(world):
    browser, url = world.client("gina"), reverse("products", args=[GARAGE])
    every = world.products(GARAGE)
    one = every[0]
    assert names(browser.get(url, {"q": one.name.upper()})) == [one.name]
    category = one.product_type.category.slug
    expected = [p.name for p in every if p.product_type.category.slug == category]
    assert names(browser.get(url, {"category": category})) == expected
    assert names(browser.get(url, {"sort": "-name"})) == [p.name for p in reversed(every)]
    response = browser.get(url, {"q": "nothing like it"})
    assert "No product fits" in response.text


@pytest.mark.parametrize(
    "query", ["sort=nonsense", "page=999", "page=x", "category=%00", "state=none", "q=%00%27", "q="]
)
def test_a_wrong_address_still_answers(world, query):
    response = world.client("gina").get(reverse("products", args=[GARAGE]) + "?" + query)
    assert response.status_code == 200


@pytest.mark.parametrize(("name", "slug"), [("gina", GARAGE), ("lea", "boulangerie-du-lac")])
def test_one_row_costs_as_many_queries_as_thirty(world, name, slug):
    browser, url = world.client(name), reverse("products", args=[slug])
    only = world.products(slug)[0].name
    browser.get(url)

    def shown_and_queries(query):
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url, query)
        return len(names(response)), len(queries)

    one, few = shown_and_queries({"q": only})
    world.add_products(world.organisation(slug), 30)
    more, many = shown_and_queries({})
    assert one == 1
    assert more > 30
    assert few == many


# ---- one product -------------------------------------------------------------------------------


def test_the_page_names_settings_renewal_and_manager(world):
    product = world.product("boulangerie-du-lac", world.products("boulangerie-du-lac")[0].name)
    response = world.client("bruno").get(
        reverse("product", args=["boulangerie-du-lac", product.public_id])
    )
    assert product.name in response.text
    assert "Alpine Web" in response.text
    assert "Full access" in response.text


def test_another_product_of_the_same_client_does_not_exist_for_a_limited_partner(world):
    """T10."""
    browser = world.client("lea")
    hidden = next(p for p in world.products(BELMONT) if p.name not in granted(world))
    shown = world.product(BELMONT, granted(world)[0])
    answers = [
        browser.get(reverse("product", args=[BELMONT, key])).status_code
        for key in (shown.public_id, hidden.public_id, "nothing-like-this")
    ]
    assert answers == [200, 404, 404]


def test_a_product_under_another_organisations_address_does_not_exist(world):
    product = world.products(GARAGE)[0]
    url = reverse("product", args=["hotel-bellevue", product.public_id])
    assert world.client("hugo").get(url).status_code == 404


# ---- its settings ------------------------------------------------------------------------------


def settings_url(slug, product):
    return reverse("product_settings", args=[slug, product.public_id])


def typed(**changes):
    return {
        "name": "www.example",
        "technical_contact": "ops@example.org",
        "auto_renewal": "on",
        "notes": "Call before you restart it.",
    } | changes


@pytest.mark.parametrize("name", ["clara", "lea"])
def test_whoever_reaches_it_changes_its_settings(world, name):
    product = world.product(BELMONT, granted(world)[0])
    response = world.client(name).post(settings_url(BELMONT, product), typed(name="New name"))
    assert response.status_code == 302
    product.refresh_from_db()
    assert (product.name, product.technical_contact) == ("New name", "ops@example.org")
    line = Act.objects.filter(act="product.change_settings").first()
    assert (line.person.email.split("@")[0], line.after["name"]) == (name, "New name")
    assert line.acted_for.slug == ("alpine-web" if name == "lea" else BELMONT)


def test_wrong_settings_stay_beside_their_field(world):
    product = world.products(GARAGE)[0]
    response = world.client("gina").post(
        settings_url(GARAGE, product), typed(name="", technical_contact="nobody")
    )
    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"name", "technical_contact"}
    assert "Call before you restart it." in response.text
    assert product.name in response.text
    product.refresh_from_db()
    assert product.technical_contact != "nobody"


def test_a_name_that_is_an_address_is_refused(world):
    """T34: it would become a link in somebody's mail."""
    product = world.products(GARAGE)[0]
    response = world.client("gina").post(
        settings_url(GARAGE, product), typed(name="Pay at https://evil.example")
    )
    assert "name" in response.context["form"].errors


def test_fields_that_are_not_asked_change_nothing(world):
    """T39: mass assignment."""
    product = world.products(GARAGE)[0]
    before = (product.state, product.organisation_id, product.renews_on)
    other = world.organisation("hotel-bellevue").pk
    world.client("gina").post(
        settings_url(GARAGE, product),
        typed(state="ended", organisation=other, renews_on="2000-01-01", product=other),
    )
    product.refresh_from_db()
    assert (product.state, product.organisation_id, product.renews_on) == before


def test_settings_are_closed_to_others(world):
    product = next(p for p in world.products(BELMONT) if p.name not in granted(world))
    for stranger in ("lea", "cora", "remi", "gina"):
        assert (
            world.client(stranger).post(settings_url(BELMONT, product), typed()).status_code == 404
        )


# ---- CSV ---------------------------------------------------------------------------------------


def test_the_csv_holds_what_the_list_shows(world):
    response = world.client("lea").get(reverse("products_csv", args=[BELMONT]))
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeffProduct;Product type;")
    assert sorted(line.split(";")[0] for line in text.splitlines()[1:]) == granted(world)


def test_the_csv_runs_nothing(world):
    """T32."""
    product = world.products(GARAGE)[0]
    product.name = '=HYPERLINK("evil")'
    product.save()
    response = world.client("gina").get(reverse("products_csv", args=[GARAGE]))
    assert "\"'=HYPERLINK(" in b"".join(response.streaming_content).decode()
