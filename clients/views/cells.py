"""The rows of the long lists: what stands in each cell, by the name that the template gives it."""

from typing import Any

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from access.web.cells import badge, home_url, number, quiet, short_date
from clients.models import Partnership, Product, ProductType
from clients.reached import Reached

type Row = dict[str, object]


def product(row: Product | Reached, kind: ProductType) -> Row:
    """One product; `kind` is its type, with the category."""
    return {
        "id": row.public_id,
        "name": row.name,
        "type": str(kind),
        "category": str(kind.category),
        "state": badge(row.state),
        "renews_on": short_date(row.renews_on),
    }


def own_product(row: Product, manager: str | None) -> Row:
    """One product of an organisation, and the partner that manages it, if one does (L7)."""
    return product(row, row.product_type) | {
        "auto_renewal": badge(row.auto_renewal, of="renewal"),
        "manager": manager or quiet(_("nobody")),
    }


def reached_product(row: Reached, kind: ProductType) -> Row:
    """One product of any client of a partner."""
    home = home_url(row.client_slug)
    return product(row, kind) | {"home": home, "client": row.client_name}


def client(row: Any) -> Row:
    """One client under management: an active `Partnership` with its number of products."""
    partnership: Partnership = row
    return {
        "id": partnership.public_id,
        "home": home_url(partnership.client.slug),
        "name": partnership.client_name,
        "access": badge(partnership.access, of="access"),
        "payment": badge(partnership.payment_mode, of="payment"),
        "reached": number(row.reached),
        "since": short_date(localdate(partnership.started_at)),
    }
