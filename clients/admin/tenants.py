"""Products and partnerships, for staff: to look at. Grants are given by clients only (T47)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from access import grants
from access.admin.base import LookOnlyAdmin
from clients.models import Partnership, Product
from clients.rules import Access


@admin.register(Product)
class ProductAdmin(LookOnlyAdmin):
    list_display = [
        "name", "organisation", "product_type", "shown_state", "period", "renews_on",
        "auto_renewal",
    ]  # fmt: skip
    list_filter = ["state", "period", "auto_renewal", "product_type__category", "product_type"]
    list_select_related = ["organisation", "product_type"]
    search_fields = ["name", "organisation__name", "public_id"]
    date_hierarchy = "renews_on"
    fields = [
        "name", "organisation", "product_type", "state", "period", "started_on", "renews_on",
        "auto_renewal", "technical_contact", "managed_by", "public_id", "created_at",
    ]  # fmt: skip
    readonly_fields = fields

    @display(
        description=_("state"),
        ordering="state",
        label={
            "ordered": "info",
            "active": "success",
            "suspended": "danger",
            "cancelled": "warning",
            "ended": "default",
        },
    )
    def shown_state(self, product: Product) -> tuple[str, str]:
        return product.state, product.get_state_display()

    @admin.display(description=_("managed by"))
    def managed_by(self, product: Product) -> str:
        """The manager of L7, on the product's page only: it is two queries."""
        manager = grants.managers([product]).get(product.pk)
        return f"{manager.partner_name} ({manager.get_access_display()})" if manager else "–"


@admin.register(Partnership)
class PartnershipAdmin(LookOnlyAdmin):
    list_display = [
        "shown_client", "partner_name", "shown_state", "access", "payment_mode", "created_at",
        "started_at", "closed_at",
    ]  # fmt: skip
    list_filter = ["state", "access", "payment_mode", "opened_by"]
    search_fields = ["client_name", "partner_name", "asked_email", "public_id"]
    date_hierarchy = "created_at"
    fields = [
        "public_id", "client", "partner", "state", "opened_by", "created_by", "asked_email",
        "asked_access", "asked_payment_mode", "asked_for", "access", "payment_mode", "granted",
        "version", "created_at", "sent_at", "expires_at", "started_at", "ends_at", "closed_at",
    ]  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name.endswith("_change"):
            found = found.select_related("client", "partner__organisation", "created_by")
        return found

    @admin.display(description=_("client"), ordering="client_name")
    def shown_client(self, partnership: Partnership) -> str:
        return partnership.client_name or partnership.asked_email

    @display(
        description=_("state"),
        ordering="state",
        label={
            "requested": "info",
            "invited": "info",
            "active": "success",
            "refused": "danger",
            "expired": "warning",
            "withdrawn": "default",
            "ended": "default",
        },
    )
    def shown_state(self, partnership: Partnership) -> tuple[str, str]:
        return partnership.state, partnership.get_state_display()

    @admin.display(description=_("asked for"))
    def asked_for(self, partnership: Partnership) -> str:
        return ", ".join(str(category) for category in partnership.asked_categories.all()) or "–"

    @admin.display(description=_("granted"))
    def granted(self, partnership: Partnership) -> str:
        if partnership.access == Access.FULL and partnership.state == "active":
            return str(_("the whole organisation"))
        names = grants.granted_products(partnership).values_list("name", flat=True)
        return ", ".join(names) or "–"
