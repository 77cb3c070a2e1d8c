"""Ids of somebody else and ids of nothing get the same answer (T43)."""

import re

import pytest
from django.urls import reverse

from tests.matrix.asking import NOBODY, status_of
from tests.matrix.cast import CLIENT, FOREIGN, PARTNER, RIVAL, Cast, build
from tests.matrix.rows import ROWS
from tests.world import World

pytestmark = pytest.mark.django_db


def shape_of(text: str, *ids: str) -> str:
    """An answer without what differs each time: tokens, and the ids that were asked for."""
    for one in ids:
        text = text.replace(one, "ID")
    return re.sub(r'(name="csrfmiddlewaretoken" value=|nonce=)"\w+"', "", text)


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
    foreign = {
        "product": cast.products[FOREIGN.removeprefix("zq")].public_id,
        "partnership": cast.foreign_partnership.public_id,
    }
    wrong = []
    for persona in ("client boss", "partner boss", "partner collaborator"):
        for name, row in ROWS.items():
            if not row.thing:
                continue
            public_id = foreign["product" if row.thing == "product" else "partnership"]
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
