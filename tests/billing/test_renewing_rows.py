"""The rows that renewals write set-based are those that the verbs of orders, invoices and the
ledger write one by one (M6, M7, M8)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from access.models import Organisation
from billing.models import (
    Account,
    BillingProfile,
    Clawback,
    Entry,
    Invoice,
    InvoiceLine,
    Order,
    OrderLine,
    Payment,
    RenewalUnits,
)
from billing.renewals.calendar import next_renewal
from billing.renewals.copying import public_ids
from billing.renewals.facts import count_units
from billing.renewals.runs import open_run
from billing.rules import Tier, charge, work_out
from billing.services.invoicing import invoice_order
from billing.services.ledger import account_of, book, take_back
from billing.services.pricing import terms_for, units_paid
from billing.services.renewing import renew_due
from billing.states import EntryKind
from clients.models import Product
from tests.billing.test_renewing import make_due
from tests.world import World

KEYS = {
    *("id", "public_id", "invoice", "order_line", "entry", "created_at", "sequence", "number"),
    *("reference", "paid_at", "line", "account"),
}
CASES = {
    "the partner pays": ("hotel-bellevue", "alpine-web", 0, False),
    "the partner pays from its account": ("hotel-bellevue", "alpine-web", 100_000, False),
    "in EUR": ("atelier-vigne", "rhone-digital", 0, False),
    "the client pays": ("boulangerie-du-lac", "boulangerie-du-lac", 0, False),
    "the client pays from its account": (
        *("boulangerie-du-lac", "boulangerie-du-lac", 100_000, False),
    ),
    "a limited partner": ("clinique-belmont", "clinique-belmont", 100_000, False),
    "nobody manages": ("garage-nord", "garage-nord", 0, False),
    "collective": ("garage-nord", "garage-nord", 0, True),
}


def rows(model: Any, **which: Any) -> list[dict[str, Any]]:
    """The rows without keys and moments."""
    found = []
    for row in model.objects.filter(**which).order_by("pk"):
        fields = [field for field in row._meta.concrete_fields if field.name not in KEYS]
        values = {field.name: field.value_from_object(row) for field in fields}
        if "facts" in values:
            values["facts"] = {k: v for k, v in values["facts"].items() if k != "invoice"}
        found.append(values)
    return found


def written() -> dict[str, Any]:
    """All that is written about the invoices of renewals, and the balances."""
    return {
        "invoices": rows(Invoice),
        "invoice lines": rows(InvoiceLine),
        "payments": rows(Payment),
        "entries": rows(Entry),
        "to invoice": list(OrderLine.objects.order_by("pk").values_list("to_invoice", flat=True)),
        "balances": list(Account.objects.order_by("pk").values_list("balance", "last_number")),
    }


def money_on(owner: Organisation, amount: int) -> None:
    if amount:
        book(
            account=account_of(owner),
            kind=EntryKind.TOP_UP,
            amount=Decimal(amount),
            reason="top_up_transfer",
        )


@pytest.mark.parametrize("case", CASES)
def test_same_rows_as_one_by_one(world: World, case: str) -> None:
    slug, payer_slug, balance, collective = CASES[case]
    make_due(slug)
    payer = world.organisation(payer_slug)
    BillingProfile.objects.update_or_create(
        organisation=payer, defaults={"collective": collective, "language": "de"}
    )
    money_on(payer, balance)
    before = transaction.savepoint_create()
    renew_due()
    ours = written()
    orders = [(order, list(order.lines.all())) for order in Order.objects.filter(kind="renewal")]
    assert orders
    transaction.savepoint_rollback(before)
    for order, lines in sorted(orders, key=lambda pair: pair[0].pk):
        order.save(force_insert=True)
        for line in lines:
            line.to_invoice = False
        OrderLine.objects.bulk_create(lines)
        invoice_order(order=order)
    theirs = written()
    assert ours == theirs
    assert ours["invoices"] or collective


def test_lines_keep_to_the_pure_rules(world: World) -> None:
    """Every figure of a line comes from its terms, quantity and units (M1, M2)."""
    for slug in ("hotel-bellevue", "boulangerie-du-lac", "clinique-belmont"):
        make_due(slug)
        renew_due()
    for line in OrderLine.objects.filter(order__kind="renewal").select_related("order"):
        terms = terms_for(line.product_type, line.order.currency, line.period, line.starts_on)
        figures = work_out(terms, line.quantity, line.units)
        charged = charge(line.basis, line.gain, figures)
        assert (line.list_total, line.public_total) == (figures.list_total, figures.public)
        assert (line.after_rate, line.partner_total) == (figures.after_rate, figures.partner)
        assert (line.net, line.cashback, line.discount) == (
            charged.net,
            charged.cashback,
            charged.discount,
        )
        assert Tier(line.tier_units, line.tier_percent) == figures.tier
    assert {line.order.lines.count() for line in OrderLine.objects.all()}


def test_units_are_those_of_units_paid(world: World) -> None:
    """The run's count, in one statement for all, holds to `units_paid` (M2)."""
    day = timezone.localdate()
    Product.objects.update(renews_on=day, state="active", auto_renewal=True)
    run = open_run(day)
    for owner in Organisation.objects.all():
        types = Product.objects.values_list("product_type", flat=True)
        expected = units_paid(owner, set(types))
        counted = count_units([owner.pk])
        assert {kind: units for (_, kind), units in counted.items()} == expected
        kept = RenewalUnits.objects.filter(run=run, payer=owner)
        assert dict(kept.values_list("product_type", "units")) == expected


