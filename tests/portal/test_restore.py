"""A backup taken as docs/operations.md says, while the portal works, and restored (one test)."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from access import held_mail, mail
from access.errors import Refused
from access.mail import Recipient, queue_mail
from access.models import OutgoingMail
from billing.documents import invoices
from billing.models import Entry, Invoice, Order
from billing.services.ledger import account_of, book
from billing.states import EntryKind
from portal import embedded, verifying
from tests.billing.ordering import BAKERY, GARAGE, hostings, order
from tests.conftest import missing
from tests.world import World

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = (CHECKOUT / "docs" / "operations.md").read_text()
BUSY = 3
RESTORED = """
import json, sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
call_command("hold_mail")
call_command("verify")
from access.mail import send_due_mail
from access.models import OutgoingMail
from billing.models import Entry, Invoice, Order
said = {"sent": send_due_mail(), "held": OutgoingMail.objects.waiting().count()}
said |= {m.__name__: m.objects.count() for m in (Entry, Invoice, Order)}
print("said", json.dumps(said))
"""


def program(name: str) -> str:
    """PostgreSQL's program of the server's version: the one that the portal brings, or Debian's."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = str(int(cursor.fetchone()[0]) // 10000)
    folders = [Path("/usr/lib/postgresql") / major / "bin"]
    if (found := importlib.util.find_spec(embedded.WHEEL)) is not None:
        wheel = [Path(folder) for folder in found.submodule_search_locations or ()]
        folders = [folder / f"pginstall{major}" / "bin" for folder in wheel] + folders
    for folder in folders:
        if (folder / name).exists():
            return str(folder / name)
    return missing(f"{name} of PostgreSQL {major} is not installed.")  # type: ignore[return-value]


def documented(heading: str) -> str:
    """The commands under a heading of docs/operations.md."""
    part = DOCS.split(f"### {heading}\n")[1].split("\n#")[0]
    return "\n".join(line[4:] for line in part.splitlines() if line.startswith("    "))


