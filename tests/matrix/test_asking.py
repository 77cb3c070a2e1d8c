"""What the matrix reads of an answer: nothing that is drawn by chance, which spells any word
sooner or later."""

import pytest
from django.urls import reverse

from tests.matrix.asking import text_of
from tests.matrix.cast import CLIENT, PARTNER, build
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "slug"), [("products", CLIENT), ("clients", PARTNER), ("home", CLIENT)]
)
def test_asked_twice_an_answer_reads_alike(world: World, name: str, slug: str) -> None:
    persona = "client boss" if slug == CLIENT else "partner boss"
    browser = build(world, "active full, client pays").browser(persona)
    first, second = (browser.get(reverse(name, args=[slug])) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content != second.content  # the key of its forms is drawn
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]  # this, too
    assert text_of(first) == text_of(second)
