"""What every test stands on: the database, and the servers and programs that some tests need."""

import os
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import translation

from portal.launch import compile_translations

pytest_plugins = ["tests.world"]

CHECKOUT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        compile_translations(CHECKOUT / "locale")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A browser's last request may still hold a session when all tests are done: PostgreSQL drops
    no database while it does."""
    yield
    with django_db_blocker.unblock():
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> None:
    """Redis outlives a test; the cache in the database is rolled back with it."""
    if os.environ.get("REDIS_URL") and "db" in request.fixturenames:
        cache.clear()


@pytest.fixture(autouse=True)
def _in_the_portals_language() -> None:
    """The last request of another test leaves its reader's language behind."""
    translation.deactivate()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's Chromium."""
    for name in CHROMIUM:
        if found := shutil.which(name):
            return found
    return missing("Chromium is not installed: apt-get install chromium.")


def missing(sentence: str) -> str:
    """Skip a test whose server or program is not there; under CI=true that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)
