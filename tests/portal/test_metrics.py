"""What Prometheus reads, who may read it, and what the alerts build on (docs/monitoring.md)."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from access.models import JobStanding, OutgoingMail
from portal import environment, gauges, health, mail_watch
from tests.portal.test_health import LATER, mail, sent

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TOKEN = "t0ken-of-the-tests-with-enough-characters"
KEY = {"Authorization": f"Bearer {TOKEN}"}

type Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    return found[name, frozenset(labels.items())]


@pytest.fixture
def _open(settings, tmp_path: Path) -> None:
    settings.METRICS_TOKEN = TOKEN
    settings.CELERY_BROKER_URL = "files://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": str(tmp_path / "broker")}


def read(client: Client) -> Samples:
    answer = client.get("/metrics", headers=KEY)
    assert answer.status_code == 200
    return samples(answer.content.decode())


# ---- Who may read ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        "Béarer",
    ],
)
@pytest.mark.usefixtures("_open")
def test_without_the_token_there_is_no_such_page(client: Client, authorization: str) -> None:
    answer = client.get("/metrics", headers={"Authorization": authorization})
    assert answer.status_code == 404
    assert b"portal_" not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer None"])
def test_without_a_setting_it_is_closed_to_all(
    client: Client, settings, authorization: str
) -> None:
    """Also to who comes from this machine: behind a proxy here, all do."""
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": authorization}).status_code == 404
    settings.DEBUG = True
    assert client.get("/metrics").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_with_the_token_it_opens(client: Client) -> None:
    answer = client.get("/metrics", headers=KEY)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("weak", ["short", "é" * 30])
def test_a_weak_token_is_refused(monkeypatch: pytest.MonkeyPatch, weak: str) -> None:
    monkeypatch.setenv("METRICS_TOKEN", weak)
    with pytest.raises(environment.WrongEnvironmentError, match="METRICS_TOKEN is too weak"):
        environment.token("METRICS_TOKEN")
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    assert environment.token("METRICS_TOKEN") == TOKEN
    monkeypatch.delenv("METRICS_TOKEN")
    assert environment.token("METRICS_TOKEN") == ""


# ---- Requests --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_requests_are_counted_by_name_method_and_class(client: Client) -> None:
    def counts() -> list[float]:
        found = read(client)
        asked = [
            ("portal_requests_total", {"route": "healthz", "method": "GET", "status": "2xx"}),
            ("portal_requests_total", {"route": "healthz", "method": "POST", "status": "4xx"}),
            ("portal_requests_total", {"route": "none", "method": "other", "status": "4xx"}),
            ("portal_request_seconds_count", {"route": "healthz"}),
        ]
        return [found.get((name, frozenset(labels.items())), 0) for name, labels in asked]

    before = counts()
    client.get("/healthz")
    client.post("/healthz")
    client.generic("MADEUP", "/nowhere/at/all/")
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 1, 1, 2]


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_addresses_that_somebody_makes_up_add_no_series(client: Client) -> None:
    client.generic("INVENTED", "/made/up/")
    read(client)  # asking is counted, too
    before = len(read(client))
    for number in range(20):
        client.generic(f"MADEUP{number}", f"/made/up/{number}/?x={number}")
    assert len(read(client)) == before


# ---- Mail, jobs, servers ---------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_the_outbox_is_measured(client: Client) -> None:
    OutgoingMail.objects.all().delete()
    found = read(client)
    assert value(found, "portal_mail_oldest_due_seconds") == 0
    assert value(found, "portal_mail_stuck") == 0
    assert not [
        name for name, _labels in found if name == "portal_mail_last_sent_timestamp_seconds"
    ]

    mail(1, age=30, due=20)
    mail(2, age=10, due=10)
    mail(3, age=200, due=-30, error=LATER)
    mail(4, age=50, due=50, state=OutgoingMail.State.FAILED)
    when = sent(age=5).sent_at
    found = read(client)
    for state, count in (("due", 2), ("later", 1), ("failed", 1)):
        assert value(found, "portal_mails", state=state) == count
    assert value(found, "portal_mail_oldest_due_seconds") == pytest.approx(1200, abs=30)
    assert value(found, "portal_mail_oldest_waiting_seconds") == pytest.approx(12_000, abs=30)
    assert value(found, "portal_mail_stuck") == 1
    assert value(found, "portal_mail_last_sent_timestamp_seconds") == pytest.approx(
        when.timestamp(), abs=1
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_jobs_are_measured(client: Client) -> None:
    now = timezone.now()
    JobStanding.objects.all().delete()
    JobStanding.objects.create(
        name="access.send_due_mail",
        started_at=now,
        ok_at=now - timedelta(minutes=10),
        seconds=1.5,
        failures_in_a_row=4,
    )
    JobStanding.objects.create(name="clients.remind", started_at=now - timedelta(hours=2))
    JobStanding.objects.create(name="a.job.of.yesterday", started_at=now)
    found = read(client)
    job = {"job": "access.send_due_mail"}
    assert value(found, "portal_job_interval_seconds", **job) == 5
    assert value(found, "portal_job_last_seconds", **job) == 1.5
    assert value(found, "portal_job_failures_in_a_row", **job) == 4
    assert value(found, "portal_job_success_age_seconds", **job) == pytest.approx(600, abs=30)
    never = value(found, "portal_job_success_age_seconds", job="clients.remind")
    assert never == pytest.approx(7200, abs=30)
    assert "a.job.of.yesterday" not in {dict(labels).get("job") for _name, labels in found}


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_servers_are_measured(client: Client, settings, monkeypatch) -> None:
    found = read(client)
    for server in ("database", "broker", "cache"):
        assert value(found, f"portal_{server}_up") == 1
    assert value(found, "portal_database_connections", state="active") >= 1
    assert value(found, "portal_database_connections_limit") > 1
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(gauges.cache, "get", lambda *_: None)
    found = read(client)
    assert value(found, "portal_broker_up") == 0
    assert value(found, "portal_cache_up") == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_what_cannot_be_asked_is_absent(client: Client, monkeypatch) -> None:
    def fail(*_: Any) -> Any:
        raise DatabaseError("away")

    monkeypatch.setattr(mail_watch, "queue", fail)
    found = read(client)
    assert not [name for name, _labels in found if name.startswith("portal_mail")]
    assert value(found, "portal_database_connections_limit") > 1
    monkeypatch.setattr(health, "ask_database", fail)
    found = read(client)
    assert value(found, "portal_database_up") == 0
    assert value(found, "portal_broker_up") == 1
    assert not [name for name, _labels in found if name.startswith(("portal_mail", "portal_job"))]


# ---- At a hundred thousand mails -------------------------------------------------------------

MANY = """
    INSERT INTO access_outgoingmail (event, kind, address, name, language, context, secrets,
        message_id, state, attempts, next_attempt_at, created_at, sent_at, last_error)
    SELECT 'e' || n, 'test', 'reader' || n || '@x.example', '', 'en', '{}', '{}', '<' || n || '@x>',
        'sent', 1, now() - n * interval '1 minute', now() - n * interval '1 minute',
        now() - n * interval '1 minute', ''
    FROM generate_series(1, 100000) AS n
