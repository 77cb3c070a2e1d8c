"""What caches keep of the directory (T41), and what a first visit weighs."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.partners.directory_cast import CONTACT, LIST, PAGE, write_page
from tests.partners.test_directory import many
from tests.world import World

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"


@pytest.mark.parametrize("path", [LIST, PAGE])
def test_a_strangers_page_is_shared_and_asked_for_each_time(world: World, path: str) -> None:
    answer = Client().get(path)
    assert answer["Cache-Control"] == "public, no-cache"
    assert "Cookie" in answer["Vary"]
    assert not answer.cookies
    assert b"csrfmiddlewaretoken" not in answer.content
    again = Client().get(path, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("path", [LIST, PAGE])
@pytest.mark.parametrize("name", ["gina", "lea", "staff"])
def test_nobodys_cache_keeps_the_page_of_somebody(world: World, name: str, path: str) -> None:
    """T41"""
    answer = world.client(name).get(path)
    assert "no-store" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]
    assert not answer.has_header("ETag")


def test_somebody_never_gets_the_strangers_page(world: World) -> None:
    tag = Client().get(LIST)["ETag"]
    answer = world.client("gina").get(LIST, headers={"if-none-match": tag})
    assert answer.status_code == 200
    assert "Gina" in answer.content.decode()


@pytest.mark.parametrize("cookie", ["sessionid", "messages", "anything"])
def test_whoever_has_been_here_has_a_private_page(world: World, cookie: str) -> None:
    """A session or a message may make the page theirs."""
    browser = Client()
    browser.cookies[cookie] = "x"
    assert browser.get(LIST)["Cache-Control"] == "private, no-cache"


def test_looks_and_languages_are_told_apart(world: World) -> None:
    dark = Client()
    dark.cookies["theme"] = "dark"
    answers = [Client().get(LIST), dark.get(LIST), Client().get("/fr/directory/")]
    assert {answer["Cache-Control"] for answer in answers} == {"public, no-cache"}
    assert len({answer["ETag"] for answer in answers}) == 3


def test_a_form_is_private(world: World) -> None:
    answer = Client().get(CONTACT)
    assert "public" not in answer.get("Cache-Control", "")
    assert "csrftoken" in answer.cookies


@pytest.mark.parametrize("name", ["set_theme", "set_language"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "http://testserver"}, 302),
        ({"origin": "http://testserver"}, 302),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
def test_a_strangers_look_is_chosen_on_our_own_pages_only(
    world: World, name: str, headers: dict[str, str], status: int
) -> None:
    """The forms on shared pages hold no token."""
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(reverse(name), {"theme": "dark", "language": "fr"}, headers=headers)
    assert answer.status_code == status
    assert bool(answer.cookies.keys() & {"theme", "django_language"}) is (status == 302)


@pytest.mark.parametrize("name", ["set_theme", "set_language"])
def test_who_is_signed_in_needs_the_token(world: World, name: str) -> None:
    browser = world.client("gina", enforce_csrf_checks=True)
    answer = browser.post(
        reverse(name), {"language": "fr"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert answer.status_code == 403
    assert world.person("gina").language != "fr" or not answer.cookies


def test_a_first_visit_is_light_on_the_wire(world: World) -> None:
    """Architecture section 8: the full list, without logos, as brotli carries it."""
    write_page(world)
    many(world, 40)
    page = Client().get(LIST).content
    names = set(re.findall(r'(?:href|src)="/static/([^"#?]+)', page.decode()))
    assert len(names) > 5
    weights = {name: len(brotli.compress((STATIC / name).read_bytes())) for name in names}
    vendor = Client().get(reverse("vendor_stylesheet")).content
    assert len(page) / 4 + len(vendor) + sum(weights.values()) < 100_000, weights
    assert len(brotli.compress(page)) + len(vendor) + sum(weights.values()) < 100_000
