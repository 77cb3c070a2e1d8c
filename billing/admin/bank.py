"""The bank's files, for staff: import, what they paid, and what waits to be assigned (M9)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from access.admin.base import LookOnlyAdmin
from access.errors import Refused
from billing.admin.buttons import OnlyWhatApplies
from billing.admin.invoices import MoneyActs
from billing.forms.invoices_staff import AssignForm, BankFileForm, SetAsideForm
from billing.models import BankFile, BankMovement
from billing.references import found_in, printed
from billing.services.bank_import import (
    assign,
    check_pays,
    check_undecided,
    import_bank_file,
    set_aside,
)
from billing.states import MovementState

UNMATCHED = MovementState.UNMATCHED


@admin.register(BankFile)
class BankFileAdmin(MoneyActs, LookOnlyAdmin):
    list_display = ["name", "kind", "accounts", "made_at", "entries", "booked", "unmatched",
                    "known", "imported_at", "imported_by"]  # fmt: skip
    list_filter = ["kind"]
    list_select_related = ["imported_by"]
    search_fields = ["name", "message_id"]
    date_hierarchy = "imported_at"
    actions_list = ("import_file",)  # type: ignore[assignment]
    fields = ("name", "kind", "message_id", "accounts", "made_at", "entries", "known", "pending",
              "imported_at", "imported_by", "digest")  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankFile]:
        return counted(super().get_queryset(request))

    @admin.display(description=gettext_lazy("booked"))
    def booked(self, file: Any) -> int:
        return int(file.booked_count)

    @admin.display(description=gettext_lazy("unmatched"))
    def unmatched(self, file: Any) -> str | int:
        if not file.unmatched_count:
            return 0
        address = reverse("admin:billing_bankmovement_changelist")
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500 underline" '
            'href="{}?state__exact=unmatched&file__id__exact={}">{}</a>',
            address, file.pk, file.unmatched_count,
        )  # fmt: skip

    @action(
        description=gettext_lazy("Import a file"), url_path="import", permissions=["settle"],
        icon="upload", variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def import_file(self, request: HttpRequest) -> HttpResponse:
        form = BankFileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                file = import_bank_file(data=upload.read(), name=upload.name, by=request.user)  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                return self._imported(request, file)
        text = _("A statement (camt.053) or notification (camt.054) in XML. Payments are booked by "
                 "their reference; what does not match is listed. The same payment is booked once, "
                 "however many files report it.")  # fmt: skip
        context = self.admin_site.each_context(request) | {
            "title": _("Import a file"), "form": form, "text": text, "button": _("Import"),
            "back": ("admin:billing_bankfile_changelist", None),
        }  # fmt: skip
        return TemplateResponse(request, "billing/admin/money_form.html", context)

    def _imported(self, request: HttpRequest, file: BankFile) -> HttpResponse:
        found = counted(BankFile.objects.filter(pk=file.pk)).get()
        text = _("Booked: %(booked)s. To be assigned: %(unmatched)s. Known already: %(known)s.")
        text %= {
            "booked": found.booked_count,
            "unmatched": found.unmatched_count,
            "known": file.known,
        }
        level = messages.WARNING if found.unmatched_count else messages.SUCCESS
        messages.add_message(request, level, text)
        if not found.unmatched_count:
            return redirect("admin:billing_bankfile_changelist")
        address = reverse("admin:billing_bankmovement_changelist")
        return redirect(f"{address}?state__exact=unmatched&file__id__exact={file.pk}")


def counted(files: QuerySet[BankFile]) -> Any:
    """Each file with its numbers of movements that are booked and that wait."""
    return files.annotate(
        booked_count=Count("movements", Q(movements__state=MovementState.BOOKED)),
        unmatched_count=Count("movements", Q(movements__state=UNMATCHED)),
    )


@admin.register(BankMovement)
class BankMovementAdmin(MoneyActs, OnlyWhatApplies, LookOnlyAdmin):
    list_display = ["booked_on", "shown_amount", "payer_name", "shown_reference", "shown_state",
                    "shown_why", "invoice"]  # fmt: skip
    list_filter = ["state", "mismatch", "currency", "file"]
    list_select_related = ["invoice"]
    search_fields = ["payer_name", "text", "reference", "bank_reference", "invoice__number"]
    date_hierarchy = "booked_on"
    actions_detail = ("assign_it", "set_it_aside")  # type: ignore[assignment]
    fields = ("booked_on", "shown_amount", "state", "shown_why", "payer_name", "text",
              "shown_reference", "shown_proposals", "account", "bank_reference", "file", "invoice",
              "asked", "payment", "entry", "note", "decided_by", "decided_at")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, row: BankMovement) -> str:
        return f"{row.currency} {number_format(row.amount, 2, force_grouping=True)}"

    @display(
        description=gettext_lazy("state"), ordering="state",
        label={"new": "info", "booked": "success", "unmatched": "danger", "set_aside": "default"},
    )  # fmt: skip
    def shown_state(self, row: BankMovement) -> tuple[str, Any]:
        return row.state, row.get_state_display()

    @admin.display(description=gettext_lazy("why"))
    def shown_why(self, row: BankMovement) -> str:
        return row.note or (row.get_mismatch_display() if row.state == UNMATCHED else "") or "–"

    @admin.display(description=gettext_lazy("payment reference"))
    def shown_reference(self, row: BankMovement) -> str:
        return printed(row.reference) if row.reference else "–"

    @admin.display(description=gettext_lazy("references in the text"))
    def shown_proposals(self, row: BankMovement) -> str:
        return ", ".join(map(printed, found_in(row.text))) or "–"

    @action(
        description=gettext_lazy("Assign to an invoice"), url_path="assign",
        permissions=["settle"], icon="link",
    )  # fmt: skip
    def assign_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        row, form = self._row(object_id), AssignForm(request.POST or None)
        if back := self.led_back(request, "assign_it", row):
            return back
        if not form.is_bound and (proposed := found_in(row.text)):
            form.initial["number"] = proposed[0]
        text = _("%(amount)s of %(day)s from “%(payer)s”: %(text)s. Less than what is open leaves "
                 "the rest open, more is kept on the payer's account.")  # fmt: skip
        return self._decide(request, row, form, lambda data: assign(
            movement=row, by=request.user, **data  # type: ignore[arg-type]
        ), title=_("Assign to an invoice"), button=_("Book it"), text=text)  # fmt: skip

    @action(
        description=gettext_lazy("Set aside"), url_path="aside", permissions=["settle"],
        icon="inventory_2",
    )  # fmt: skip
    def set_it_aside(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        row, form = self._row(object_id), SetAsideForm(request.POST or None)
        if back := self.led_back(request, "set_it_aside", row):
            return back
        text = _("%(amount)s of %(day)s from “%(payer)s”: %(text)s. It leaves the list of what "
                 "waits, and nothing is booked.")  # fmt: skip
        return self._decide(request, row, form, lambda data: set_aside(
            movement=row, by=request.user, **data  # type: ignore[arg-type]
        ), title=_("Set aside"), button=_("Set aside"), text=text)  # fmt: skip

    def check_applies(self, act: str, row: BankMovement) -> None:
        check_undecided(row)
        if act == "assign_it":
            check_pays(row)

    def _row(self, object_id: Any) -> BankMovement:
        return BankMovement.objects.get(pk=object_id)

    def _decide(
        self, request: HttpRequest, row: BankMovement, form: Form, act: Any, **words: str
    ) -> HttpResponse:
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("It is done."))
                return redirect("admin:billing_bankmovement_change", row.pk)
        known = {"amount": self.shown_amount(row), "day": row.booked_on, "payer": row.payer_name,
                 "text": row.text[:200] or "–"}  # fmt: skip
        context = self.admin_site.each_context(request) | words | {
            "form": form, "text": words["text"] % known,
            "back": ("admin:billing_bankmovement_change", row.pk),
        }  # fmt: skip
        return TemplateResponse(request, "billing/admin/money_form.html", context)
