"""Staff read orders with every figure that made them; nothing is changed here (M7)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from access.admin.base import LookOnlyAdmin, LookOnlyInline
from billing.models import Order, OrderLine


class OrderLineInline(LookOnlyInline):
    model = OrderLine
    fields = (
        "product_type", "quantity", "period", "units", "price", "list_total", "tier_percent",
        "public_total", "partner_percent", "fixed_price", "partner_total", "rule", "net",
        "cashback", "discount",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Order)
class OrderAdmin(LookOnlyAdmin):
    """Read-only: orders are written by those who order; corrections are credit notes."""

    list_display = [
        "created_at", "public_id", "kind", "shown_state", "organisation", "payer", "partner",
        "currency", "net", "cashback", "discount",
    ]  # fmt: skip
    list_filter = ["state", "kind", "currency", "method"]
    search_fields = ["public_id", "organisation__name", "payer__name"]
    date_hierarchy = "created_at"
    inlines = [OrderLineInline]
    fields = (
        "public_id", "kind", "state", "organisation", "payer", "partner", "ordered_by",
        "created_by", "created_at", "placed_at", "decided_by", "expires_at", "reason", "method",
        "currency", "rates_of", "net", "cashback", "discount",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset(request)
        return orders.select_related("organisation", "payer", "partner__organisation")

    @display(
        description=_("state"),
        ordering="state",
        label={
            "waiting": "warning",
            "placed": "success",
            "refused": "danger",
            "withdrawn": "info",
            "expired": "info",
            "cancelled": "danger",
        },
    )
    def shown_state(self, order: Order) -> tuple[str, str]:
        return order.state, order.get_state_display()