@pytest.mark.parametrize(
    ("started_on", "renews_on", "period", "expected"),
    [
        (date(2025, 1, 31), date(2026, 1, 31), "monthly", date(2026, 2, 28)),
        (date(2025, 1, 31), date(2026, 2, 28), "monthly", date(2026, 3, 31)),
        (date(2025, 1, 31), date(2026, 4, 30), "monthly", date(2026, 5, 31)),
        (date(2024, 2, 29), date(2025, 2, 28), "yearly", date(2026, 2, 28)),
        (date(2024, 2, 29), date(2023, 2, 28), "yearly", date(2024, 2, 29)),
        (date(2025, 1, 5), date(2026, 1, 20), "monthly", date(2026, 2, 20)),
        (None, date(2026, 1, 31), "monthly", date(2026, 2, 28)),
        (date(2025, 12, 31), date(2025, 12, 31), "monthly", date(2026, 1, 31)),
    ],
)
def test_next_renewal(
    world: World, started_on: date | None, renews_on: date, period: str, expected: date
) -> None:
    """Months are counted from the first day; the statement says the same as the function."""
    assert next_renewal(renews_on, period, started_on) == expected
    product = make_due("garage-nord")[0]
    Product.objects.update(auto_renewal=False)
    Product.objects.filter(pk=product.pk).update(
        auto_renewal=True, renews_on=renews_on, started_on=started_on, period=period
    )
    from billing.renewals.due import look

    (group,) = look([product.organisation_id], date(2027, 1, 1), 0)
    assert group.ends_on == expected


def test_what_is_owed_is_taken_from_cashback(world: World) -> None:
    """M6: cashback of a renewal pays first what is still to be taken back."""
    make_due("boulangerie-du-lac")
    money_on(world.organisation("boulangerie-du-lac"), 100_000)
    renew_due()
    partner = account_of(world.organisation("alpine-web"))
    cashback = Entry.objects.filter(account=partner, kind="cashback").first()
    assert cashback is not None
    book(
        account=partner,
        kind=EntryKind.PAY_OUT,
        amount=-Account.objects.get(pk=partner.pk).balance,
        reason="pay_out",
    )
    take_back(cashback=cashback, reason="cashback_back")
    assert Clawback.objects.get().taken == 0
    make_due("boulangerie-du-lac", timezone.localdate() - timedelta(days=1))
    renew_due()
    assert Clawback.objects.get().taken == cashback.amount
    partner.refresh_from_db()
    assert partner.balance == sum(
        Entry.objects.filter(account=partner).values_list("amount", flat=True)
    )


def test_public_ids_are_fair() -> None:
    found = public_ids(2000)
    assert len(set(found)) == 2000
    assert {len(one) for one in found} == {16}
    assert len(set("".join(found))) == 31
