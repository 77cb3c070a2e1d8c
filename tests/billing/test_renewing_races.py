"""Renewals with many workers, a killed one, and a partnership that ends meanwhile (T15, T16).

The workers are real processes on the test's PostgreSQL.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from access.models import Organisation
from billing.models import (
    Entry,
    Invoice,
    InvoiceCounter,
    LineProduct,
    Order,
    OrderLine,
    ProvisioningTask,
    RenewalRun,
)
from billing.renewals import runs
from billing.services.renewing import renew_due
from clients.models import Partnership, Product
from clients.rules import PaymentMode, Side
from clients.services import end_partnership
from tests.racing import at_once
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[2]
CLIENTS = 12


def all_due(world: World) -> int:
    """Twelve clients with two products each that are due; the partner pays for all of them."""
    world.add_clients(world.partner("alpine-web"), CLIENTS, payment_mode=PaymentMode.PARTNER)
    Partnership.objects.filter(client__slug__startswith="client-").update(
        payment_confirmed_at=timezone.now()
    )
    Product.objects.update(auto_renewal=False)
    rows = Product.objects.filter(organisation__slug__startswith="client-")
    return rows.update(auto_renewal=True, renews_on=timezone.localdate(), started_on=None)


def process(pause: float, size: int) -> "subprocess.Popen[str]":
    server = urlsplit(os.environ["DATABASE_URL"])
    address = urlunsplit(server._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "tests.billing.renew_once", str(pause), str(size)],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": address},
        stdout=subprocess.PIPE,
        text=True,
    )


def check_once(number: int) -> None:
    """Each of `number` products is renewed once, and nothing is left over or doubled."""
    assert LineProduct.objects.count() == number
    assert ProvisioningTask.objects.filter(act="renew").count() == number
    assert sum(OrderLine.objects.values_list("quantity", flat=True)) == number
    due = Product.objects.filter(auto_renewal=True, renews_on__lte=timezone.localdate())
    assert not due.exists()
    sequences = list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))
    assert InvoiceCounter.objects.get().last == len(sequences)
    assert not RenewalRun.objects.filter(finished_at=None).exists()


def fresh() -> None:
    """Documents of the demo world are not what these tests count."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE billing_order, billing_orderline, billing_lineproduct, billing_invoice,"
            " billing_invoiceline, billing_invoicecounter, billing_provisioningtask CASCADE"
        )