def address_of(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def run(commands: str, folder: Path, **given: str) -> None:
    """Runs commands of the book in a shell, with programs of our own in front of the others."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("pg_dump", "pg_restore", "createdb"):
        if not (programs / name).exists():
            (programs / name).symlink_to(program(name))
    subprocess.run(  # noqa: S603 - what the book says
        ["/bin/sh", "-euc", commands],
        cwd=folder,
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"} | given,
        check=True,
    )


@pytest.fixture
def second() -> Iterator[str]:
    """The name of a database that is there no more afterwards."""
    name = f"{connection.settings_dict['NAME']}_restored"

    def drop() -> None:
        with psycopg.connect(address_of("postgres"), autocommit=True) as line:
            line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    drop()
    yield name
    drop()


class Load:
    """People who order, pay and are written to, until it is over."""

    def __init__(self, world: World) -> None:
        self.world, self.over, self.done = world, threading.Event(), 0
        self.problems: list[BaseException] = []
        self.threads = [threading.Thread(target=self._work, args=[n]) for n in range(BUSY)]

    def __enter__(self) -> Load:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def _work(self, number: int) -> None:
        try:
            while not self.over.is_set():
                with suppress(Refused):  # prices may have changed since they were read
                    self._once(number)
                self.done += 1
        except BaseException as problem:
            self.problems.append(problem)
        finally:
            connection.close()

    def _once(self, number: int) -> None:
        person, slug = [("gina", GARAGE), ("bruno", BAKERY), ("marc", "musee-du-jura")][number]
        book(
            account=account_of(self.world.organisation(slug)),
            kind=EntryKind.TOP_UP,
            amount=Decimal(100),
            reason="top_up_transfer",
        )
        method = "prepaid" if self.done % 2 else "transfer"
        order(self.world.actor(person, slug), hostings(self.world, 2), method=method)
        if number == 0:
            invoices.print_due(limit=1)


def check_restored(folder: Path, new: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the book says to do before the portal starts on the restored copy."""
    env = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
    env |= new | {"DEBUG": "true", "DATA_DIR": str(folder)}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", RESTORED],
        cwd=CHECKOUT,
        env=env | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db(transaction=True)
def test_a_backup_under_load_is_whole(
    live_world: World, settings: Any, tmp_path: Path, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dump and media taken while three people work; restored, migrated, verified; no mail of it
    leaves again."""
    settings.MEDIA_ROOT = media = tmp_path / "media"
    media.mkdir()
    monkeypatch.setattr(invoices, "render", lambda document: b"%PDF-1.7\n" * 999 + b"%%EOF")
    while invoices.print_due():
        pass
    given = {
        "DATABASE_URL": address_of(connection.settings_dict["NAME"]),
        "MEDIA_ROOT": str(media),
        "BACKUPS": str(tmp_path / "backups"),
        "SERVER": address_of("postgres"),
    }
    (tmp_path / "backups").mkdir()
    with Load(live_world) as load:
        while load.done < BUSY and not load.problems:
            load.over.wait(0.05)
        run(documented("Back up"), tmp_path, **given)
        at_backup = load.done
        while load.done < at_backup + BUSY and not load.problems:
            load.over.wait(0.05)
    assert load.problems == []

    new = {"DATABASE_URL": address_of(second), "MEDIA_ROOT": str(tmp_path / "new-media")}
    run(documented("Restore"), tmp_path, **(given | new | {"DATABASE": second}))
    answer = check_restored(tmp_path, new)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    assert "WRONG" not in answer.stdout
    said = json.loads(re.findall(r"^said (.*)$", answer.stdout, re.MULTILINE)[0])
    assert said["sent"] == 0
    assert said["held"] > 0
    assert 0 < said["Order"] < Order.objects.count()
    assert 0 < said["Entry"] < Entry.objects.count()
    assert 0 < said["Invoice"] < Invoice.objects.count()
    assert [found for found in verifying.verify() if found.number] == []


# ---- The checks can fail --------------------------------------------------------------------


def business(world: World) -> None:
    """One order from a prepaid account, and one by transfer."""
    garage = world.organisation(GARAGE)
    book(
        account=account_of(garage),
        kind=EntryKind.TOP_UP,
        amount=Decimal(500),
        reason="top_up_transfer",
    )
    for method in ("prepaid", "transfer"):
        order(world.actor("gina", GARAGE), hostings(world, 2), method=method)


def wrong() -> list[str]:
    # Inside a test's transaction the level can't be changed any more.
    return [name for name, check in verifying.checks().items() if list(check())]


SPOILT = {
    "a balance is the sum of its entries": "UPDATE billing_account SET balance = balance + 1",
    "entries follow each other": (
        "UPDATE billing_entry SET balance_after = balance_after + 1 WHERE number = 1"
    ),
    "numbers of invoices have no gaps": "UPDATE billing_invoicecounter SET last = last + 1",
    "an invoice is the sum of its lines and their VAT": (
        "UPDATE billing_invoiceline SET net = net + 1"
    ),
    "what is credited is what the credit notes say": (
        "UPDATE billing_invoice SET credited = 0.01 WHERE kind = 'invoice' AND paid = 0"
    ),
    "paid is what came less what went back": ("UPDATE billing_payment SET amount = amount + 1"),
    "an order is the sum of its lines": "UPDATE billing_order SET net = net + 1",
    "a placed line is charged once or waits for it": (
        "UPDATE billing_orderline SET to_invoice = NOT to_invoice"
    ),
    "names on partnerships are those of the organisations": (
        "UPDATE clients_partnership SET partner_name = 'Other'"
    ),
    "every mail that waits has its letter": "UPDATE access_outgoingmail SET kind = 'none'",
    "every number that is given out next is free": (
        "SELECT setval(pg_get_serial_sequence('billing_invoice', 'id'), 1)"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("check", SPOILT)
def test_a_spoilt_book_is_found(world: World, check: str, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    business(world)
    assert wrong() == []
    queue_mail(kind="access.x", key="x", to=[Recipient("a@b.example", "", "en")], context={})
    OutgoingMail.objects.filter(event="x").update(kind="access.member_invited")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger stops us
        cursor.execute(SPOILT[check])
    assert check in wrong()


@pytest.mark.django_db
def test_a_file_that_is_gone_or_cut_is_found(
    world: World, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(invoices, "render", lambda document: b"%PDF-1.7\n" * 999 + b"%%EOF")
    business(world)
    invoice = Invoice.objects.earliest("pk")
    assert invoices.print_one(invoice.pk)
    path = tmp_path / Invoice.objects.get(pk=invoice.pk).pdf.name
    assert wrong() == []
    path.write_bytes(path.read_bytes()[:500])
    assert wrong() == ["every kept PDF is there and whole"]
    path.unlink()
    found = verifying.Finding("files", 1, list(verifying._pdfs()))
    monkeypatch.setattr("portal.management.commands.verify.verify", lambda: [found])
    out = StringIO()
    with pytest.raises(CommandError, match="1 checks found"):
        call_command("verify", stdout=out)
    assert "is missing" in out.getvalue()


# ---- Mails of a restored copy ---------------------------------------------------------------


@pytest.mark.django_db
def test_held_mails_leave_only_when_they_had_not(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "wake", lambda: None)
    OutgoingMail.objects.all().delete()

    def queue(key: str) -> OutgoingMail:
        to = [Recipient("gina@garage-nord.example", "Gina", "en")]
        queue_mail(kind="access.member_invited", key=key, to=to, context={}, secrets={"a": "b"})
        return OutgoingMail.objects.get(event=key)

    left, stayed = queue("left before"), queue("did not")
    out = StringIO()
    call_command("hold_mail", stdout=out)
    assert out.getvalue().startswith("2 held")
    assert not OutgoingMail.objects.due(at=timezone.now()).exists()
    new = queue("written after it")
    assert list(OutgoingMail.objects.due(at=timezone.now())) == [new]
    log = tmp_path / "mail.log"
    log.write_text(f"postfix: message-id={left.message_id}\nmessage-id={new.message_id}\n")
    call_command("hold_mail", delivered=log, release=True, stdout=out)
    assert "1 had left before" in out.getvalue()
    assert "1 released" in out.getvalue()
    left.refresh_from_db()
    assert (left.state, left.secrets) == ("sent", {})
    assert {row.event for row in OutgoingMail.objects.due(at=timezone.now())} == {
        *("did not", "written after it"),
    }
    stayed.refresh_from_db()
    assert stayed.secrets == {"a": "b"}
    assert held_mail.hold() == 2
