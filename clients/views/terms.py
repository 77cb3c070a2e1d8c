"""What was asked, offered or given, in the words of the pages of both sides (L1, L3, T7)."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from clients.models import Category, Partnership, Product
from clients.rules import Access, PartnershipState, PaymentMode


@dataclass(frozen=True)
class Terms:
    """An access with its payer, as a reader sees it; `categories` were asked, `products` chosen."""

    access: str
    payment_mode: str
    payer: str
    categories: list[Category] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    ends_on: date | None = None

    @property
    def full(self) -> bool:
        return self.access == Access.FULL


def asked_terms(partnership: Partnership) -> Terms | None:
    """What the partner asked for; None where the client invited it (L1, L3)."""
    if not partnership.asked_access:
        return None
    mode = partnership.asked_payment_mode or PaymentMode.CLIENT
    categories = partnership.asked_categories.order_by("position", "name", "pk")
    return Terms(partnership.asked_access, mode, payer(partnership, mode), list(categories))


def offered_terms(partnership: Partnership) -> Terms | None:
    """What the client offers, while invited, or gives, while active. None where it gave nothing;
    of what has ended, only the kind of access."""
    if not partnership.access:
        return None
    mode = partnership.payment_mode
    return Terms(
        partnership.access,
        mode,
        payer(partnership, mode),
        products=list(_products(partnership)),
        ends_on=partnership.ends_on,
    )


def payer(partnership: Partnership, mode: str) -> str:
    """Who settles orders and renewals, by name."""
    if mode == PaymentMode.PARTNER:
        return partnership.partner_name
    return partnership.client_name or _("The client")


def _products(partnership: Partnership) -> QuerySet[Product]:
    if partnership.access == Access.FULL:
        found = Product.objects.none()
    elif partnership.state == PartnershipState.ACTIVE:
        found = Product.objects.reached_by(partnership).order_by("name", "pk")
    elif partnership.state == PartnershipState.INVITED:
        found = partnership.offered_products.order_by("name", "pk")
    else:
        found = Product.objects.none()
    return found.select_related("product_type__category")


@dataclass(frozen=True)
class Difference:
    """Where what was granted is not what was asked (T7)."""

    access: bool
    payer: bool
    missing: list[Category]
    unasked: list[Product]

    def __bool__(self) -> bool:
        return self.access or self.payer or bool(self.missing or self.unasked)


def difference(asked: Terms, granted: Terms) -> Difference:
    """The categories asked of which nothing was granted, the products granted unasked, and
    whether access or payer are others."""
    both_limited = not asked.full and not granted.full
    wanted = {category.pk for category in asked.categories}
    given = {product.product_type.category_id for product in granted.products}
    return Difference(
        access=asked.access != granted.access,
        payer=asked.payment_mode != granted.payment_mode,
        missing=[category for category in asked.categories if category.pk not in given]
        if both_limited
        else [],
        unasked=[
            product
            for product in granted.products
            if product.product_type.category_id not in wanted
        ]
        if both_limited
        else [],
    )
