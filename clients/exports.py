"""What leaves as CSV: fixed columns, streamed, dates as ISO 8601 (M11)."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.models import Product

CHUNK = 2000

PRODUCT_COLUMNS = (
    _("Product"),
    _("Product type"),
    _("Category"),
    _("State"),
    _("Period"),
    _("Since"),
    _("Next renewal"),
    _("Renews automatically"),
    _("Technical contact"),
)


def product_rows(products: QuerySet[Product]) -> Iterator[tuple[Any, ...]]:
    """One row for each product, under `PRODUCT_COLUMNS`, in the reader's language."""
    for product in products.iterator(CHUNK):
        yield (
            product.name,
            product.product_type,
            product.product_type.category,
            product.get_state_display(),
            product.get_period_display(),
            product.started_on,
            product.renews_on,
            _("yes") if product.auto_renewal else _("no"),
            product.technical_contact,
        )
