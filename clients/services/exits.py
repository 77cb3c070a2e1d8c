"""The exit sheet: what the partner managed, written down while its grants are still there (L6)."""

from django.db.models import QuerySet

from access import grants
from clients.models import ExitLine, Partnership, Product
from clients.rules import Access, PaymentMode, ProductState
from clients.services.common import client_of

BATCH = 1000


def keep_exit_sheet(partnership: Partnership) -> None:
    """Writes a line for each product that the partner manages (L7), with who pays it from now on.

    The partnership is locked, and its grants are not yet taken back.
    """
    client = client_of(partnership)
    heir = grants.full_access_holder(client) if partnership.access == Access.LIMITED else None
    by_heir = heir is not None and heir.payment_mode == PaymentMode.PARTNER
    ExitLine.objects.bulk_create(
        (
            ExitLine(
                partnership=partnership,
                product_key=product.public_id,
                product_name=product.name,
                product_type_id=product.product_type_id,
                state=product.state,
                renews_on=product.renews_on,
                auto_renewal=product.auto_renewal,
                next_manager_id=heir.partner_id if heir else None,
                next_payer_id=heir.partner_id if heir and by_heir else client.pk,
            )
            for product in _managed(partnership)
        ),
        batch_size=BATCH,
    )


def _managed(partnership: Partnership) -> QuerySet[Product]:
    """The products that the partner manages at the end: those with a grant, or those of the whole
    organisation on which no other partner has one (L7)."""
    products = Product.objects.filter(organisation=client_of(partnership)).exclude(
        state=ProductState.ENDED
    )
    if partnership.access == Access.LIMITED:
        held = grants.granted_products(partnership)
        return products.filter(pk__in=held.order_by().values("pk")).order_by("name", "pk")
    held = grants.held_products(client_of(partnership))
    return products.exclude(pk__in=held).order_by("name", "pk")