def test_three_workers_renew_once(live_world: World) -> None:
    """T15: two schedulers, three workers, one order of each thing."""
    fresh()
    number = all_due(live_world)
    workers = [process(0.2, 4) for _ in range(3)]
    told = [worker.communicate(timeout=60)[0].splitlines()[-1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sum(int(line.split()[0]) for line in told) == number
    check_once(number)
    assert Order.objects.count() == CLIENTS


def test_control_without_locks_renews_twice_or_breaks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock on clients and products two workers make the same lines: only the
    database's last line of defence stops the second (T15)."""
    fresh()
    number = all_due(live_world)
    monkeypatch.setattr(runs, "lock_clients", lambda cursor, clients, wait: list(clients))
    from billing.renewals import sql

    monkeypatch.setattr(sql, "FILL", sql.FILL.replace("FOR NO KEY UPDATE OF p", ""))
    keep = runs.Worker._carry_out

    def late(worker: runs.Worker, *args: object) -> None:
        time.sleep(0.5)
        keep(worker, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(runs.Worker, "_carry_out", late)
    # What breaks is not begun again with fewer clients, which would find it done.
    monkeypatch.setattr(runs.jobs, "together", lambda clients, verb, refused: verb(clients))
    found = at_once(*[lambda: renew_due()] * 3)
    assert found["IntegrityError"] >= 1
    assert LineProduct.objects.count() <= number


def test_a_killed_run_goes_on(live_world: World) -> None:
    """kill -9 in the middle: what was not committed is done by the next, with the same units."""
    fresh()
    number = all_due(live_world)
    worker = process(0.4, 4)
    give_up = time.monotonic() + 30
    while LineProduct.objects.count() == 0 and time.monotonic() < give_up:
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate(timeout=10)
    begun = LineProduct.objects.count()
    assert 0 < begun < number
    run = RenewalRun.objects.get()
    assert run.finished_at is None
    done = renew_due(again=False)
    assert done.products == number - begun
    check_once(number)
    assert RenewalRun.objects.get() == run
    assert len({(line.payer_id, line.units) for line in OrderLine.objects.all()}) == 1


def test_a_term_has_one_line(world: World) -> None:
    """The last line of defence (T15)."""
    renewed = LineProduct.objects.first()
    if renewed is None:
        Product.objects.update(renews_on=timezone.localdate(), auto_renewal=True)
        renew_due()
        renewed = LineProduct.objects.first()
    assert renewed is not None
    with pytest.raises(IntegrityError):
        LineProduct.objects.create(
            line=renewed.line, product=renewed.product, starts_on=renewed.starts_on
        )


@pytest.mark.parametrize("first", ["end", "renewal"])
def test_end_and_renewal(live_world: World, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """T16: whichever comes first, the other one sees it: the payer is the one of that moment."""
    world = live_world
    fresh()
    Product.objects.update(auto_renewal=False)
    Product.objects.filter(organisation__slug="hotel-bellevue", state="active").update(
        auto_renewal=True, renews_on=timezone.localdate(), started_on=None
    )
    partnership = world.partnership("hotel-bellevue", "alpine-web")
    lea = world.actor("lea", "alpine-web")

    def end() -> None:
        end_partnership(partnership=partnership, side=Side.PARTNER, by=lea)

    def renew() -> None:
        renew_due()

    found = {"end": [end, renew], "renewal": [renew, end]}[first]
    for call in found:
        call()
    _check_side(world, by_partner=first == "renewal")


def test_end_and_renewal_at_once(live_world: World) -> None:
    """T16: at the same moment exactly one order of things, and money that fits it."""
    world = live_world
    fresh()
    Product.objects.update(auto_renewal=False)
    Product.objects.filter(organisation__slug="hotel-bellevue", state="active").update(
        auto_renewal=True, renews_on=timezone.localdate(), started_on=None
    )
    partnership = world.partnership("hotel-bellevue", "alpine-web")
    lea = world.actor("lea", "alpine-web")
    outcomes = at_once(
        lambda: end_partnership(partnership=partnership, side=Side.PARTNER, by=lea),
        lambda: renew_due(),
        lambda: renew_due(),
    )
    assert outcomes == {"done": 3}
    payers = set(Order.objects.values_list("payer__slug", flat=True))
    assert payers in ({"alpine-web"}, {"hotel-bellevue"})
    _check_side(world, by_partner=payers == {"alpine-web"})


def _check_side(world: World, *, by_partner: bool) -> None:
    """All lines have the payer, the price and the gain of one and the same moment."""
    alpine: Organisation = world.organisation("alpine-web")
    for order in Order.objects.all():
        assert (order.payer == alpine) == by_partner
        assert (order.partner_id == alpine.pk) == by_partner
        assert (order.discount > 0) == by_partner
        assert order.cashback == 0
    for line in OrderLine.objects.all():
        assert line.rule == ("full-partner-partner" if by_partner else "none-client")
        assert line.units >= line.quantity
    assert not Entry.objects.filter(line__isnull=False).exists()


def test_control_end_inside_an_unlocked_renewal(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock on the client, the partnership ends between the look and the writing, and
    the partner is charged for a client that it has no more (T16)."""
    world = live_world
    fresh()
    Product.objects.update(auto_renewal=False)
    Product.objects.filter(organisation__slug="hotel-bellevue", state="active").update(
        auto_renewal=True, renews_on=timezone.localdate(), started_on=None
    )
    partnership = world.partnership("hotel-bellevue", "alpine-web")
    lea = world.actor("lea", "alpine-web")
    monkeypatch.setattr(runs, "lock_clients", lambda cursor, clients, wait: list(clients))
    keep = runs.Worker._carry_out

    def late(worker: runs.Worker, *args: object) -> None:
        outcome = at_once(
            lambda: end_partnership(partnership=partnership, side=Side.PARTNER, by=lea)
        )
        assert outcome == {"done": 1}
        keep(worker, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(runs.Worker, "_carry_out", late)
    renew_due()
    partnership.refresh_from_db()
    assert partnership.state == "ended"
    assert Order.objects.filter(payer=world.organisation("alpine-web")).exists()