"""


@pytest.mark.django_db
def test_no_question_reads_the_mails_that_are_sent() -> None:
    """Neither /metrics nor /readyz gets slower by what went out in years."""
    with connection.cursor() as cursor:
        cursor.execute(MANY)
    mail(1, age=100, due=-10, error=LATER)
    mail(2, age=100, due=100, state=OutgoingMail.State.FAILED)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE access_outgoingmail")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        list(gauges.mails(timezone.now()))
    blocks = {query["sql"]: _blocks(query["sql"]) for query in asked}
    assert len(blocks) >= 5
    assert {sql: count for sql, count in blocks.items() if count > 250} == {}


def _blocks(sql: str) -> int:
    """How many blocks a statement reads, wherever it finds them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


# ---- Alerts and the page about them ----------------------------------------------------------

NAME = re.compile(r"\bportal_[a-z_]+")
SUFFIXES = re.compile(r"_(bucket|count|sum)$")


def alerts() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((CHECKOUT / "deploy" / "alerts.yml").read_text())["groups"]
    return group["rules"]


def made() -> set[str]:
    """Every measure there is, by its name in a query."""
    sent(age=1)
    found = {family.name for family in gauges.Standing().collect()}
    return found | {"portal_requests_total", "portal_request_seconds"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_open")
def test_alerts_and_documentation_know_the_measures() -> None:
    names = made()
    page = (CHECKOUT / "docs" / "monitoring.md").read_text()
    for rule in alerts():
        used = {SUFFIXES.sub("", name) for name in NAME.findall(rule["expr"])}
        assert used <= names, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert f"`{rule['alert']}`" in page
    assert {SUFFIXES.sub("", name) for name in NAME.findall(page)} == names


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: rule["alert"])
def test_an_alert_is_well_formed(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
    for pair in ("()", "[]", "{}"):
        assert rule["expr"].count(pair[0]) == rule["expr"].count(pair[1])


def test_prometheus_asks_the_page_with_the_token() -> None:
    config = yaml.safe_load((CHECKOUT / "deploy" / "prometheus.yml").read_text())
    compose = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    [job] = config["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    assert compose["secrets"]["metrics_token"] == {"environment": "METRICS_TOKEN"}
    assert job["dns_sd_configs"][0]["names"] == ["web"]
    assert "web" in compose["services"]
    assert config["rule_files"] == ["alerts.yml"]


def test_the_proxy_keeps_it_inside() -> None:
    config = (CHECKOUT / "deploy" / "nginx.conf").read_text()
    assert "location ~ ^/(readyz|metrics)(/|$) {\n        return 404;" in config
    assert "$request_uri" not in config, "addresses hold tokens (T4)"
    assert "proxy_set_header X-Request-ID $request_id;" in config
