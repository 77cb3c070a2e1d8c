"""/healthz and /readyz."""

from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client

from portal import health


def test_a_process_that_serves_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client: Client, settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = "files://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path / "broker")}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_without_a_broker(client: Client, settings) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "unavailable"}


def test_not_ready_without_a_database(
    client: Client, settings, tmp_path: Path, monkeypatch
) -> None:
    def fail() -> None:
        raise DatabaseError("secret-host refused")

    settings.CELERY_BROKER_URL = "files://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path)}
    monkeypatch.setattr(health, "ask_database", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "unavailable", "broker": "ok"}
    assert b"secret-host" not in answer.content


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
