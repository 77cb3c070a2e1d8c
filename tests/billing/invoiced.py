"""Orders with their products, and invoices of them, for tests of what follows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from access.models import Organisation, OutgoingMail
from billing.models import Account, Entry, Invoice, LineProduct, Order, OrderLine
from billing.services.invoicing import invoice_order
from billing.services.ledger import account_of, book
from billing.states import EntryKind
from clients.models import Product
from tests.billing.making import make_order
from tests.world import World

PRICES = {"price", "fixedprice", "partnerrate", "tiertable", "volumetier", "vatrate"}


def _is_money(model: Any) -> bool:
    return not model._meta.proxy and model._meta.model_name not in PRICES


def clear_money(request: Any) -> None:
    """Takes what the demo world ordered and paid away from the test that asks for a world: its
    figures are the test's own. The price lists stay."""
    if not {"world", "live_world"} & set(request.fixturenames):
        return
    request.getfixturevalue("live_world" if "live_world" in request.fixturenames else "world")
    models = apps.get_app_config("billing").get_models()
    tables = [model._meta.db_table for model in models if _is_money(model)]
    with connection.cursor() as cursor:  # rows are protected one by one, not the table
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    OutgoingMail.objects.all().delete()


def order_of(
    world: World,
    client: str = "garage-nord",
    *,
    partner: str = "",
    partner_pays: bool = False,
    quantity: int = 1,
    with_products: bool = False,
    **options: Any,
) -> Order:
    """An order of web hostings at `client`, paid by it or by its partner."""
    owner = world.organisation(client)
    manager = world.partner(partner) if partner else None
    payer = manager.organisation if manager is not None and partner_pays else owner
    order = make_order(
        owner, payer, manager, world.product_type("web-hosting"), quantity, **options
    )
    if with_products:
        install(order, owner, world)
    return order


def install(order: Order, owner: Organisation, world: World) -> list[Product]:
    """An active product for each unit of the order's lines."""
    found = []
    for line in OrderLine.objects.filter(order=order):
        products = world.add_products(owner, line.quantity, name=f"Of {order.key} {{n}}")
        LineProduct.objects.bulk_create(
            LineProduct(line=line, product=product, starts_on=line.starts_on)
            for product in products
        )
        found += products
    return found


def invoice_of(world: World, client: str = "garage-nord", **options: Any) -> Invoice:
    invoice = invoice_order(order=order_of(world, client, **options))
    assert invoice is not None
    return invoice


def overdue(invoice: Invoice, days: int = 1) -> Any:
    """The day that is `days` after the due day."""
    return invoice.due_on + timedelta(days=days)


def fill(organisation: Organisation, amount: str) -> Account:
    """Money on the organisation's account."""
    account = account_of(organisation)
    book(
        account=account,
        kind=EntryKind.TOP_UP,
        amount=Decimal(amount),
        reason="top_up_transfer",
    )
    return balance_of(organisation)


def balance_of(organisation: Organisation) -> Account:
    return Account.objects.get(organisation=organisation, currency=organisation.currency)


def cashbacks(order: Order) -> list[Decimal]:
    """All entries of cashback for the order, counter-entries too."""
    rows = Entry.objects.filter(line__order=order, kind=EntryKind.CASHBACK).order_by("pk")
    return list(rows.values_list("amount", flat=True))


def today() -> Any:
    return timezone.localdate()
