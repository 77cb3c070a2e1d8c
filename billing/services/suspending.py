"""What unpaid and credited invoices do to products (M9, C3). Nothing is ever deleted."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from billing.models import Invoice, InvoiceLine, LineProduct
from billing.provisioning import queue_tasks
from billing.states import InvoiceState, TaskAct
from clients.models import Product
from clients.rules import ProductState

RUNNING = (ProductState.ORDERED, ProductState.ACTIVE, ProductState.SUSPENDED)


def products_of(invoice: Invoice) -> QuerySet[Product]:
    """The products that the invoice charges for, by primary key: those of its lines that are not
    credited."""
    credited = InvoiceLine.objects.filter(order_line=OuterRef("line"), credits=True)
    lines = LineProduct.objects.filter(
        ~Exists(credited), line__invoice_lines__invoice=invoice, line__invoice_lines__credits=False
    )
    return Product.objects.filter(pk__in=lines.values("product")).order_by("pk")


def locked(products: QuerySet[Product]) -> list[Product]:
    return list(products.select_for_update(of=("self",), no_key=True))


def lock_suspended(invoice: Invoice) -> None:
    """Before the accounts: products are locked before them, by everybody."""
    if invoice.suspended_at is not None:
        locked(products_of(invoice))


def suspend(invoice: Invoice) -> list[Product]:
    """Suspends what runs of a locked invoice's products; answers them (M9)."""
    found = locked(products_of(invoice).filter(state=ProductState.ACTIVE))
    _set(found, ProductState.SUSPENDED, TaskAct.SUSPEND, f"invoice-{invoice.pk}-suspend")
    return found


def resume_paid(invoice: Invoice) -> list[Product]:
    """What was suspended for this invoice runs again, unless another unpaid invoice holds it."""
    if invoice.suspended_at is None:
        return []
    others = LineProduct.objects.filter(
        product=OuterRef("pk"),
        line__invoice_lines__invoice__state=InvoiceState.OPEN,
        line__invoice_lines__invoice__suspended_at__isnull=False,
        line__invoice_lines__credits=False,
    ).exclude(line__invoice_lines__invoice=invoice)
    rows = products_of(invoice).filter(~Exists(others), state=ProductState.SUSPENDED)
    found = locked(rows)
    _set(found, ProductState.ACTIVE, TaskAct.RESUME, f"invoice-{invoice.pk}-resume")
    return found


def lock_of_lines(lines: Collection[int]) -> list[Product]:
    """The products of order lines (primary keys) that run, locked: before accounts and counter."""
    rows = LineProduct.objects.filter(line__in=lines).values("product")
    return locked(Product.objects.filter(pk__in=rows, state__in=RUNNING).order_by("pk"))


def cancel_credited(lines: Collection[int], key: str) -> list[Product]:
    """Cancels the products of order lines (primary keys) that were refunded (C3)."""
    found = lock_of_lines(lines)
    _set(found, ProductState.CANCELLED, TaskAct.CANCEL, key)
    return found


def _set(products: list[Product], state: ProductState, act: TaskAct, key: str) -> None:
    Product.objects.filter(pk__in=[product.pk for product in products]).update(state=state)
    queue_tasks([(product, f"{key}-{product.pk}") for product in products], act)
