"""All products of all clients: what the partner's people reach, and nothing else (O5, T10)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Product
from clients.reached import FITS

ALPINE = "alpine-web"
URL = reverse("client_products", args=[ALPINE])


def shown(response) -> set[tuple[str, str]]:
    return {(row.client_slug, row.public_id) for row in response.context["page"]}


def reached(world, *slugs: str) -> set[tuple[str, str]]:
    return {(slug, product.public_id) for slug in slugs for product in world.products(slug)}


def test_full_clients_whole_limited_ones_as_granted(world):
    partnership = world.partnership("clinique-belmont", ALPINE)
    granted = {
        ("clinique-belmont", row.content_object.public_id)
        for row in partnership.product_grants.select_related("content_object")
    }
    assert len(granted) == 3
    expected = reached(world, "boulangerie-du-lac", "hotel-bellevue") | granted
    response = world.client("lea").get(URL)
    assert shown(response) == expected or response.context["page"].paginator.num_pages > 1
    assert response.context["listing"].total == len(expected)


def test_a_collaborator_sees_only_the_products_of_their_clients(world):
    response = world.client("cora").get(URL)
    assert shown(response) == reached(world, "boulangerie-du-lac")


def test_each_row_leads_to_its_product_and_its_client(world):
    page = world.client("lea").get(URL).text
    product = world.products("boulangerie-du-lac")[0]
    for url in (
        reverse("product", args=["boulangerie-du-lac", product.public_id]),
        reverse("home", args=["boulangerie-du-lac"]),
    ):
        assert f'href="{url}"' in page


def test_a_search_begins_words(world):
    product = world.products("boulangerie-du-lac")[0]
    word = product.name.split()[0]
    found = world.client("lea").get(URL, {"q": word[:3], "client": "boulangerie"})
    assert ("boulangerie-du-lac", product.public_id) in shown(found)
    assert {slug for slug, _key in shown(found)} == {"boulangerie-du-lac"}
    assert not shown(world.client("lea").get(URL, {"q": "nothinghasthisname"}))


@pytest.mark.parametrize("rare", [1_000, 0], ids=["by words", "by clients"])
def test_a_search_finds_letter_case_and_accents_aside(world, monkeypatch, rare):
    """Whether it begins at the products with these words or at the partner's clients."""
    monkeypatch.setattr("clients.reached.RARE", rare)
    product = world.products("boulangerie-du-lac")[0]
    Product.objects.filter(pk=product.pk).update(name="Hôtel GROSSE Straße (Zürich) Œuvre-Łódź")
    lea, own = world.client("lea"), ("boulangerie-du-lac", product.public_id)
    for text in (
        "hotel",
        "HÔT",
        "große",
        "strasse",
        "straße",
        "zurich",
        "zuer",
        "oeuv",
        "lodz hot",
    ):
        assert own in shown(lea.get(URL, {"q": text})), text
    for text in ("otel", "zr", "hotel x", "zueri ch"):
        assert own not in shown(lea.get(URL, {"q": text})), text


def test_the_index_holds_what_a_search_asks(world):
    """Else each search would read all products of the portal."""
    with connection.cursor() as cursor:
        for other in ("seqscan", "indexscan", "indexonlyscan"):  # a small table is read so
            cursor.execute(f"SET LOCAL enable_{other} = off")
        cursor.execute(f"EXPLAIN SELECT FROM clients_product product WHERE {FITS}", ["hotel:*"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "products_by_plain_words" in plan


@pytest.mark.parametrize("client", ["hotel", "HÔTEL", "bellevue"])
def test_a_client_is_found_so_too(world, client):
    slugs = {slug for slug, _key in shown(world.client("lea").get(URL, {"client": client}))}
    assert slugs == {"hotel-bellevue"}


def test_what_a_search_fits_at_others_stays_theirs(world):
    product = world.products("garage-nord")[0]
    response = world.client("lea").get(URL, {"q": product.name})
    assert ("garage-nord", product.public_id) not in shown(response)


def test_an_access_past_its_end_shows_nothing(world):
    partnership = world.partnership("boulangerie-du-lac", ALPINE)
    type(partnership).objects.filter(pk=partnership.pk).update(ends_at="2020-01-01T00:00Z")
    assert "boulangerie-du-lac" not in {slug for slug, _ in shown(world.client("lea").get(URL))}


def test_every_order_and_filter_answers_in_six_queries(world):
    for query in ("", "?sort=-client", "?sort=name", "?sort=-renewal", "?state=active", "?q=w"):
        lea = world.client("lea")
        lea.get(URL)
        with CaptureQueriesContext(connection) as asked:
            assert lea.get(URL + query).status_code == 200
        assert len(asked) <= 6
    for query in ("?category=%00", "?state=x", "?page=x", "?page=99", "?sort=x", "?q=%27%26"):
        assert world.client("lea").get(URL + query).status_code == 200


def test_the_file_holds_what_the_list_shows(world):
    lea = world.client("lea")
    response = lea.get(reverse("client_products_file", args=[ALPINE]))
    lines = response.getvalue().decode().strip().splitlines()
    assert len(lines) == lea.get(URL).context["listing"].total + 1
