"""Partners, for staff: applications are approved or refused, partners suspended (P1, P5)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from access.admin.base import LookOnly, LookOnlyAdmin
from access.errors import Refused
from partners import services
from partners.models import Partner


@admin.register(Partner)
class PartnerAdmin(LookOnlyAdmin):
    """Read only but for the actions, which are the programme's own verbs."""

    list_display = [
        "organisation", "shown_state", "listed", "contact_email", "applied_at", "approved_at",
    ]  # fmt: skip
    list_filter = ["state", "listed"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "contact_email"]
    date_hierarchy = "applied_at"
    actions = ["approve", "refuse", "suspend"]
    fields = [
        "organisation", "state", "listed", "contact_email", "applied_at", "approved_at",
    ]  # fmt: skip
    readonly_fields = fields

    @display(
        description=_("state"),
        ordering="state",
        label={
            "applied": "warning",
            "approved": "success",
            "refused": "danger",
            "suspended": "danger",
        },
    )
    def shown_state(self, partner: Partner) -> tuple[str, str]:
        return partner.state, partner.get_state_display()

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """The right to change partners, which no form of this page uses."""
        return super(LookOnly, self).has_change_permission(request)

    @admin.action(description=_("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, partners: QuerySet[Partner]) -> None:
        self._each(request, partners, services.approve, _("%(partner)s is approved."))

    @admin.action(description=_("Refuse the application"), permissions=["decide"])
    def refuse(self, request: HttpRequest, partners: QuerySet[Partner]) -> None:
        self._each(request, partners, services.refuse, _("%(partner)s is refused."))

    @admin.action(description=_("Suspend"), permissions=["decide"])
    def suspend(self, request: HttpRequest, partners: QuerySet[Partner]) -> None:
        self._each(request, partners, services.suspend, _("%(partner)s is suspended."))

    def _each(
        self,
        request: HttpRequest,
        partners: QuerySet[Partner],
        verb: Callable[..., Partner],
        done: Any,
    ) -> None:
        """The verb on each partner: who cannot be is named, the others are done."""
        for partner in partners.select_related("organisation"):
            try:
                verb(partner=partner, by=request.user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, done % {"partner": partner}, messages.SUCCESS)
