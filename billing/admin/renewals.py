"""Staff see the nightly renewals, and what could not be renewed and why (M5)."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from access.admin.base import LookOnlyAdmin
from billing.models import RenewalFailure, RenewalRun


@admin.register(RenewalRun)
class RenewalRunAdmin(LookOnlyAdmin):
    """One line for each run of a day; an unfinished one is taken up again by the next worker."""

    list_display = [
        *("day", "started_at", "shown_state", "products", "orders", "shown_failures"),
    ]
    date_hierarchy = "day"
    fields = ("day", "started_at", "finished_at", "products", "orders", "failures")
    readonly_fields = fields

    @display(description=_("state"), label={"done": "success", "open": "info"})
    def shown_state(self, run: RenewalRun) -> tuple[str, str]:
        if run.finished_at is None:
            return "open", str(_("not finished"))
        return "done", str(_("finished"))

    @display(
        description=_("not renewed"),
        ordering="failures",
        label={"some": "danger", "none": "success"},
    )
    def shown_failures(self, run: RenewalRun) -> tuple[str, str]:
        return ("some" if run.failures else "none"), str(run.failures)


class StillDue(admin.SimpleListFilter):
    """Those that still wait, or all that ever failed."""

    title = _("state")
    parameter_name = "still"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", str(_("not renewed yet")))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[RenewalFailure]
    ) -> QuerySet[RenewalFailure]:
        return queryset.still_due() if self.value() == "yes" else queryset  # type: ignore[attr-defined,no-any-return]


@admin.register(RenewalFailure)
class RenewalFailureAdmin(LookOnlyAdmin):
    """Each with its reason: once it is mended, the next run renews the product."""

    list_display = ["product", "client", "product_type", "starts_on", "shown_fault", "run"]
    list_filter = [StillDue, "fault"]
    search_fields = ["product__name", "product__public_id", "product__organisation__name"]
    date_hierarchy = "first_failed_at"
    fields = ("product", "starts_on", "fault", "run", "first_failed_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[RenewalFailure]:
        rows: QuerySet[RenewalFailure] = super().get_queryset(request)
        return rows.select_related("product__organisation", "product__product_type", "run")

    @admin.display(description=_("client"), ordering="product__organisation__name")
    def client(self, failure: RenewalFailure) -> str:
        return failure.product.organisation.name

    @admin.display(description=_("product type"))
    def product_type(self, failure: RenewalFailure) -> str:
        return str(failure.product.product_type)

    @display(description=_("reason"), ordering="fault", label=True)
    def shown_fault(self, failure: RenewalFailure) -> str:
        return failure.get_fault_display()
