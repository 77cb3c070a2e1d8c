"""The exit sheet: what the partner managed, written down while its grants are still there (L6)."""

from django.db import connection
from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from access import grants
from clients.models import ExitLine, Partnership, Product
from clients.rules import Access, PaymentMode, ProductState
from clients.services.common import client_of

COLUMNS = (
    *("product_key", "product_name", "product_type_id", "state", "renews_on", "auto_renewal"),
    *("partnership_id", "next_manager_id", "next_payer_id"),
)


def keep_exit_sheet(partnership: Partnership) -> None:
    """Writes a line for each product that the partner manages (L7), with who pays it from now on.

    One statement in the database, however many products there are. The partnership is locked,
    and its grants are not yet taken back.
    """
    client = client_of(partnership)
    heir = grants.full_access_holder(client) if partnership.access == Access.LIMITED else None
    manager = heir.partner_id if heir else None
    by_partner = heir is not None and heir.payment_mode == PaymentMode.PARTNER
    lines = _managed(partnership).values_list(
        "public_id",
        "name",
        "product_type_id",
        "state",
        "renews_on",
        "auto_renewal",
        _key(partnership.pk),
        _key(manager),
        _key(manager if by_partner else client.pk),
    )
    select, values = lines.query.sql_with_params()
    quoted = ", ".join(connection.ops.quote_name(name) for name in COLUMNS)
    table = connection.ops.quote_name(ExitLine._meta.db_table)
    with connection.cursor() as cursor:
        # no text of a reader is in it: our own names, and a query of Django's with parameters
        cursor.execute(f"INSERT INTO {table} ({quoted}) {select}", values)


def _managed(partnership: Partnership) -> QuerySet[Product]:
    """The products that the partner manages at the end: those with a grant, or those of the whole
    organisation on which no other partner has one (L7)."""
    products = Product.objects.filter(organisation=client_of(partnership)).exclude(
        state=ProductState.ENDED
    )
    if partnership.access == Access.LIMITED:
        held = grants.granted_products(partnership)
        return products.filter(pk__in=held.order_by().values("pk")).order_by("name", "pk")
    held = grants.held_products([client_of(partnership)])
    return products.exclude(pk__in=held).order_by("name", "pk")


def _key(value: int | None) -> Combinable:
    return Cast(Value(value), output_field=BigIntegerField())
