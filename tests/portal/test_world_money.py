"""What the demonstration shows of money: the worked examples, and something of every kind (M1)."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from billing.models import Account, Invoice, Order, OrderLine, Rebill
from billing.services import rebilling
from portal import worlds
from tests.world import World


@pytest.fixture
def demo(live_world: World) -> None:
    call_command("flush", interactive=False, verbosity=0)
    worlds.load(worlds.read_file(worlds.DEMO))


def test_the_demo_shows_money(demo: None) -> None:
    """M1 at Hôtel Bellevue in CHF and at Atelier Vigne in EUR, to the cent; domain.md, 13."""
    for slug, figures in {
        "hotel-bellevue": ("CHF", "347.20", "277.76", "208.32", "260.40", "52.08"),
        "atelier-vigne": ("EUR", "201.25", "161.00", "120.75", "150.94", "30.19"),
    }.items():
        lines = OrderLine.objects.filter(order__organisation__slug=slug, quantity=35)
        assert lines.count() == 3
        line = lines.select_related("order").latest("pk")
        currency, *amounts = figures
        assert line.order.currency == currency
        assert [
            *(line.list_total, line.after_rate, line.net),
            *(line.public_total, line.discount),
        ] == [Decimal(amount) for amount in amounts]
        assert (line.order.payer_id, line.cashback) == (line.order.partner_id, 0)
    assert {"open", "paid"} <= set(Invoice.objects.values_list("state", flat=True))
    assert Order.objects.get(state="waiting").organisation.slug == "hotel-bellevue"
    alpine = Account.objects.get(organisation__slug="alpine-web")
    assert alpine.entries.filter(kind="cashback").exists()
    assert alpine.entries.filter(kind="payment").exists()
    assert alpine.balance == sum(entry.amount for entry in alpine.entries.all())
    assert not Order.objects.filter(lines__product_type__prices=None).exists()


def test_the_demo_shows_a_partner_that_bills_its_client(demo: None, live_world: World) -> None:
    """B12: Alpine Web bills Hôtel Bellevue 30 % more than its 208.32 (M1) for each month, one bill
    is paid, one open, and one month waits."""
    bills = list(Rebill.objects.order_by("sequence"))
    assert [(bill.state, bill.client.slug) for bill in bills] == [
        ("paid", "hotel-bellevue"),
        ("open", "hotel-bellevue"),
    ]
    for bill in bills:
        assert bill.number.startswith("AW-")
        line = bill.lines.get(quantity=35)
        assert (line.cost, line.unit_price, line.net) == (
            Decimal("208.32"),
            Decimal("7.7376"),
            Decimal("270.82"),
        )
    [waiting] = rebilling.to_bill(live_world.actor("lea", "alpine-web"))
    assert (waiting.client.slug, waiting.cost >= Decimal("208.32")) == ("hotel-bellevue", True)
