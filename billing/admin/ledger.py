"""Prepaid accounts, for staff: accounts and entries to look at, requests to settle or refuse, and
corrections, which another one of the staff settles above a threshold (T19)."""

from hashlib import sha256
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from access.admin.base import LookOnly, LookOnlyAdmin
from access.errors import Refused
from billing.admin.buttons import OnlyWhatApplies
from billing.forms.account_staff import CorrectionForm, RefuseForm
from billing.models import Account, Entry, MoneyRequest
from billing.services.ledger import owed
from billing.services.requests import check_waiting, propose_correction, refuse, settle

STATES = {
    "waiting": "warning",
    "settled": "success",
    "refused": "danger",
    "withdrawn": "default",
}


def money(currency: str, amount: Any) -> str:
    return f"{currency} {number_format(amount, 2, force_grouping=True)}"


class MoneyPage(LookOnlyAdmin):
    """Acts that move money need the right to change such rows; to look is not enough."""

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(super(LookOnly, self).has_change_permission(request))  # type: ignore[misc]

    def ask(self, request: HttpRequest, form: Form, back: tuple[str, Any], **words: str) -> Any:
        """The page with a form and one button."""
        context = self.admin_site.each_context(request) | words | {"form": form, "back": back}
        return TemplateResponse(request, "billing/admin/money_form.html", context)


@admin.register(Account)
class AccountAdmin(MoneyPage):
    list_display = ["organisation", "currency", "shown_balance", "last_number"]
    list_filter = ["currency"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "organisation__slug"]
    actions_detail = ("correct",)  # type: ignore[assignment]
    fields = ("organisation", "currency", "shown_balance", "still_owed", "last_number")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("balance"), ordering="balance")
    def shown_balance(self, account: Account) -> str:
        return money(account.currency, account.balance)

    @admin.display(description=gettext_lazy("still to be taken back"))
    def still_owed(self, account: Account) -> str:
        return money(account.currency, owed(account))

    @action(
        description=gettext_lazy("Propose a correction"), permissions=["settle"],
        url_path="correct", icon="balance",
    )  # fmt: skip
    def correct(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """A counter-entry with its reason; nothing is booked before it is settled."""
        account = Account.objects.select_related("organisation").get(pk=object_id)
        form = CorrectionForm(request.POST or None, account=account)
        if form.is_valid():
            said = form.cleaned_data
            try:
                asked = propose_correction(
                    account=account,
                    by=request.user,  # type: ignore[arg-type]
                    key=_key(request, account, said),
                    **said,
                )
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("The correction is proposed: settle it to book it."))
                return redirect("admin:billing_moneyrequest_change", asked.pk)
        return self.ask(
            request,
            form,
            ("admin:billing_account_change", account.pk),
            title=_("Correct: %s") % account,
            button=_("Propose it"),
            text=_("No entry is ever changed: a correction is one more entry."),
        )


def _key(request: HttpRequest, account: Account, said: dict[str, Any]) -> str:
    """The same correction by the same person on the same day is one, however often it is sent."""
    facts = (request.user.pk, account.pk, said["amount"], said["reason"], timezone.localdate())
    return sha256(repr(facts).encode()).hexdigest()[:64]


@admin.register(Entry)
class EntryAdmin(LookOnlyAdmin):
    list_display = [
        "created_at", "account", "number", "kind", "shown_amount", "balance_after", "why",
    ]  # fmt: skip
    list_filter = ["kind", "account__currency"]
    list_select_related = ["account__organisation", "line__product_type"]
    search_fields = ["account__organisation__name", "public_id"]
    date_hierarchy = "created_at"
    ordering = ["-created_at", "-pk"]
    fields = (
        "account", "number", "kind", "shown_amount", "balance_after", "why", "line", "invoice",
        "reverses", "created_at", "created_by", "public_id",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, entry: Entry) -> str:
        return money(entry.account.currency, entry.amount)

    @admin.display(description=gettext_lazy("why"))
    def why(self, entry: Entry) -> str:
        return entry.why


@admin.register(MoneyRequest)
class MoneyRequestAdmin(OnlyWhatApplies, MoneyPage):
    list_display = [
        "created_at", "organisation", "kind", "shown_amount", "shown_state", "created_by",
        "decided_by",
    ]  # fmt: skip
    list_filter = ["state", "kind", "account__currency"]
    list_select_related = ["account__organisation", "created_by", "decided_by"]
    search_fields = ["account__organisation__name", "reference", "iban", "public_id"]
    date_hierarchy = "created_at"
    actions_detail = ("settle_it", "refuse_it")  # type: ignore[assignment]
    fields = (
        "account", "kind", "shown_amount", "state", "iban", "reference", "reason", "answer",
        "created_at", "created_by", "decided_at", "decided_by", "entry", "public_id",
    )  # fmt: skip
    readonly_fields = fields

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Says how many wait."""
        number = MoneyRequest.objects.waiting().count()
        told = ngettext("%(n)d request waits", "%(n)d requests wait", number) % {"n": number}
        return super().changelist_view(request, {"subtitle": told} | (extra_context or {}))

    @admin.display(description=gettext_lazy("organisation"))
    def organisation(self, asked: MoneyRequest) -> str:
        return str(asked.account.organisation)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def shown_amount(self, asked: MoneyRequest) -> str:
        return money(asked.account.currency, asked.amount)

    @display(description=gettext_lazy("state"), ordering="state", label=STATES)
    def shown_state(self, asked: MoneyRequest) -> tuple[str, Any]:
        return asked.state, asked.get_state_display()

    @action(
        description=gettext_lazy("Settle"), permissions=["settle"], url_path="settle", icon="check"
    )
    def settle_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The money came or was sent, or the correction is right: it is booked."""
        asked, back = self._asked(object_id)
        if too_late := self.led_back(request, "settle_it", asked):
            return too_late
        form = Form(request.POST or None)
        if request.method == "POST":
            try:
                settle(asked=asked, by=request.user)  # type: ignore[arg-type]
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("It is booked."))
            return redirect(*back)
        texts = {
            "top_up": _("The transfer has come in: the amount is added to the account."),
            "pay_out": _("The money has been sent: the amount is taken off the account."),
            "correction": _("The correction is right: it is booked with its reason."),
        }
        title = _("Settle: %s") % f"{asked.account}, {self.shown_amount(asked)}"
        return self.ask(
            request, form, back, title=title, button=_("Book it"), text=texts[asked.kind]
        )

    @action(
        description=gettext_lazy("Refuse"), permissions=["settle"], url_path="refuse", icon="block"
    )
    def refuse_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        asked, back = self._asked(object_id)
        if too_late := self.led_back(request, "refuse_it", asked):
            return too_late
        form = RefuseForm(request.POST or None)
        if form.is_valid():
            try:
                refuse(asked=asked, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("It is refused. Nothing was booked."))
            return redirect(*back)
        title = _("Refuse: %s") % f"{asked.account}, {self.shown_amount(asked)}"
        text = _("Nothing is booked.")
        return self.ask(request, form, back, title=title, button=_("Refuse it"), text=text)

    def check_applies(self, act: str, row: MoneyRequest) -> None:
        check_waiting(row)

    def _asked(self, object_id: Any) -> tuple[MoneyRequest, tuple[str, Any]]:
        rows: QuerySet[MoneyRequest] = MoneyRequest.objects.select_related("account__organisation")
        return rows.get(pk=object_id), ("admin:billing_moneyrequest_change", object_id)
