"""The rows of the long lists: what stands in each cell, by the name that the template gives it."""

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from access.web.cells import badge, home_url, number, quiet, short_date
from clients.models import ProductType
from clients.models.catalogue import in_words
from clients.reached import Reached

type Row = dict[str, object]


PRODUCT = (
    *("public_id", "name", "state", "renews_on", "auto_renewal"),
    *("product_type__name", "product_type__names"),
    *("product_type__category__name", "product_type__category__names"),
)
"""What a page of an organisation's products reads of each."""
CLIENT = (
    *("pk", "public_id", "client_name", "access", "payment_mode", "started_at"),
    "client__slug",
)
"""What a page of clients under management reads of each partnership."""


def _product(row: Any, kind: str, category: str) -> Row:
    """One product; `kind` is what its type is called."""
    return {
        "id": row.public_id,
        "name": row.name,
        "type": kind,
        "category": category,
        "state": badge(row.state),
        "renews_on": short_date(row.renews_on),
    }


def own_product(row: Any, manager: str | None) -> Row:
    """One product of an organisation, a row of `PRODUCT`, and the partner that manages it, if one
    does (L7)."""
    kind = in_words(row.product_type__name, row.product_type__names)
    category = in_words(row.product_type__category__name, row.product_type__category__names)
    return _product(row, kind, category) | {
        "auto_renewal": badge(row.auto_renewal, of="renewal"),
        "manager": manager or quiet(_("nobody")),
    }


def reached_product(row: Reached, kind: ProductType) -> Row:
    """One product of any client of a partner; `kind` is its type, with the category."""
    home = home_url(row.client_slug)
    cells = _product(row, str(kind), str(kind.category))
    return cells | {"home": home, "client": row.client_name}


def client(row: Any, reached: int) -> Row:
    """One client under management, a row of `CLIENT`, and how many of its products the partner
    reaches."""
    return {
        "id": row.public_id,
        "home": home_url(row.client__slug),
        "name": row.client_name,
        "access": badge(row.access, of="access"),
        "payment": badge(row.payment_mode, of="payment"),
        "reached": number(reached),
        "since": short_date(localdate(row.started_at)),
    }
