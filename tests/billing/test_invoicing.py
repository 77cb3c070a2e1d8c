"""Invoices: one per payer and order, numbered without gaps, frozen (M4, M7, M8)."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.models import OutgoingMail
from billing.errors import NotEnoughBalance
from billing.models import BillingProfile, Invoice, InvoiceCounter, InvoiceLine, OrderLine
from billing.services import invoicing
from billing.services.issuing import short
from billing.states import InvoiceState, PaymentMethod
from tests.billing.invoiced import balance_of, cashbacks, clear_money, fill, invoice_of, order_of
from tests.billing.making import make_order
from tests.racing import at_once, unlocked
from tests.world import World


@pytest.fixture(autouse=True)
def _no_money(request: pytest.FixtureRequest) -> None:
    clear_money(request)


RATE = Decimal("8.10")


def collective(world: World, slug: str, **fields: Any) -> None:
    BillingProfile.objects.update_or_create(
        organisation=world.organisation(slug), defaults={"collective": True, **fields}
    )


# ---- One document ---------------------------------------------------------------------------


def test_an_order_gets_its_invoice(world: World) -> None:
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", quantity=35)
    line = invoice.lines.get()
    assert (line.quantity, line.unit_price, line.net) == (35, Decimal("9.92"), Decimal("260.40"))
    assert (invoice.net, invoice.vat, invoice.total) == (
        Decimal("260.40"),
        Decimal("21.09"),
        Decimal("281.49"),
    )
    assert line.vat_percent == RATE
    assert invoice.payer.slug == "hotel-bellevue"
    assert invoice.state == InvoiceState.OPEN
    assert invoice.due_on == invoice.issued_on + datetime.timedelta(days=30)
    assert invoice.number == f"{invoice.year}-{invoice.sequence:06}"
    assert len(invoice.reference) == 27
    assert invoice.seller["name"]
    assert invoice.seller["iban"]
    assert invoice.buyer["name"] == "Hôtel Bellevue"


def test_the_partner_s_invoice_names_the_client_and_the_steps(world: World) -> None:
    """The worked example of M1, charged to the partner."""
    invoice = invoice_of(
        world, "hotel-bellevue", partner="alpine-web", partner_pays=True, quantity=35
    )
    line = invoice.lines.get()
    assert line.net == Decimal("208.32")
    assert invoice.payer.slug == "alpine-web"
    where, *steps = line.detail.split("\n")
    assert "Hôtel Bellevue" in where
    assert len(steps) == 2
    assert "20" in steps[0]
    assert "25" in steps[1]
    assert "30" in steps[1]


def test_in_euros_and_abroad_without_vat(world: World) -> None:
    invoice = invoice_of(
        world, "atelier-vigne", partner="rhone-digital", partner_pays=True, quantity=35
    )
    assert (invoice.currency, invoice.net, invoice.vat) == ("EUR", Decimal("120.75"), 0)
    assert invoice.vat_category in ("AE", "G")


def test_words_are_in_the_payer_s_language(world: World) -> None:
    """The profile's language, else the legal representative's."""
    gina = world.person("gina")
    gina.language = "de"
    gina.save()
    assert invoice_of(world).language == "de"
    collective(world, "garage-nord", collective=False, language="it")
    assert invoice_of(world).language == "it"


def test_percent_in_words() -> None:
    assert [short(Decimal(text)) for text in ("20.00", "12.50", "8.10", "100", "0.00")] == [
        "20", "12.5", "8.1", "100", "0",
    ]  # fmt: skip


def test_a_second_call_answers_the_same_invoice(world: World) -> None:
    order = order_of(world)
    assert invoicing.invoice_order(order=order) == invoicing.invoice_order(order=order)
    assert Invoice.objects.count() == 1


def test_an_issued_invoice_never_changes(world: World) -> None:
    """M8, in the database itself."""
    invoice = invoice_of(world)
    for change in (
        {"total": 1},
        {"net": 1},
        {"number": "X"},
        {"buyer": {}},
        {"due_on": "2030-1-1"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        InvoiceLine.objects.filter(invoice=invoice).update(net=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).delete()


def test_the_parties_stay_as_they_were(world: World, settings: Any) -> None:
    invoice = invoice_of(world)
    settings.VENDOR_NAME = "Renamed"
    payer = invoice.payer
    payer.name = "Renamed too"
    payer.save()
    invoice.refresh_from_db()
    assert "Renamed" not in (invoice.seller["name"], invoice.buyer["name"])


def test_a_day_may_be_given(world: World) -> None:
    invoice = invoicing.invoice_order(order=order_of(world), day=datetime.date(2025, 3, 4))
    assert invoice is not None
    assert (invoice.year, invoice.number) == (2025, "2025-000001")


def test_only_the_payer_s_accounting_people_are_told(world: World) -> None:
    """T12: the client reads nothing of what its partner pays."""
    collective(world, "alpine-web", collective=False, email="bills@alpineweb.example")
    invoice = invoice_of(world, "hotel-bellevue", partner="alpine-web", partner_pays=True)
    mails = OutgoingMail.objects.filter(kind="billing.invoice_issued")
    told = set(mails.values_list("address", flat=True))
    assert "lea@alpineweb.example" in told
    assert "bills@alpineweb.example" in told
    assert not any(address.endswith("hotel-bellevue.example") for address in told)
    assert {mail.context["number"] for mail in mails} == {invoice.number}


# ---- Prepaid --------------------------------------------------------------------------------


def test_a_prepaid_order_is_paid_at_once(world: World) -> None:
    """M6, M9: and its partner gets the cashback at once."""
    hotel = world.organisation("hotel-bellevue")
    fill(hotel, "300")
    order = order_of(
        world, "hotel-bellevue", partner="alpine-web", quantity=35, method=PaymentMethod.PREPAID
    )
    invoice = invoicing.invoice_order(order=order)
    assert invoice is not None
    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid) == (InvoiceState.PAID, Decimal("281.49"))
    assert invoice.reference == ""
    assert balance_of(hotel).balance == Decimal("18.51")
    assert cashbacks(order) == [Decimal("52.08")]
    assert balance_of(world.organisation("alpine-web")).balance == Decimal("52.08")
    kinds = set(OutgoingMail.objects.values_list("kind", flat=True))
    assert "billing.invoice_issued" in kinds
    assert "billing.invoice_paid" not in kinds


def test_too_little_on_the_account_takes_everything_back(world: World) -> None:
    fill(world.organisation("garage-nord"), "5")
    order = order_of(world, method=PaymentMethod.PREPAID)
    with pytest.raises(NotEnoughBalance), transaction.atomic():
        invoicing.invoice_order(order=order)
    assert not Invoice.objects.exists()
    assert not InvoiceCounter.objects.filter(last__gt=0).exists()


# ---- Once a month ---------------------------------------------------------------------------

JANUARY, FEBRUARY = datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)


def test_a_collective_invoice_has_all_of_the_month(world: World) -> None:
    collective(world, "alpine-web")
    for client, day in (("hotel-bellevue", 3), ("boulangerie-du-lac", 31)):
        order = order_of(world, client, partner="alpine-web", partner_pays=True, quantity=35,
                         placed_on=JANUARY.replace(day=day))  # fmt: skip
        assert invoicing.invoice_order(order=order) is None
    later = order_of(world, "hotel-bellevue", partner="alpine-web", partner_pays=True,
                     placed_on=FEBRUARY)  # fmt: skip
    assert invoicing.invoice_order(order=later) is None
    alpine = world.organisation("alpine-web")
    assert invoicing.payers_to_invoice(JANUARY) == []
    assert invoicing.payers_to_invoice(FEBRUARY) == [alpine]
    invoice = invoicing.issue_collective(payer=alpine, month_first_day=JANUARY, day=FEBRUARY)
    assert invoice is not None
    assert invoice.lines.count() == 2
    assert invoice.net == Decimal("416.64")
    assert (invoice.period_from, invoice.period_until) == (JANUARY, datetime.date(2026, 1, 31))
    assert invoicing.issue_collective(payer=alpine, month_first_day=JANUARY) is None
    assert OrderLine.objects.filter(to_invoice=True).count() == 1


def test_prepaid_orders_wait_for_no_month(world: World) -> None:
    collective(world, "garage-nord")
    fill(world.organisation("garage-nord"), "50")
    assert invoicing.invoice_order(order=order_of(world, method=PaymentMethod.PREPAID)) is not None


# ---- Numbers --------------------------------------------------------------------------------


def test_numbers_have_no_gaps_where_an_order_fails(world: World) -> None:
    first = invoice_of(world)
    with pytest.raises(NotEnoughBalance), transaction.atomic():
        invoicing.invoice_order(order=order_of(world, method=PaymentMethod.PREPAID))
    assert invoice_of(world).sequence == first.sequence + 1


def _orders(world: World, count: int) -> list[Any]:
    owner, kind = world.organisation("garage-nord"), world.product_type("web-hosting")
    return [make_order(owner, owner, None, kind) for _ in range(count)]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_no_gap(live_world: World) -> None:
    """M8: also where some of them are rolled back."""
    calls = [
        lambda order=order: invoicing.invoice_order(order=order)
        for order in _orders(live_world, 16)
    ]
    broke = make_order(
        live_world.organisation("garage-nord"), live_world.organisation("garage-nord"), None,
        live_world.product_type("web-hosting"), method=PaymentMethod.PREPAID,
    )  # fmt: skip
    calls += [lambda: invoicing.invoice_order(order=broke)] * 4
    results = at_once(*calls)
    assert results == {"done": 16, "NotEnoughBalance": 4}
    sequences = sorted(Invoice.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 17))


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_numbers_collide(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = _orders(live_world, 2)
    invoicing.invoice_order(order=_orders(live_world, 1)[0])  # the counter is there
    outcomes = unlocked(
        monkeypatch,
        lambda: invoicing.invoice_order(order=slow),
        lambda: invoicing.invoice_order(order=quick),
        at="billing.services.issuing.advance",
    )
    assert outcomes.count("done") == 1


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_issue_one_collective_invoice(live_world: World) -> None:
    collective(live_world, "garage-nord")
    order = order_of(live_world, placed_on=JANUARY)
    invoicing.invoice_order(order=order)
    payer = live_world.organisation("garage-nord")
    at_once(*[lambda: invoicing.issue_collective(payer=payer, month_first_day=JANUARY)] * 4)
    assert Invoice.objects.count() == 1
    assert timezone.localdate() >= Invoice.objects.get().issued_on
