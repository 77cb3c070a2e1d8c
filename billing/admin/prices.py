"""Price lists, for staff: rows from a day on. What has begun to count is only looked at (C2)."""

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from access.admin.base import StaffAdmin
from billing.admin.price_import import PriceFilesAdmin
from billing.errors import PriceRowWrong
from billing.forms.price_rows import (
    DatedForm,
    FixedPriceForm,
    PartnerRateForm,
    PriceForm,
    TierTableForm,
    VatRateForm,
)
from billing.forms.tiers import in_words
from billing.models import FixedPrice, PartnerRate, Price, TierTable, VatRate
from billing.services import prices


class CountsFilter(admin.SimpleListFilter):
    """What counts today, what is to come, what is past."""

    title = gettext_lazy("counts")
    parameter_name = "counts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("today")), ("later", _("to come")), ("past", _("past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        over = Q(until__isnull=False, until__lte=today)
        begun = queryset.filter(valid_from__lte=today)
        chosen = {
            "today": lambda: begun.exclude(over),
            "later": lambda: queryset.filter(valid_from__gt=today),
            "past": lambda: begun.filter(over),
        }
        return chosen.get(self.value() or "", lambda: queryset)()


class DatedAdmin(PriceFilesAdmin, StaffAdmin):
    """What the dated tables have in common. The services write; the database keeps the past."""

    actions = None
    list_before_template = "billing/admin/prices_note.html"  # type: ignore[assignment]
    change_form_outer_before_template = "billing/admin/price_kept.html"  # type: ignore[assignment]
    form: type[DatedForm]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        same = {name: OuterRef(name) for name in self.form.table.key}
        later = self.model._default_manager.filter(
            valid_from__gt=OuterRef("valid_from"), **same
        ).order_by("valid_from")
        found: QuerySet[Any] = super().get_queryset(request)
        return found.annotate(until=Subquery(later.values("valid_from")[:1]))

    # ---- who may change what -----------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_to_come(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_to_come(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        keys = [name.removesuffix("_id") for name in self.form.table.key]
        return [*keys, "valid_from", "created_by", "created_at"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        keys = [name.removesuffix("_id") for name in self.form.table.key]
        names = [*keys, "valid_from", self.form.table.value]
        return names if obj is None else [*names, "created_by", "created_at"]

    # ---- writing -----------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        row = prices.set_row(form.table, form.wanted(), request.user)  # type: ignore[arg-type]
        obj.pk = row.pk

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        prices.remove(table=self.form.table, row=obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except PriceRowWrong as fault:  # somebody was faster than this form
            messages.error(request, str(fault))
            return redirect(request.path)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **kwargs)
        except PriceRowWrong as fault:
            messages.error(request, str(fault))
            return redirect(f"admin:billing_{self.opts.model_name}_changelist")

    # ---- columns -----------------------------------------------------------------------------

    @display(
        description=gettext_lazy("counts"),
        label={"today": "success", "later": "info", "past": "default"},
    )
    def state(self, row: Any) -> tuple[str, str]:
        today = timezone.localdate()
        if row.valid_from > today:
            return "later", _("to come")
        if row.until is not None and row.until <= today:
            return "past", _("past")
        return "today", _("today")

    @admin.display(description=gettext_lazy("until"), ordering="until")
    def shown_until(self, row: Any) -> str:
        """The day on which the next row of the same key begins."""
        return date_format(row.until, "SHORT_DATE_FORMAT") if row.until else "–"

    @admin.display(description=gettext_lazy("percent"), ordering="percent")
    def shown_percent(self, row: Any) -> str:
        return f"{number_format(row.percent, 2)} %"


def _is_to_come(row: Any) -> bool:
    """What counts already is kept; without a row the question is a general one."""
    begin: date | None = getattr(row, "valid_from", None)
    return begin is None or begin > timezone.localdate()


class OfProducts(DatedAdmin):
    ordering = [
        "product_type__category__position", "product_type__position", "product_type", "-valid_from",
    ]  # fmt: skip
    search_fields = ["product_type__name", "product_type__slug", "product_type__names"]
    list_select_related = ["product_type", "created_by"]
    list_filter = [CountsFilter, "product_type"]


class OfPrices(OfProducts):
    ordering = [*OfProducts.ordering[:3], "currency", "period", "-valid_from"]
    list_display = [
        "product_type", "currency", "period", "shown_amount", "valid_from", "shown_until",
        "state", "created_by",
    ]  # fmt: skip
    list_filter = [CountsFilter, "currency", "period", "product_type"]


@admin.register(Price)
class PriceAdmin(OfPrices):
    form = PriceForm
    file = "prices"

    @admin.display(description=gettext_lazy("price, excl. VAT"), ordering="amount")
    def shown_amount(self, row: Price) -> str:
        return number_format(row.amount, 2)


@admin.register(FixedPrice)
class FixedPriceAdmin(OfPrices):
    form = FixedPriceForm
    file = "fixed_prices"

    @admin.display(
        description=gettext_lazy("fixed price, excl. VAT"),
        ordering=F("amount").asc(nulls_first=True),
    )
    def shown_amount(self, row: FixedPrice) -> str:
        return _("none: the rate counts") if row.amount is None else number_format(row.amount, 2)


@admin.register(PartnerRate)
class PartnerRateAdmin(OfProducts):
    form = PartnerRateForm
    file = "partner_rates"
    list_display = [
        "product_type", "shown_percent", "valid_from", "shown_until", "state", "created_by",
    ]  # fmt: skip


@admin.register(TierTable)
class TierTableAdmin(OfProducts):
    form = TierTableForm
    file = "volume_tiers"
    list_display = [
        "product_type", "shown_tiers", "valid_from", "shown_until", "state", "created_by",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[TierTable]:
        return super().get_queryset(request).prefetch_related("tiers")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        names = super().get_fields(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return names
        return ["shown_tiers" if name == "tiers" else name for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "shown_tiers"]

    @admin.display(description=gettext_lazy("tiers"))
    def shown_tiers(self, row: TierTable) -> str:
        return in_words(prices.value_of(prices.TIERS, row)) or _("none")


@admin.register(VatRate)
class VatRateAdmin(DatedAdmin):
    form = VatRateForm
    file = "vat_rates"
    list_display = [
        "country", "shown_percent", "valid_from", "shown_until", "state", "created_by",
    ]  # fmt: skip
    list_filter = [CountsFilter]
    list_select_related = ["created_by"]
    search_fields = ["country"]
