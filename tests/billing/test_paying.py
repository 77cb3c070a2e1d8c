"""Paying: prepaid and by transfer, whole or in part, once (M6, M9, T15, T18)."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404

from access.models import Act, OutgoingMail
from billing.errors import AlreadySettled, AmountWrong, NotEnoughBalance
from billing.models import Account, Entry, Invoice, Payment
from billing.services import paying
from billing.services.requests import new_key
from billing.states import EntryKind, InvoiceState
from tests.billing.invoiced import (
    balance_of,
    cashbacks,
    clear_money,
    fill,
    invoice_of,
    overdue,
    today,
)
from tests.racing import at_once, unlocked
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


TOTAL = Decimal("10.72")  # 9.92 and 8.1 % VAT


def kinds() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


def transfer(invoice: Invoice, amount: str, **options: Any) -> Payment:
    return paying.record_transfer(
        invoice=invoice, amount=Decimal(amount), received_on=today(), by=None, **options
    )


# ---- Prepaid --------------------------------------------------------------------------------


def test_a_part_and_then_the_rest(world: World) -> None:
    gina, garage = world.actor("gina", "garage-nord"), world.organisation("garage-nord")
    invoice = invoice_of(world)
    fill(garage, "20")
    payment = paying.pay_from_prepaid(key=new_key(), invoice=invoice, amount=Decimal("4"), by=gina)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.open_amount) == (InvoiceState.OPEN, Decimal("6.72"))
    assert payment.entry is not None
    assert payment.entry.amount == Decimal("-4")
    paying.pay_from_prepaid(key=new_key(), invoice=invoice, amount=Decimal("6.72"), by=gina)
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.PAID
    assert invoice.paid_at is not None
    assert balance_of(garage).balance == Decimal("9.28")
    assert "billing.invoice_paid" in kinds()
    acts = Act.objects.filter(act="invoice.pay", organisation=garage)
    assert {act.person for act in acts} == {gina.person}


@pytest.mark.parametrize("amount", ["0", "-1", "10.73", "1.001", "NaN", "Infinity"])
def test_a_wrong_amount_books_nothing(world: World, amount: str) -> None:
    invoice = invoice_of(world)
    fill(world.organisation("garage-nord"), "500")
    entries = Entry.objects.count()
    with pytest.raises(AmountWrong):
        paying.pay_from_prepaid(
            key=new_key(),
            invoice=invoice,
            amount=Decimal(amount),
            by=world.actor("gina", "garage-nord"),
        )
    assert Entry.objects.count() == entries
    assert not Payment.objects.exists()


def test_more_than_the_balance_books_nothing(world: World) -> None:
    invoice = invoice_of(world)
    account = fill(world.organisation("garage-nord"), "10.71")
    with pytest.raises(NotEnoughBalance) as refusal:
        paying.pay_from_prepaid(
            key=new_key(), invoice=invoice, amount=TOTAL, by=world.actor("gina", "garage-nord")
        )
    assert "10.71" in str(refusal.value)
    account.refresh_from_db()
    assert account.balance == Decimal("10.71")
    assert not Payment.objects.exists()


def test_a_paid_invoice_is_paid_once(world: World) -> None:
    invoice = invoice_of(world)
    transfer(invoice, "10.72")
    with pytest.raises(AlreadySettled):
        transfer(invoice, "10.72")
    fill(world.organisation("garage-nord"), "50")
    with pytest.raises(AlreadySettled):
        paying.pay_from_prepaid(
            key=new_key(), invoice=invoice, amount=TOTAL, by=world.actor("gina", "garage-nord")
        )


def test_the_partner_s_people_do_not_pay_a_client_s_invoice(world: World) -> None:
    """M4: they do not even see it."""
    invoice = invoice_of(world, "boulangerie-du-lac", partner="alpine-web")
    fill(world.organisation("boulangerie-du-lac"), "50")
    with pytest.raises(Http404):
        paying.pay_from_prepaid(
            key=new_key(),
            invoice=invoice,
            amount=TOTAL,
            by=world.actor("lea", "boulangerie-du-lac"),
        )
    with pytest.raises(AlreadySettled):
        paying.pay_from_prepaid(
            key=new_key(), invoice=invoice, amount=TOTAL, by=world.actor("lea", "alpine-web")
        )


def test_one_form_pays_a_part_once(world: World) -> None:
    """T18: who presses twice on a part has paid it once, and is told so twice."""
    invoice, gina = invoice_of(world), world.actor("gina", "garage-nord")
    fill(world.organisation("garage-nord"), "50")
    pay = {"invoice": invoice, "by": gina, "key": new_key()}
    first = paying.pay_from_prepaid(amount=Decimal("4.00"), **pay)
    assert paying.pay_from_prepaid(amount=Decimal("4.00"), **pay) == first
    assert Payment.objects.get() == first
    assert balance_of(world.organisation("garage-nord")).balance == Decimal("46.00")
    assert Act.objects.filter(act="invoice.pay").count() == 1


def test_one_form_pays_the_whole_once(world: World) -> None:
    invoice, gina = invoice_of(world), world.actor("gina", "garage-nord")
    fill(world.organisation("garage-nord"), "50")
    pay = {"invoice": invoice, "by": gina, "key": new_key()}
    first = paying.pay_from_prepaid(amount=TOTAL, **pay)
    assert paying.pay_from_prepaid(amount=TOTAL, **pay) == first


def test_a_form_that_has_paid_says_so_to_another_amount(world: World) -> None:
    """Going back and typing another part is no second press."""
    invoice, gina = invoice_of(world), world.actor("gina", "garage-nord")
    fill(world.organisation("garage-nord"), "50")
    pay = {"invoice": invoice, "by": gina, "key": new_key()}
    paying.pay_from_prepaid(amount=Decimal("4.00"), **pay)
    with pytest.raises(AlreadySettled, match=r"CHF 4\.00"):
        paying.pay_from_prepaid(amount=Decimal("5.00"), **pay)
    assert Payment.objects.count() == 1


def test_a_key_is_of_one_invoice(world: World) -> None:
    one, other, key = invoice_of(world), invoice_of(world), new_key()
    fill(world.organisation("garage-nord"), "50")
    gina = world.actor("gina", "garage-nord")
    for invoice in (one, other):
        paying.pay_from_prepaid(invoice=invoice, amount=TOTAL, by=gina, key=key)
    assert Payment.objects.count() == 2


# ---- By transfer ----------------------------------------------------------------------------


def test_too_little_leaves_it_open_and_too_much_is_kept(world: World) -> None:
    invoice, garage = invoice_of(world), world.organisation("garage-nord")
    transfer(invoice, "4.00")
    invoice.refresh_from_db()
    assert invoice.state == InvoiceState.OPEN
    transfer(invoice, "10.00", note="twice")
    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid) == (InvoiceState.PAID, TOTAL)
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [4, Decimal("6.72")]
    assert balance_of(garage).balance == Decimal("3.28")
    assert Entry.objects.get(account__organisation=garage).reason == "overpaid"


def test_money_of_a_day_to_come_is_refused(world: World) -> None:
    invoice = invoice_of(world)
    with pytest.raises(AmountWrong):
        paying.record_transfer(invoice=invoice, amount=TOTAL, received_on=overdue(invoice), by=None)


def test_an_invoice_of_nothing_is_settled_at_once(world: World) -> None:
    from billing.rules import Terms

    terms = Terms(Decimal("8.00"), Decimal(0), fixed=Decimal("0.00"))
    invoice = invoice_of(
        world, "hotel-bellevue", partner="alpine-web", partner_pays=True, terms=terms
    )
    invoice.refresh_from_db()
    assert (invoice.total, invoice.state) == (0, InvoiceState.PAID)


# ---- Cashback -------------------------------------------------------------------------------


def test_cashback_comes_when_all_is_paid(world: World) -> None:
    """M6: 52.08, when nothing is open any more."""
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", quantity=35)
    order = invoice.lines.get().order_line.order
    transfer(invoice, "281.48")
    assert cashbacks(order) == []
    transfer(invoice, "0.01")
    assert cashbacks(order) == [Decimal("52.08")]
    entry = Entry.objects.get(kind=EntryKind.CASHBACK)
    assert entry.account.organisation.slug == "alpine-web"
    assert entry.invoice is None
    assert entry.facts["client"] == "Hôtel Bellevue"


def test_a_discount_brings_no_cashback(world: World) -> None:
    """T17."""
    invoice = invoice_of(
        world, "hotel-bellevue", partner="alpine-web", partner_pays=True, quantity=35
    )
    transfer(invoice, str(invoice.total))
    assert not Entry.objects.filter(kind=EntryKind.CASHBACK).exists()


# ---- At once --------------------------------------------------------------------------------


def _two_invoices(world: World) -> list[Invoice]:
    found = [invoice_of(world), invoice_of(world)]
    fill(world.organisation("garage-nord"), "15")
    return found


def _pay(world: World, invoice: Invoice) -> Any:
    actor = world.actor("gina", "garage-nord")
    return lambda: paying.pay_from_prepaid(key=new_key(), invoice=invoice, amount=TOTAL, by=actor)


@pytest.mark.django_db(transaction=True)
def test_the_balance_is_spent_once(live_world: World) -> None:
    """T18: two invoices, money for one."""
    calls = [_pay(live_world, invoice) for invoice in _two_invoices(live_world)]
    assert at_once(*calls) == {"done": 1, "NotEnoughBalance": 1}
    assert Account.objects.get(organisation__slug="garage-nord").balance == Decimal("4.28")


@pytest.mark.django_db(transaction=True)
def test_control_without_locks_the_database_stops_it(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock both see the money: only unique numbers of entries are left to stop it."""
    slow, quick = _two_invoices(live_world)
    outcomes = unlocked(
        monkeypatch,
        _pay(live_world, slow),
        _pay(live_world, quick),
        at="billing.services.ledger._add",
    )
    assert outcomes[0] not in ("done", "NotEnoughBalance")


@pytest.mark.django_db(transaction=True)
def test_one_invoice_is_paid_once_by_four(live_world: World) -> None:
    """T15: and brings its cashback once."""
    invoice = invoice_of(live_world, "hotel-bellevue", partner="alpine-web", quantity=35)
    order = invoice.lines.get().order_line.order
    results = at_once(*[lambda: transfer(invoice, "281.49")] * 4)
    assert results == {"done": 1, "AlreadySettled": 3}
    assert cashbacks(order) == [Decimal("52.08")]
