"""Ids of somebody else and ids of nothing get the same answer (T43)."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from tests.matrix.asking import NOBODY, status_of, text_of
from tests.matrix.cast import CLIENT, FOREIGN, PARTNER, RIVAL, Cast, build
from tests.matrix.money import foreign_money, fund
from tests.matrix.rows import ROWS
from tests.world import World

pytestmark = pytest.mark.django_db


def shape_of(text: str, *ids: str) -> str:
    """An answer without what differs each time: tokens, and the ids that were asked for."""
    for one in ids:
        text = text.replace(one, "ID")
    text = re.sub(r"\d\d:\d\d:\d\d GMT", "", text)
    text = re.sub(r"^[0-9a-f]{16}$", "", text, flags=re.MULTILINE)  # the header X-Request-ID
    return re.sub(r'(name="(?:csrfmiddlewaretoken|key)" value=|nonce=)"\w+"', "", text)


def same_answer(cast: Cast, persona: str, method: str, foreign: str, nothing: str) -> list[str]:
    """Where the path of a foreign object and that of nothing answer differently."""
    answers = []
    for path in (foreign, nothing):
        browser = cast.browser(persona)
        response = browser.post(path) if method == "POST" else browser.get(path)
        parts = [part for part in path.split("/") if len(part) > 6]
        answers.append((status_of(response), shape_of(response.content.decode(), *parts)))
    if answers[0] != answers[1] or answers[0][0] not in (404, 405):
        return [f"{persona}: {method} {foreign} answers {answers[0][0]}, {nothing} {answers[1][0]}"]
    return []


def test_a_foreign_object_answers_like_one_of_nothing(world: World) -> None:
    """For each page with an object, at home and at the client's."""
    cast = build(world, "active full, client pays")
    fund(world, cast, "active full, client pays")
    foreign = foreign_money(world, cast) | {
        "product": cast.products[FOREIGN.removeprefix("zq")].public_id,
        "partnership": cast.foreign_partnership.public_id,
    }
    wrong = []
    for persona in ("client boss", "partner boss", "partner collaborator"):
        for name, row in ROWS.items():
            if not row.thing:
                continue
            public_id = foreign.get(row.thing, foreign["partnership"])
            for slug in (CLIENT, PARTNER):
                there = reverse(name, args=[slug, public_id])
                nowhere = reverse(name, args=[slug, NOBODY])
                wrong += same_answer(cast, persona, "GET", there, nowhere)
                wrong += same_answer(cast, persona, "POST", there, nowhere)
    assert wrong == []


@pytest.mark.parametrize("persona", ["client boss", "partner boss", "newcomer", "staff"])
def test_a_foreign_organisation_answers_like_one_of_nothing(world: World, persona: str) -> None:
    """With its own objects in the path."""
    cast = build(world, "active full, client pays")
    wrong = []
    for slug in (FOREIGN, RIVAL):
        for name, row in ROWS.items():
            product = cast.products[slug.removeprefix("zq")].public_id
            theirs = product if row.thing == "product" else cast.foreign_partnership.public_id
            there = reverse(name, args=[slug, theirs] if row.thing else [slug])
            nowhere = reverse(name, args=["no-such-place", NOBODY][: 2 if row.thing else 1])
            wrong += same_answer(cast, persona, "GET", there, nowhere)
    assert wrong == []


QUERIES = [
    ("partner boss", PARTNER, "exports_file", "?file=order-lines&client={}"),
    ("partner boss", PARTNER, "rebill_new", "?client={}"),
    ("partner boss", PARTNER, "client_orders", "?client={}"),
    ("partner boss", PARTNER, "client_orders_csv", "?q={}"),
    ("partner boss", PARTNER, "rebills", "?q={}&client={}"),
    ("client boss", CLIENT, "costs", "?q={}"),
    ("client boss", CLIENT, "orders", "?q={}"),
    ("client boss", CLIENT, "order_new", "?product={}"),
    ("client boss", CLIENT, "invoices", "?q={}"),
    ("client boss", CLIENT, "billing_exports_file", "?file=invoices&client={}"),
]
FIELDS: list[tuple[str, str, str, dict[str, str]]] = [
    (
        "partner boss",
        PARTNER,
        "rebill_markup_new",
        {"client": "{}", "kind": "percent", "value": "5"},
    ),
    (
        "partner boss",
        PARTNER,
        "rebill_new",
        {"client": "{}", "period_from": "2026-01-01", "period_until": "2030-01-01"},
    ),
    ("client boss", CLIENT, "product_renew", {"also": "{}", "go": "place"}),
    ("client boss", CLIENT, "account_top_up", {"amount": "10", "account": "{}", "payer": "{}"}),
]


def twins(cast: Cast, foreign: dict[str, str]) -> list[tuple[str, str]]:
    """What is somebody else's, and what is nothing's."""
    product = cast.products[FOREIGN.removeprefix("zq")].public_id
    keys = [(one, NOBODY) for one in (product, *sorted({*foreign.values()}))]
    return [(FOREIGN, "no-such"), *keys]  # as long, for the length of the answer


@pytest.mark.parametrize(("persona", "slug", "name", "query"), QUERIES)
def test_a_foreign_id_in_a_query_answers_like_nothing(
    world: World, persona: str, slug: str, name: str, query: str
) -> None:
    """T43, T28: filters, searches and files."""
    cast = build(world, "active full, client pays")
    fund(world, cast, "active full, client pays")
    browser, path = cast.browser(persona), reverse(name, args=[slug])
    for pair in twins(cast, foreign_money(world, cast)):
        answers = [browser.get(path + query.replace("{}", one)) for one in pair]
        texts = [shape_of(text_of(one), *pair) for one in answers]
        assert answers[0].status_code == answers[1].status_code
        assert texts[0] == texts[1]


@pytest.mark.parametrize(("persona", "slug", "name", "fields"), FIELDS)
def test_a_foreign_id_in_a_form_answers_like_nothing(
    world: World, persona: str, slug: str, name: str, fields: dict[str, str]
) -> None:
    """T3, T28, T39."""
    cast = build(world, "active full, client pays")
    fund(world, cast, "active full, client pays")
    browser = cast.browser(persona)
    more = [cast.products["one"].public_id] if name == "product_renew" else []
    path = reverse(name, args=[slug, *more])
    for pair in twins(cast, foreign_money(world, cast)):
        answers = []
        for one in pair:
            with transaction.atomic():
                data = {field: text.replace("{}", one) for field, text in fields.items()}
                answers.append(browser.post(path, data))
                transaction.set_rollback(True)
        assert status_of(answers[0]) == status_of(answers[1])
        if status_of(answers[0]) == 200:
            texts = [shape_of(one.content.decode(), *pair) for one in answers]
            assert texts[0] == texts[1]


@pytest.mark.parametrize("name", ["invitation", "request_answer", "request_refuse"])
def test_a_foreign_request_answers_like_one_of_nothing(world: World, name: str) -> None:
    """T2, T43"""
    cast = build(world, "requested")
    key = cast.partnership.public_id
    if name == "invitation":
        key = cast.partnership.links.get().public_id
    for persona in ("rival boss", "newcomer", "client admin"):
        found = same_answer(
            cast, persona, "GET", reverse(name, args=[key]), reverse(name, args=[NOBODY])
        )
        assert found == []
