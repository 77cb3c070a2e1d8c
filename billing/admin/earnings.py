"""The turnover of partners against the programme's minimum, for staff (P2). Staff decide: nothing
is taken away by itself."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from access.admin.base import LookOnlyAdmin
from access.web.csv import csv_response
from billing.models import PartnerTurnover
from billing.services.upcoming import Turnover, nothing, turnover, turnovers
from partners.rules import PartnerState

COLUMNS = (
    gettext_lazy("Partner"),
    gettext_lazy("State"),
    gettext_lazy("Partner since"),
    gettext_lazy("Currency"),
    gettext_lazy("Active products"),
    gettext_lazy("A year, public price without tiers, excl. VAT"),
    gettext_lazy("Minimum"),
    gettext_lazy("Missing"),
    gettext_lazy("Reached"),
    gettext_lazy("Products without a price in this currency"),
)


class BelowMinimum(admin.SimpleListFilter):
    title = gettext_lazy("minimum of the programme")
    parameter_name = "minimum"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("below", _("not reached")), ("reached", _("reached"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PartnerTurnover]
    ) -> QuerySet[PartnerTurnover]:
        if self.value() not in ("below", "reached"):
            return queryset
        reached = [pk for pk, found in _all(request).items() if found.reached]
        if self.value() == "reached":
            return queryset.filter(pk__in=reached)
        return queryset.exclude(pk__in=reached)


def _all(request: HttpRequest) -> dict[int, Turnover]:
    """Worked out once for each request."""
    if not hasattr(request, "turnovers"):
        request.turnovers = turnovers(timezone.localdate())  # type: ignore[attr-defined]
    return request.turnovers  # type: ignore[attr-defined]


@admin.register(PartnerTurnover)
class PartnerTurnoverAdmin(LookOnlyAdmin):
    list_before_template = "billing/admin/turnover_note.html"  # type: ignore[assignment]
    list_display = [
        "organisation", "state", "approved_at", "products", "amount", "minimum", "shown_reached",
    ]  # fmt: skip
    list_filter = [BelowMinimum, "state"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name"]
    fields = ("organisation", "state", "approved_at", "products", "amount", "minimum")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        return found.filter(state__in=[PartnerState.APPROVED, PartnerState.SUSPENDED])

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, or with `?format=csv` all its pages as a file (filters and search count)."""
        asked = request.GET.copy()
        if asked.pop("format", [""]) != ["csv"] or not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        request.GET = asked  # type: ignore[assignment]
        rows = self.get_changelist_instance(request).get_queryset(request)
        return csv_response("turnover-of-partners.csv", COLUMNS, self._lines(request, rows))

    def _lines(self, request: HttpRequest, rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
        for row in rows.select_related("organisation"):
            found = _all(request).get(row.pk) or nothing(row.organisation)
            since = timezone.localdate(row.approved_at) if row.approved_at else ""
            yield (
                *(row.organisation.name, row.get_state_display(), since, found.currency),
                *(found.products, found.amount, found.minimum, found.missing),
                _("reached") if found.reached else _("not reached"),
                found.unpriced,
            )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Any]:
        """A list whose rows bring their figures: one query for all of them."""
        base: Any = super().get_changelist(request, **kwargs)

        class Figures(base):
            def get_results(self, request: HttpRequest) -> None:
                super().get_results(request)
                rows: list[Any] = list(self.result_list)  # type: ignore[has-type]
                self.result_list = rows
                for row in rows:
                    row.figures = _all(request).get(row.pk) or nothing(row.organisation)

        return Figures

    def _figures(self, row: Any) -> Turnover:
        found = getattr(row, "figures", None)
        return found or turnover(row.organisation, timezone.localdate())

    @admin.display(description=gettext_lazy("active products"))
    def products(self, row: Any) -> int:
        return self._figures(row).products

    @admin.display(description=gettext_lazy("a year, public price without tiers, excl. VAT"))
    def amount(self, row: Any) -> str:
        found = self._figures(row)
        return f"{found.currency} {number_format(found.amount, 2, force_grouping=True)}"

    @admin.display(description=gettext_lazy("minimum"))
    def minimum(self, row: Any) -> str:
        found = self._figures(row)
        return f"{found.currency} {number_format(found.minimum, 2, force_grouping=True)}"

    @display(description=gettext_lazy("reached"), label={"reached": "success", "below": "warning"})
    def shown_reached(self, row: Any) -> tuple[str, Any]:
        if self._figures(row).reached:
            return "reached", _("reached")
        return "below", _("not reached")
