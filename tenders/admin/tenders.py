"""Tenders, for staff: to look at, to hide with a reason and to show again; never to edit (T6)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from access.admin.base import LookOnly, LookOnlyAdmin, LookOnlyInline
from access.errors import Refused
from access.models import OutgoingMail
from tenders.models import Opening, Proposal, Tender
from tenders.services.closing import hide, show
from tenders.services.common import named
from tenders.services.spreading import LETTER, event_of

CHANGE = "admin:tenders_tender_change"


class HideForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=gettext_lazy("The requester reads it in the mail that tells of it."),
    )


class OpeningInline(LookOnlyInline):
    model = Opening
    fields = ("partner", "opened_by", "opened_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opening]:
        rows: QuerySet[Opening] = super().get_queryset(request)
        return rows.select_related("partner__organisation", "opened_by", "tender")


class ProposalInline(LookOnlyInline):
    """That a partner answered, and when; what it wrote is between the two."""

    model = Proposal
    fields = ("partner", "state", "sent_at", "products_accepted_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows: QuerySet[Proposal] = super().get_queryset(request)
        return rows.select_related("partner__organisation", "tender")


@admin.register(Tender)
class TenderAdmin(LookOnlyAdmin):
    list_display = [
        "title", "shown_state", "country", "language", "published_at", "told", "openers",
        "looked_at",
    ]  # fmt: skip
    list_filter = ["state", ("looked_at", admin.EmptyFieldListFilter), "country", "language"]
    search_fields = ["title", "contact_email", "public_id"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    actions = ("mark_looked_at",)
    actions_detail = ("hide_tender", "show_tender", "look_at")  # type: ignore[assignment]
    inlines = [OpeningInline, ProposalInline]
    fields = (
        "title", "state", "progress", "need", "extract_title", "extract", "shown_categories",
        "currency", "budget_from", "budget_to", "wanted_on", "country", "place", "language",
        "contact_name", "contact_email", "contact_phone", "company", "person", "organisation",
        "most_openers", "openers", "created_at", "published_at", "expires_at", "closed_at",
        "contacts_erased_at", "looked_at", "hidden_reason", "public_id",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tender]:
        rows: QuerySet[Tender] = super().get_queryset(request)
        return rows.select_related("person", "organisation")

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """To look is not enough to hide something."""
        return bool(super(LookOnly, self).has_change_permission(request))

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            "unconfirmed": "warning",
            "open": "success",
            "chosen": "info",
            "cancelled": "default",
            "expired": "default",
            "hidden": "danger",
        },
    )
    def shown_state(self, tender: Tender) -> tuple[str, str]:
        return tender.state, tender.get_state_display()

    @admin.display(description=gettext_lazy("categories"))
    def shown_categories(self, tender: Tender) -> str:
        return ", ".join(str(category) for category in tender.categories.all())

    @admin.display(description=gettext_lazy("mails to partners"))
    def progress(self, tender: Tender) -> str:
        """How far the mails have come (T2)."""
        if tender.told_at is None:
            return _("Not written yet.")
        event = f"{event_of(tender)}:"
        mails = OutgoingMail.objects.filter(kind=LETTER, event__startswith=event)
        count = mails.aggregate(
            sent=Count("pk", filter=Q(state=OutgoingMail.State.SENT)),
            waiting=Count("pk", filter=Q(state=OutgoingMail.State.QUEUED)),
            failed=Count("pk", filter=Q(state=OutgoingMail.State.FAILED)),
        )
        return _("%(sent)d of %(told)d sent, %(waiting)d waiting, %(failed)d failed") % (
            count | {"told": tender.told}
        )

    # ---- What staff may do -------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Mark as looked at"), permissions=["decide"])
    def mark_looked_at(self, request: HttpRequest, tenders: QuerySet[Tender]) -> None:
        count = tenders.filter(looked_at=None).update(looked_at=timezone.now())
        text = ngettext("%(n)d tender is marked.", "%(n)d tenders are marked.", count)
        messages.success(request, text % {"n": count})

    @action(
        description=gettext_lazy("Mark as looked at"), permissions=["decide"],
        url_path="look-at", icon="visibility",
    )  # fmt: skip
    def look_at(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """One press; asks first, because following a link changes nothing."""
        tender = Tender.objects.get(pk=object_id)
        if request.method == "POST":
            self.mark_looked_at(request, Tender.objects.filter(pk=tender.pk))
            return redirect(CHANGE, tender.pk)
        words = {"title": _("Looked at: %s") % tender, "button": _("Mark as looked at")}
        text = _("It leaves the list of tenders to look at. Nobody else is told.")
        return self._ask(request, forms.Form(), tender, text=text, **words)

    @action(
        description=gettext_lazy("Hide it"), permissions=["decide"], url_path="hide",
        icon="visibility_off",
    )  # fmt: skip
    def hide_tender(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Away from all partners at once, with a reason that the requester reads."""
        tender = Tender.objects.get(pk=object_id)
        form = HideForm(request.POST or None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            if self._tried(request, lambda: hide(tender=tender, by=request.user, reason=reason)):  # type: ignore[arg-type]
                self.log_change(request, named(tender), f"hidden: {reason}")
                messages.success(request, _("The tender is hidden, and its requester is told."))
            return redirect(CHANGE, tender.pk)
        words = {"title": _("Hide: %s") % tender, "button": _("Hide it")}
        text = _("No partner sees it any more, and no further mail about it leaves.")
        return self._ask(request, form, tender, text=text, **words)

    @action(
        description=gettext_lazy("Show it again"), permissions=["decide"], url_path="show",
        icon="undo",
    )  # fmt: skip
    def show_tender(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        tender = Tender.objects.get(pk=object_id)
        if request.method == "POST":
            if self._tried(request, lambda: show(tender=tender, by=request.user)):  # type: ignore[arg-type]
                self.log_change(request, named(tender), "shown again")
                messages.success(request, _("The tender is shown again, and its requester told."))
            return redirect(CHANGE, tender.pk)
        words = {"title": _("Show again: %s") % tender, "button": _("Show it again")}
        text = _("Partners see it again at once.")
        return self._ask(request, forms.Form(), tender, text=text, **words)

    def _tried(self, request: HttpRequest, verb: Any) -> bool:
        try:
            verb()
        except Refused as refusal:
            messages.error(request, str(refusal))
            return False
        return True

    def _ask(
        self, request: HttpRequest, form: forms.Form, tender: Tender, **words: str
    ) -> HttpResponse:
        """The page with a form and one button."""
        back = (CHANGE, tender.pk)
        context = self.admin_site.each_context(request) | words | {"form": form, "back": back}
        return TemplateResponse(request, "billing/admin/money_form.html", context)
