"""Partners, for staff: who is in the programme; suspended and resumed with a reason (P5)."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from access.errors import Refused
from partners import services
from partners.admin.deciding import DecidingAdmin, posted
from partners.forms.decisions import ReasonForm
from partners.models import Partner
from partners.rules import MOVES, PartnerState


@admin.register(Partner)
class PartnerAdmin(DecidingAdmin):
    """Read only but for the decisions, which are the programme's own verbs."""

    list_display = [
        "organisation", "shown_state", "listed", "contact_email", "applied_at", "approved_at",
    ]  # fmt: skip
    list_filter = ["state", "listed"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "contact_email"]
    date_hierarchy = "applied_at"
    actions = ["approve"]
    actions_detail = ("refuse_it", "suspend_it", "resume_it")  # type: ignore[assignment]
    fields = [
        "organisation", "state", "reason", "listed", "contact_email", "applied_at", "approved_at",
    ]  # fmt: skip
    readonly_fields = fields  # type: ignore[assignment]

    @display(
        description=gettext_lazy("state"),
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

    @admin.action(description=gettext_lazy("Approve"), permissions=["decide"])
    def approve(self, request: HttpRequest, partners: QuerySet[Partner]) -> None:
        """Each of them: who cannot be approved is named, the others are."""
        for partner in partners.select_related("organisation"):
            try:
                services.approve(partner=partner, by=request.user)  # type: ignore[arg-type]
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                done = _("%(partner)s is approved.") % {"partner": partner}
                self.message_user(request, done, messages.SUCCESS)

    def has_refuse_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "refuse")

    def has_suspend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, "suspend")

    def has_resume_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        suspended = self._state(object_id) == PartnerState.SUSPENDED
        return suspended and self._may(request, object_id, "approve")

    def _may(self, request: HttpRequest, object_id: Any, verb: str) -> bool:
        """A button only where the verb leads somewhere (P5)."""
        return self.has_decide_permission(request) and self._state(object_id) in MOVES[verb]

    def _state(self, object_id: Any) -> Any:
        return Partner.objects.filter(pk=object_id).values_list("state", flat=True).first()

    @action(
        description=gettext_lazy("Refuse"), permissions=["refuse"], url_path="refuse", icon="block"
    )
    def refuse_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            services.refuse,
            title=_("Refuse: %s"),
            done=_("%(partner)s is refused."),
            text=_("The organisation reads the reason, and may apply again."),
            button=_("Refuse the application"),
        )

    @action(
        description=gettext_lazy("Suspend"), permissions=["suspend"], url_path="suspend",
        icon="pause_circle",
    )  # fmt: skip
    def suspend_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            services.suspend,
            title=_("Suspend: %s"),
            done=_("%(partner)s is suspended."),
            text=_(
                "It keeps its clients and sees its data, and gets no new client, tender, discount "
                "or cashback until it is resumed. It is gone from the directory meanwhile."
            ),
            button=_("Suspend the partner"),
        )

    @action(
        description=gettext_lazy("Resume"), permissions=["resume"], url_path="resume",
        icon="play_circle",
    )  # fmt: skip
    def resume_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        return self._ask(
            request,
            object_id,
            services.resume,
            title=_("Resume: %s"),
            done=_("%(partner)s is a partner again."),
            text=_("It is a partner again, with all benefits, from now on."),
            button=_("Resume the partnership"),
        )

    def _ask(
        self,
        request: HttpRequest,
        object_id: Any,
        verb: Any,
        *,
        title: str,
        done: str,
        **words: str,
    ) -> HttpResponse:
        partner = Partner.objects.select_related("organisation").get(pk=object_id)
        return self.decide(
            request,
            ReasonForm(posted(request)),
            partial(verb, partner=partner),
            back=("admin:partners_partner_change", partner.pk),
            title=title % partner,
            done=done % {"partner": partner},
            **words,
        )
