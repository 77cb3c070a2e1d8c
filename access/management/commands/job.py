"""`manage.py job`: lists the portal's jobs, tells what one would do now, or runs it."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from access import job_words as words
from access import jobs
from access.jobs import JOBS, Due, Job
from access.models import JobRun, JobStanding


class Command(BaseCommand):
    help = "List the jobs; with a job's name run it now, or with --dry-run tell what is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="a job, as clients.remind; all when left out")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what is due, lock and change nothing"
        )
        parser.add_argument("--json", action="store_true", help="tell it as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        name, as_json = options["name"], options["json"]
        if name is None:
            chosen = sorted(JOBS.values(), key=lambda job: job.name)
        elif name in JOBS:
            chosen = [JOBS[name]]
        else:
            raise CommandError(f"There is no job {name}. manage.py job lists them.")
        if options["dry_run"]:
            self._tell([_due(job, jobs.look(job)) for job in chosen], as_json, _due_in_words)
        elif name is None:
            self._tell(_standings(chosen), as_json, _standing_in_words)
        else:
            self._run(chosen[0], as_json)

    def _tell(self, rows: list[dict[str, Any]], as_json: bool, in_words: Any) -> None:
        if as_json:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(in_words(row) for row in rows))

    def _run(self, job: Job, as_json: bool) -> None:
        """Runs it in this process. An item that failed is an error of the command."""
        job.task(by_hand=True)
        run = JobRun.objects.of(job.name).filter(by_hand=True).first()
        if run is None:
            raise CommandError(f"{job.name} ran, but its run could not be recorded.")
        facts = {"name": job.name, "dry_run": False, "count": run.count, "failed": run.failed}
        if as_json:
            self.stdout.write(json.dumps(facts | {"failures": run.failures}, indent=2))
        else:
            self.stdout.write(f"{job.name}: {run.count} dealt with, {run.failed} failed.")
        if run.failed:
            raise CommandError(words.what_failed(run))


def _due(job: Job, due: Due) -> dict[str, Any]:
    return {"name": job.name, "dry_run": True, "most": job.most} | asdict(due)


def _due_in_words(row: dict[str, Any]) -> str:
    most = f", {row['most']} a run" if row["most"] and row["count"] > row["most"] else ""
    lines = [f"{row['name']}: {row['count']} due{most}", *(f"  {line}" for line in row["lines"])]
    if row["count"] > len(row["lines"]):
        lines.append(f"  and {row['count'] - len(row['lines'])} more")
    return "\n".join(lines)


def _standings(chosen: list[Job]) -> list[dict[str, Any]]:
    now, found = timezone.now(), JobStanding.objects.in_bulk()
    rows = []
    for job in chosen:
        standing = found.get(job.name)
        began = standing.started_at if standing else None
        rows.append(
            {
                "name": job.name,
                "title": str(job.title),
                "every": job.every,
                "state": jobs.state_of(job, standing, now),
                "last_run": began.isoformat(timespec="seconds") if began else None,
                "seconds": standing.seconds if standing else None,
                "failures_in_a_row": standing.failures_in_a_row if standing else 0,
                "error": words.outcome(standing),
            }
        )
    return rows


def _standing_in_words(row: dict[str, Any]) -> str:
    error = f": {row['error']}" if row["error"] else ""
    last = row["last_run"] or "–"
    return f"{row['name']:<32} every {row['every']:>5g} s  last {last:<25}  {row['state']}{error}"
