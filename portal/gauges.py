"""Gauges that are asked for when Prometheus reads: mail, jobs, connections, the servers behind us.

All web processes give the same, so alerts take the highest. What can't be asked is absent, and a
`…_up` says so: a measurement never fails because of what it measures.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector

from access.jobs import JOBS
from access.models import JobStanding, OutgoingMail
from portal import health, mail_watch

logger = logging.getLogger(__name__)
MOST_SECONDS = 2
"""How long the database may take for one of our questions."""

CONNECTIONS = """
    SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
MOST_CONNECTIONS = """
    SELECT current_setting('max_connections')::int
         - current_setting('superuser_reserved_connections')::int
"""


class Standing(Collector):
    """How the portal stands at this moment."""

    def collect(self) -> Iterator[Metric]:
        yield Gauge(
            "portal_broker_up",
            "Whether the broker answers.",
            value=health.answers(health.ask_broker),
        )
        yield Gauge("portal_cache_up", "Whether the cache keeps a value.", value=cache_keeps())
        up = health.answers(health.ask_database)
        yield Gauge("portal_database_up", "Whether the database answers.", value=up)
        for part in (mails, jobs, connections) if up else ():
            yield from _asked(part)


def _asked(part: Callable[[datetime], Iterator[Metric]]) -> list[Metric]:
    """What a part found; nothing when the database did not answer in time."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {MOST_SECONDS * 1000}")
            return list(part(timezone.now()))
    except Exception as problem:  # whatever is wrong there, the other measures are worth having
        logger.warning("No measures of %s: %s", part.__name__, problem)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        return []


def cache_keeps() -> bool:
    """Whether what is put into the cache can be read again. A broken cache is no error."""
    mark = time.time_ns()
    with suppress(Exception):
        cache.set("portal-metrics", mark, 60)
        return cache.get("portal-metrics") is not None
    return False


def mails(now: datetime) -> Iterator[Metric]:
    queue = mail_watch.queue(now=now)
    states = Gauge("portal_mails", "Mails that are not sent, by state.", labels=["state"])
    states.add_metric(["due"], queue.due)
    states.add_metric(["later"], queue.later)
    states.add_metric(["failed"], OutgoingMail.objects.failed().count())
    yield states
    yield Gauge(
        "portal_mail_oldest_due_seconds",
        "For how long the oldest due mail has been due; 0 when none is.",
        value=_age(queue.due_since, now),
    )
    yield Gauge(
        "portal_mail_oldest_waiting_seconds",
        "For how long the oldest queued mail has waited, also one to be tried later; 0 for none.",
        value=_age(queue.waits_since, now),
    )
    yield Gauge(
        "portal_mail_stuck",
        "Whether mail counts as stuck, as /readyz says.",
        value=bool(mail_watch.stuck(now=now)),
    )
    if sent := mail_watch.last_sent():
        yield Gauge(
            "portal_mail_last_sent_timestamp_seconds",
            "When a mail was last sent.",
            value=sent.timestamp(),
        )


def jobs(now: datetime) -> Iterator[Metric]:
    every = Gauge("portal_job_interval_seconds", "How often a job is to run.", labels=["job"])
    seconds = Gauge("portal_job_last_seconds", "How long its last run took.", labels=["job"])
    success = Gauge(
        "portal_job_success_age_seconds",
        "How long ago its last success was; of one that never had any, its first start.",
        labels=["job"],
    )
    failures = Gauge(
        "portal_job_failures_in_a_row", "How many of its last runs failed.", labels=["job"]
    )
    for standing in JobStanding.objects.filter(name__in=JOBS):
        labels = [standing.name]
        every.add_metric(labels, JOBS[standing.name].every)
        seconds.add_metric(labels, standing.seconds)
        success.add_metric(labels, _age(standing.ok_at or standing.started_at, now))
        failures.add_metric(labels, standing.failures_in_a_row)
    yield from (every, seconds, success, failures)


def connections(now: datetime) -> Iterator[Metric]:
    found = Gauge(
        "portal_database_connections",
        "Connections to the portal's database, by what they do.",
        labels=["state"],
    )
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        for state, count in cursor.fetchall():
            found.add_metric([state], count)
        cursor.execute(MOST_CONNECTIONS)
        most = cursor.fetchone()[0]
    yield found
    yield Gauge(
        "portal_database_connections_limit", "Connections that the server takes.", value=most
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
