"""What the pages of orders read about an order, or a payer, that the actor may see."""

from collections.abc import Iterator

from django.db.models import Count, Prefetch, Window
from django.db.models.functions import RowNumber

from access.models import Organisation
from access.policy import Actor
from billing.models import Account, LineProduct, Order, OrderLine
from billing.services.quoting import methods_for
from billing.states import PaymentMethod
from clients.models import Product

NAMED = 8
"""How many products of a line are named."""


def lines_of(order: Order) -> Iterator[tuple[OrderLine, list[Product], int]]:
    """The lines of an order in their order, each with its first products and how many more there
    are. Two queries, however many products."""
    number = Window(RowNumber(), partition_by="line", order_by="pk")
    installed = LineProduct.objects.filter(line__order=order).annotate(number=number)
    installed = installed.filter(number__lte=NAMED).select_related("product").order_by("pk")
    lines = order.lines.select_related("product_type").order_by("position")
    lines = lines.annotate(installed=Count("line_products"))
    for line in lines.prefetch_related(Prefetch("line_products", queryset=installed)):
        products = [row.product for row in line.line_products.all()]
        yield line, products, line.installed - len(products)


def lines_in(order: Order) -> list[OrderLine]:
    """The lines of an order whose lines were fetched with it, for a list."""
    return list(order.lines.all())


def prepaid_of(by: Actor, payer: Organisation, currency: str) -> Account | None:
    """The payer's prepaid account, for who may pay with it (M9); None for everybody else, and
    where there is none yet."""
    if PaymentMethod.PREPAID not in methods_for(by, payer):
        return None
    return Account.objects.filter(organisation=payer, currency=currency).first()


def order_of(product: Product) -> Order | None:
    """The order that installed the product."""
    row = (
        LineProduct.objects.filter(product=product)
        .select_related("line__order")
        .order_by("starts_on", "pk")
        .first()
    )
    return row.line.order if row else None
