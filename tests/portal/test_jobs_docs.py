"""docs/jobs.md lists the jobs as they are."""

import pytest
from django.utils import translation

from access.job_words import rhythm
from access.jobs import JOBS
from tests.conftest import CHECKOUT


def test_the_table_is_the_registry() -> None:
    with translation.override("en"):
        wanted = [
            f"| `{name}` | {rhythm(job)} | {job.title} |" for name, job in sorted(JOBS.items())
        ]
    text = (CHECKOUT / "docs" / "jobs.md").read_text()
    assert [line for line in text.splitlines() if line.startswith("| `")] == wanted


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "every second"), (5, "every 5 seconds"), (60, "every minute"), (600, "every 10 minutes"),
     (3600, "every hour"), (7200, "every 2 hours")],
)  # fmt: skip
def test_how_often_in_words(seconds: float, said: str) -> None:
    from dataclasses import replace

    job = replace(JOBS["clients.remind"], every=seconds)
    with translation.override("en"):
        assert rhythm(job) == said
