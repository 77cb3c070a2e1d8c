"""Unpaid invoices: three reminders, then suspension, each step once; paying resumes (M9)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.letters import write
from access.models import Act, OutgoingMail
from billing.models import Invoice, ProvisioningTask
from billing.services import paying
from billing.services.crediting import credit_order
from billing.services.reminding import remind_due
from billing.services.requests import new_key
from billing.states import InvoiceState, TaskAct
from clients.models import Product
from tests.billing.invoiced import clear_money, fill, install, invoice_of, overdue, today
from tests.racing import at_once
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


def events() -> list[str]:
    rows = OutgoingMail.objects.filter(kind__in=["billing.invoice_reminder",
                                                 "billing.invoice_suspended"])  # fmt: skip
    found = rows.order_by("pk").values_list("event", flat=True)
    return [event.split(":")[0].removeprefix("billing.invoice_") for event in found]


def states(invoice: Invoice) -> set[str]:
    rows = Product.objects.filter(line_products__line__invoice_lines__invoice=invoice)
    return set(rows.values_list("state", flat=True))


def to_the_end(invoice: Invoice) -> None:
    for days in (1, 10, 20, 30):
        remind_due(day=overdue(invoice, days))
    invoice.refresh_from_db()


def test_the_whole_way(world: World) -> None:
    invoice = invoice_of(world, quantity=2, with_products=True)
    assert remind_due(day=invoice.due_on) == []
    for days, expected in ((1, 1), (9, None), (10, 2), (19, None), (20, 3), (29, None), (30, 0)):
        steps = [step.number for step in remind_due(day=overdue(invoice, days))]
        assert steps == ([] if expected is None else [expected]), days
        assert remind_due(day=overdue(invoice, days)) == []
    assert events() == ["reminder_1", "reminder_2", "reminder_3", "suspended"]
    invoice.refresh_from_db()
    assert (invoice.reminders, invoice.next_reminder_on) == (3, None)
    assert invoice.suspended_at is not None
    assert states(invoice) == {"suspended"}
    assert ProvisioningTask.objects.filter(act=TaskAct.SUSPEND).count() == 2
    assert remind_due(day=overdue(invoice, 400)) == []


def test_paying_brings_them_back(world: World) -> None:
    invoice = invoice_of(world, with_products=True)
    to_the_end(invoice)
    fill(invoice.payer, "50")
    paying.pay_from_prepaid(
        key=new_key(), invoice=invoice, amount=invoice.total, by=world.actor("gina", "garage-nord")
    )
    assert states(invoice) == {"active"}
    assert ProvisioningTask.objects.filter(act=TaskAct.RESUME).count() == 1


def test_what_another_unpaid_invoice_holds_stays_suspended(world: World) -> None:
    first = invoice_of(world, with_products=True)
    second = invoice_of(world)
    line = second.lines.get().order_line
    product = Product.objects.get(line_products__line__invoice_lines__invoice=first)
    line.line_products.create(product=product, starts_on=line.ends_on)
    to_the_end(first)
    to_the_end(second)
    for invoice, expected in ((first, "suspended"), (second, "active")):
        paying.record_transfer(invoice=invoice, amount=invoice.total, received_on=today(), by=None)
        product.refresh_from_db()
        assert product.state == expected


def test_paid_and_credited_ones_are_left_alone(world: World) -> None:
    paid, credited = invoice_of(world, with_products=True), invoice_of(world)
    paying.record_transfer(invoice=paid, amount=paid.total, received_on=today(), by=None)
    credit_order(order=credited.lines.get().order_line.order, reason="No", by=None)
    assert remind_due(day=overdue(paid, 90)) == []
    assert states(paid) == {"active"}


def test_a_part_is_not_enough(world: World) -> None:
    invoice = invoice_of(world)
    paying.record_transfer(invoice=invoice, amount=Decimal(1), received_on=today(), by=None)
    assert [step.number for step in remind_due(day=overdue(invoice))] == [1]


def test_a_job_that_stood_still_does_not_hurry(world: World) -> None:
    invoice = invoice_of(world, with_products=True)
    late = overdue(invoice, 60)
    assert [step.number for step in remind_due(day=late)] == [1]
    assert remind_due(day=late + timedelta(days=8)) == []
    assert [step.number for step in remind_due(day=late + timedelta(days=9))] == [2]
    assert states(invoice) == {"active"}


def test_a_dry_run_does_nothing(world: World) -> None:
    invoice = invoice_of(world)
    (step,) = remind_due(day=overdue(invoice), dry_run=True)
    assert (step.invoice, step.number) == (invoice, 1)
    invoice.refresh_from_db()
    assert invoice.reminders == 0
    assert events() == []


def test_a_client_reads_that_its_products_are_suspended_and_no_figure(world: World) -> None:
    """M4, T12: its partner has not paid."""
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", partner_pays=True)
    install(invoice.lines.get().order_line.order, world.organisation("hotel-bellevue"), world)
    to_the_end(invoice)
    act = Act.objects.get(organisation__slug="hotel-bellevue", act="product.suspend")
    assert invoice.number not in str(act.after)
    mails = OutgoingMail.objects.filter(kind__startswith="billing.invoice")
    told = set(mails.values_list("address", flat=True))
    assert not any(address.endswith("hotel-bellevue.example") for address in told)
    mail = OutgoingMail.objects.get(kind="billing.products_suspended")
    assert mail.address == "hugo@hotel-bellevue.example"
    letter = write(mail.kind, mail.context, language="en", name="Hugo")
    assert letter is not None
    assert "Alpine Web" in letter.text
    assert invoice.number not in letter.text
    assert str(invoice.total) not in letter.text


@pytest.mark.parametrize("language", ["en", "de"])
def test_letters_are_true_when_they_leave(world: World, language: str) -> None:
    invoice = invoice_of(world)
    remind_due(day=overdue(invoice))
    mail = OutgoingMail.objects.filter(kind="billing.invoice_reminder").first()
    assert mail is not None

    def letter() -> Any:
        return write(mail.kind, mail.context, language=language, name="Gina")

    assert invoice.number in letter().text
    paying.record_transfer(invoice=invoice, amount=invoice.total, received_on=today(), by=None)
    assert letter() is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_letter_can_be_written(world: World, language: str) -> None:
    invoice = invoice_of(world, with_products=True)
    to_the_end(invoice)
    for mail in OutgoingMail.objects.filter(kind__startswith="billing.invoice"):
        text = write(mail.kind, mail.context, language=language, name="Gina")
        assert text is not None
        assert "/billing/" in text.text
    paying.record_transfer(invoice=invoice, amount=invoice.total, received_on=today(), by=None)
    credit_order(order=invoice.lines.get().order_line.order, reason="Goodwill", by=None)
    for kind in ("billing.invoice_paid", "billing.invoice_credited"):
        mail = OutgoingMail.objects.filter(kind=kind).first()
        assert mail is not None
        text = write(kind, mail.context, language=language, name="Gina")
        assert text is not None
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.CREDITED


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_remind_once(live_world: World) -> None:
    invoice = invoice_of(live_world)
    OutgoingMail.objects.all().delete()
    at_once(*[lambda: remind_due(day=overdue(invoice))] * 4)
    assert set(events()) == {"reminder_1"}
    invoice.refresh_from_db()
    assert invoice.reminders == 1


def test_the_command_tells_what_it_would_do(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    invoice = invoice_of(world)
    call_command("remind", date=str(overdue(invoice)), dry_run=True)
    told = capsys.readouterr().out
    assert f"{invoice.number}  Garage Nord  CHF 10.72" in told
    assert "reminder 1" in told
    for options in ({"date": "tomorrow"}, {"date": str(overdue(invoice))}):
        with pytest.raises(CommandError):
            call_command("remind", **options)
    call_command("remind")
    assert events() == []
