"""The cache while Redis is away: pages, limits and used codes go on, and nobody waits."""

import logging
import socket
import time
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal import cache as ours
from portal.policy_list import addresses
from tests.matrix.rows import ROWS
from tests.world import PASSWORD, World

PERSONAS = [
    ("lea", "alpine-web"),
    ("bruno", "boulangerie-du-lac"),
    ("hugo", "hotel-bellevue"),
]
pytestmark = pytest.mark.django_db


def redis_at(port: int) -> dict[str, Any]:
    """The settings of a portal whose Redis is on this port."""
    table = {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "KEY_PREFIX": "portal",
    }
    return {
        "default": {
            "BACKEND": "portal.cache.SteadyCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "KEY_PREFIX": "portal",
        },
        "table": table,
    }


@pytest.fixture
def away(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where Redis was."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setattr(ours, "_door", ours._Door())
    settings.CACHES = redis_at(port)


@pytest.fixture
def silent(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A Redis that takes connections and never answers: worse than one that is gone."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        monkeypatch.setattr(ours, "_door", ours._Door())
        settings.CACHES = redis_at(listener.getsockname()[1])
        yield


def test_the_table_takes_the_place(away: None) -> None:
    cache = caches["default"]
    cache.set("one", {"a": 1}, 60)
    assert cache.get("one") == {"a": 1}
    assert cache.add("one", 2, 60) is False
    assert cache.add("two", 2, 60) is True
    assert cache.get_many(["one", "two"]) == {"one": {"a": 1}, "two": 2}
    assert cache.incr("two") == 3
    assert cache.has_key("two")
    assert cache.touch("two", 60)
    assert cache.delete("two")
    cache.set_many({"three": 3}, 60)
    cache.delete_many(["one"])
    assert (cache.get("one"), cache.get("three")) == (None, 3)
    cache.clear()
    assert cache.get("three") is None


def test_one_request_waits_and_one_line_is_logged(
    silent: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cache = caches["default"]
    with caplog.at_level(logging.WARNING, "portal.cache"):
        waited = [_seconds(lambda: cache.get("nothing")) for _ in range(5)]
        assert ours.PATIENCE <= waited[0] < 2 * ours.PATIENCE
        assert max(waited[1:]) < ours.PATIENCE / 2
        # When the quiet time is over, again one tries for all others.
        ours._door.quiet_until = time.monotonic() - 1
        waited = [_seconds(lambda: cache.get("nothing")) for _ in range(3)]
    assert waited[0] >= ours.PATIENCE
    assert max(waited[1:]) < ours.PATIENCE / 2
    assert len(caplog.records) == 1


def test_it_finds_back(
    away: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Control: a Redis that answers is asked, and after it came back it is asked again."""
    cache = caches["default"]
    cache.set("key", "table", 60)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.get", lambda *_: "redis")
    assert cache.get("key") == "table"  # still quiet
    ours._door.quiet_until = time.monotonic() - 1
    assert cache.get("key") == "redis"
    assert ours._door.quiet_until is None
    assert [record.message.split(",")[0] for record in caplog.records][-1] == "Redis is back"


def test_every_page_works(away: None, world: World) -> None:
    """Every page of the demo's people that needs nothing but their organisation."""
    caches["default"].get("first")  # who waits for all others
    seen, slowest = 0, ("", 0.0)
    names = {address.name for address in addresses()}
    for person, organisation in PERSONAS:
        browser = world.client(person)
        for name, row in ROWS.items():
            if row.thing or "GET" not in row.methods or name not in names:
                continue
            url = reverse(name, args=[organisation])
            begun = time.perf_counter()
            answer = browser.get(url)
            took = time.perf_counter() - begun
            assert answer.status_code < 500, (name, answer.status_code)
            seen += answer.status_code == 200
            slowest = max(slowest, (url, took), key=lambda pair: pair[1])
    assert seen > 50
    assert slowest[1] < 3, slowest


def test_public_pages_and_signing_in_work(away: None, world: World) -> None:
    browser = Client()
    for name in ("landing", "directory", "programme", "tender_submit", "account_login"):
        assert browser.get(reverse(name)).status_code == 200, name
    answer = sign_in(browser, "lea@alpineweb.example", PASSWORD)
    assert answer.status_code == 302
    assert browser.get(reverse("switch")).status_code == 200


def test_a_post_works_while_nobody_wakes_the_sender(away: None, world: World) -> None:
    """The wake-up call fails quickly, and the outbox has the mail."""
    from access.models import OutgoingMail

    browser, before = Client(), OutgoingMail.objects.count()
    begun = time.perf_counter()
    answer = browser.post(reverse("account_reset_password"), {"email": "lea@alpineweb.example"})
    assert answer.status_code == 302
    assert time.perf_counter() - begun < 2
    assert OutgoingMail.objects.count() == before + 1


def test_the_limit_of_signing_in_is_no_open_door(away: None, world: World) -> None:
    """Ten wrong passwords a minute from one address, five for one person: also without Redis."""
    browser = Client()
    for _ in range(5):
        assert b"too many" not in sign_in(browser, "lea@alpineweb.example", "wrong").content.lower()
    answer = sign_in(browser, "lea@alpineweb.example", PASSWORD)
    assert answer.status_code != 302
    assert "_auth_user_id" not in browser.session


def test_a_used_code_is_used_without_redis_too(away: None) -> None:
    """allauth notes each code of an app in the cache: twice would be a replay."""
    cache = caches["default"]
    assert cache.add("code", "y", 30) is True
    assert cache.add("code", "y", 30) is False


def test_migrating_makes_the_table() -> None:
    from portal.apps import make_cache_table

    make_cache_table(using="default")
    assert "portal_cache" in connection.introspection.table_names()


def sign_in(browser: Client, email: str, password: str) -> Any:
    return browser.post(reverse("account_login"), {"login": email, "password": password})


def _seconds(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
