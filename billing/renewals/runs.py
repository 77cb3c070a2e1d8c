"""Runs: opening or joining one, its chunks, and its end (M5, T15).

Nothing is kept outside the database: whoever comes, a second scheduler or the same after a crash,
joins the unfinished run and does what is left.
"""

import gc
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from access import jobs
from access.models import Organisation
from billing.models import RenewalRun
from billing.renewals import failing, settling, sql
from billing.renewals.due import ALL, EVER, Cursor, Share, collect, lock_clients, next_clients
from billing.renewals.facts import Known, PriceList, read, units_of
from billing.renewals.planning import Plan, plan
from billing.renewals.writing import Writer

logger = logging.getLogger(__name__)

LOCK = 4_020_005
"""Runs are opened one after the other: an advisory lock of the transaction."""
ATTEMPTS = 3
"""How often a chunk is begun that the database broke off (a deadlock with somebody else)."""
PATIENCE = 60.0
"""For how many seconds a worker waits for clients that somebody else holds."""


@dataclass
class Done:
    """What one worker did."""

    products: int = 0
    orders: int = 0
    failures: int = 0
    finished: bool = False
    nets: Counter[str] = field(default_factory=Counter)

    def join(self, other: "Done") -> None:
        """Counts what another worker did of the same run."""
        self.products += other.products
        self.orders += other.orders
        self.failures += other.failures
        self.nets.update(other.nets)
        self.finished = self.finished and other.finished

    def add(self, found: Plan) -> int:
        """Counts a chunk; answers how many products it renewed."""
        renewed = 0
        for order in found.orders:
            renewed += sum(line.group.quantity for line in order.lines)
            self.nets[order.currency] += order.net  # type: ignore[assignment]
        self.products += renewed
        self.orders += len(found.orders)
        self.failures += sum(group.quantity for group, _ in found.faults)
        return renewed


@transaction.atomic
def open_run(day: date) -> RenewalRun:
    """The unfinished run of the day, or a new one with its count of units (M2)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        run = RenewalRun.objects.filter(day=day, finished_at=None).first()
        if run is None:
            run = RenewalRun.objects.create(day=day, started_at=timezone.now())
            cursor.execute(sql.SNAPSHOT, {"since": EVER, "day": day, "run": run.pk})
    return run


class Worker:
    """Renews chunk after chunk of one run until nothing is due any more."""

    def __init__(self, run: RenewalRun, share: Share = ALL) -> None:
        self.run = run
        self.share = share
        self.prices = PriceList(run.day)
        self.writer = Writer(self.prices)
        self.done = Done()
        self.refused: set[int] = set()
        self.troubles = jobs.Troubles()

    def work(self) -> Done:
        """Goes through all clients again and again: what came back due (a product that is several
        terms behind) and what others left is found by the next round. A client at which something
        unexpected happens is left to the next run, which takes this one up again."""
        gc.freeze()  # what was there before is not gone through again with each chunk's rows
        try:
            done = self._work()
        finally:
            gc.unfreeze()
        self.troubles.settle()
        return done

    def _work(self) -> Done:
        patient_until = time.monotonic() + PATIENCE
        while True:
            seen, renewed = self._round()
            if not seen and self.share != ALL:
                self.share = ALL  # its own is done: it helps with what is left
                continue
            if not seen:
                if not self.refused:
                    self._finish()
                return self.done
            if renewed:
                patient_until = time.monotonic() + PATIENCE
            elif time.monotonic() > patient_until:
                logger.warning("Renewals of %s: somebody holds clients, left for later", self.run)
                return self.done
            else:
                time.sleep(0.1)

    def _round(self) -> tuple[int, int]:
        """How many clients were due, and how many products or faults were dealt with."""
        after = seen = dealt = 0
        while clients := next_clients(self.run.day, self.run.pk, after=after, share=self.share):
            mine = [client for client in clients if client not in self.refused]
            seen += len(mine)
            jobs.found_work()
            dealt += jobs.together(mine, self._attempt, refused=self._refuse)
            after = clients[-1]
        return seen, dealt

    def _refuse(self, client: int, error: Exception) -> None:
        self.refused.add(client)
        self.troubles.keep(jobs.named(Organisation.objects.get(pk=client)), error)

    def _attempt(self, clients: Sequence[int]) -> int:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._chunk(clients)
            except OperationalError:
                if attempt == ATTEMPTS or connection.in_atomic_block:
                    raise
                logger.warning("Renewals of %s: a chunk was broken off, tried again", self.run)
        return 0

    @transaction.atomic
    def _chunk(self, clients: Sequence[int]) -> int:
        """Renews all that is due at those of the clients that nobody else holds."""
        with connection.cursor() as cursor:
            mine = lock_clients(cursor, clients, wait=False)
            if not mine:
                return 0
            groups = collect(cursor, mine, self.run.day, self.run.pk)
            if not groups:
                return 0
            known = read(groups)
            units = partial(units_of, self.run.pk, self.run.started_at)
            found = plan(groups, known, self.prices, units)
            failing.keep(cursor, self.run, found.faults, known)
            self._carry_out(cursor, found, known)
            self._count(found)
        return sum(group.quantity for group in groups)

    def _carry_out(self, cursor: Cursor, found: Plan, known: Known) -> None:
        purses = settling.lock(settling.concerned(found.orders, known))
        names = {key: kind.name for key, kind in self.prices.types.items()}
        entries = settling.settle(found.orders, known, purses, names)
        self.writer.write(cursor, found.orders, entries, purses.values(), known)

    def _count(self, found: Plan) -> None:
        before = self.done.failures
        renewed = self.done.add(found)
        RenewalRun.objects.filter(pk=self.run.pk).update(
            products=F("products") + renewed,
            orders=F("orders") + len(found.orders),
            failures=F("failures") + self.done.failures - before,
        )

    def _finish(self) -> None:
        """The last worker to find nothing closes the run; a later one finds it closed."""
        self.done.finished = True
        RenewalRun.objects.filter(pk=self.run.pk, finished_at=None).update(
            finished_at=timezone.now()
        )
