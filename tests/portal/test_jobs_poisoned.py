"""One item that breaks holds up no other, is named on the run's record without anybody's data, and
is done by the next run once it is cured."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from access import jobs
from access.jobs import JOBS
from access.models import JobRun, JobStanding
from billing.documents import invoices as paper
from billing.services import statements
from tests.billing.invoiced import clear_money
from tests.portal.jobs_due import MAKERS, make_due
from tests.world import World

pytestmark = pytest.mark.django_db

SECRET = "nora@secret.example"

# Job -> what it does with an item, or with several at once.
VERBS = {
    "access.close_support_access": "access.tasks.lapse_access",
    "clients.close_overdue": "clients.tasks.expire",
    "clients.remind": "clients.tasks.remind",
    "clients.announce_ends": "clients.tasks.announce_end",
    "billing.close_orders": "billing.tasks.orders.expire_order",
    "billing.remind_orders": "billing.tasks.orders.remind_of_order",
    "billing.issue_collective": "billing.tasks.invoices.issue_collective",
    "billing.print_invoices": "billing.documents.invoices._print",
    "billing.remind_invoices": "billing.services.reminding.remind",
    "billing.book_bank_movements": "billing.services.bank_import.match",
    "billing.renew": "billing.renewals.runs.Worker._chunk",
    "billing.remind_renewals": "billing.renewals.announcing._remind",
    "billing.end_at_term": "billing.renewals.announcing._end_some",
    "billing.send_statements": "billing.services.statements._send",
    "tenders.tell_partners": "tenders.tasks.spread",
    "tenders.close_expired": "tenders.tasks.expire",
    "tenders.announce_expiry": "tenders.tasks.announce_expiry",
    "tenders.erase_contacts": "tenders.tasks.erase_contacts",
    "tenders.send_digests": "tenders.tasks.send_digest",
}
ISOLATED_BY_THEMSELVES = {
    "access.send_due_mail": "tests/access/test_mail_sending.py",
    "access.tidy_runs": "one statement",
    "billing.provision": "tests/billing/test_provisioning.py",
}


class Poison:
    """The second item, or the only one, breaks after all was done for it, which is undone, too;
    of several at once before it, as those verbs have their transaction inside."""

    def __init__(self, verb: Callable[..., Any], *, only: bool) -> None:
        self.verb, self.seen, self.place = verb, [], 0 if only else 1

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        items = self.items(args, kwargs)
        self.seen += [item for item in items if item not in self.seen]
        breaks = self.seen[self.place :][:1] and self.seen[self.place] in items
        answer = None if breaks and self.together(args) else self.verb(*args, **kwargs)
        if breaks:
            raise LookupError(f"no such mailbox: {SECRET}")
        return answer

    @staticmethod
    def together(args: Any) -> bool:
        return any(isinstance(each, list) for each in args)

    @staticmethod
    def items(args: Any, kwargs: Any) -> list[Any]:
        if several := [each for each in args if isinstance(each, list)]:
            return several[0]
        found = next(iter(kwargs.values())) if kwargs else args[0]
        return [getattr(found, "pk", found)]


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(statements, "MAIL_DAYS", statements.MAIL_DAYS)
    monkeypatch.setattr(paper, "render", lambda document: b"%PDF-1.7")
    settings.MEDIA_ROOT = request.getfixturevalue("tmp_path")
    clear_money(request)


def poisoned(monkeypatch: pytest.MonkeyPatch, dotted: str, *, only: bool) -> None:
    owner, _, name = dotted.rpartition(".")
    try:
        holder: Any = import_module(owner)
    except ModuleNotFoundError:
        module, _, kind = owner.rpartition(".")
        holder = getattr(import_module(module), kind)
    poison = Poison(getattr(holder, name), only=only)
    if isinstance(holder, type):
        monkeypatch.setattr(holder, name, lambda self, clients: poison(self, clients))
        return
    monkeypatch.setattr(holder, name, poison)


def test_every_job_is_here() -> None:
    assert set(VERBS) | set(ISOLATED_BY_THEMSELVES) == set(JOBS) == set(MAKERS)


@pytest.mark.parametrize("name", sorted(VERBS))
def test_the_others_are_done_and_it_is_named(world: World, name: str) -> None:
    job = JOBS[name]
    make_due(world, name)
    due = jobs.look(job).count
    with pytest.MonkeyPatch.context() as monkeypatch:
        poisoned(monkeypatch, VERBS[name], only=name == "billing.send_statements")
        done = job.task()
        (run,) = JobRun.objects.of(name)
        assert (run.state, run.failed, run.count) == ("failed", 1, done)
        left = due - done
        assert jobs.look(job).count == left > 0
        assert (done > 0) is (name != "billing.send_statements")
        assert [each["item"].split()[0] for each in run.failures] != []
        assert "LookupError" in run.failures[0]["error"]
        assert SECRET not in f"{run.failures}{run.error}"
        assert job.task() == 0  # and blocks nobody the next time, either
    assert JobStanding.objects.get(name=name).failures_in_a_row == 2
    assert job.task() == left
    assert jobs.look(job).count == 0
    assert JobStanding.objects.get(name=name).failures_in_a_row == 0
