"""Invoices and payments, for staff: to look at, to mark as paid, to credit, to print again. What
moves money are the services; nothing is typed over (T19)."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from access.admin.base import LookOnlyAdmin, LookOnlyInline
from access.errors import Refused
from billing.admin.buttons import OnlyWhatApplies
from billing.documents import invoices as paper
from billing.errors import NothingToCredit
from billing.forms.invoices_staff import CreditForm, TransferForm
from billing.models import Invoice, InvoiceLine, Payment
from billing.services.invoicing import credit_lines
from billing.services.paying import check_open, record_transfer

BADGES = {
    "open": "info",
    "overdue": "danger",
    "paid": "success",
    "credited": "default",
    "note": "warning",
}


class Printed(admin.SimpleListFilter):
    """Those whose PDF could not be made wait for staff."""

    title = gettext_lazy("PDF")
    parameter_name = "printed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", _("printed")), ("waiting", _("to be printed")), ("failed", _("given up")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> QuerySet[Invoice]:
        if self.value() == "yes":
            return queryset.exclude(pdf="")
        waiting = queryset.filter(pdf="")
        if self.value() == "waiting":
            return waiting.filter(pdf_attempts__lt=paper.MOST_ATTEMPTS)
        if self.value() == "failed":
            return waiting.filter(pdf_attempts__gte=paper.MOST_ATTEMPTS)
        return queryset


class InvoiceLineInline(LookOnlyInline):
    model = InvoiceLine
    fields = ("position", "text", "detail", "quantity", "unit_price", "net", "vat_percent")
    readonly_fields = fields


class PaymentInline(LookOnlyInline):
    model = Payment
    fields = ("received_on", "method", "amount", "note", "created_at", "created_by")
    readonly_fields = fields


class MoneyActs:
    """Whoever may change invoices may do what moves money; to look is not enough."""

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("billing.change_invoice"))


@admin.register(Invoice)
class InvoiceAdmin(MoneyActs, OnlyWhatApplies, LookOnlyAdmin):
    list_display = ["number", "payer", "shown_state", "issued_on", "due_on", "shown_total",
                    "shown_open", "reminders", "is_printed"]  # fmt: skip
    list_filter = ["state", "kind", "method", "currency", "vat_category", "year", Printed]
    list_select_related = ["payer", "corrects"]
    search_fields = ["number", "reference", "payer__name"]
    date_hierarchy = "issued_on"
    inlines = [InvoiceLineInline, PaymentInline]
    actions = ["print_chosen"]
    actions_detail = ("mark_as_paid", "credit", "print_one_again")  # type: ignore[assignment]
    fields = (
        "number", "payer", "state", "corrects", "reason", "method", "language", "issued_on",
        "due_on", "reference", "net", "vat", "total", "paid", "credited", "shown_open", "paid_at",
        "reminders", "next_reminder_on", "suspended_at", "is_printed", "pdf_attempts",
        "pdf_problem", "public_id", "created_at",
    )  # fmt: skip
    readonly_fields = fields

    @display(description=gettext_lazy("state"), ordering="state", label=BADGES)
    def shown_state(self, invoice: Invoice) -> tuple[str, Any]:
        state = invoice.shown_state
        words = {"overdue": _("Overdue"), "note": _("Credit note")}
        return state, words.get(state, invoice.get_state_display())

    @admin.display(description=gettext_lazy("total"), ordering="total")
    def shown_total(self, invoice: Invoice) -> str:
        return _money(invoice, -invoice.total if invoice.corrects_id else invoice.total)

    @admin.display(description=gettext_lazy("open"))
    def shown_open(self, invoice: Invoice) -> str:
        return _money(invoice, invoice.open_amount) if invoice.state == "open" else "–"

    @admin.display(description=gettext_lazy("printed"), boolean=True)
    def is_printed(self, invoice: Invoice) -> bool:
        return bool(invoice.pdf)

    @admin.action(description=gettext_lazy("Print again"), permissions=["settle"])
    def print_chosen(self, request: HttpRequest, invoices: QuerySet[Invoice]) -> None:
        count = paper.print_again(invoices)
        text = ngettext("%(n)d document is to be printed.", "%(n)d documents are to be printed.",
                        count)  # fmt: skip
        self.message_user(request, text % {"n": count}, messages.SUCCESS)

    @action(description=gettext_lazy("Print again"), permissions=["settle"], url_path="print")
    def print_one_again(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        invoice = self._invoice(object_id)
        if request.method == "POST":
            paper.print_again([invoice])
            messages.success(request, _("%s is to be printed.") % invoice.number)
            return redirect("admin:billing_invoice_change", object_id)
        return self._page(request, invoice, Form(), title=_("Print again"), button=_("Print again"),
                          text=_("The same words and figures, on a new page."))  # fmt: skip

    @action(
        description=gettext_lazy("Mark as paid"), permissions=["settle"], url_path="paid",
        icon="payments",
    )  # fmt: skip
    def mark_as_paid(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        invoice = self._invoice(object_id)
        if back := self.led_back(request, "mark_as_paid", invoice):
            return back
        form = TransferForm(request.POST or None, invoice=invoice)
        if form.is_valid():
            try:
                record_transfer(invoice=invoice, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                messages.success(request, _("The payment of %s is booked.") % invoice.number)
                return redirect("admin:billing_invoice_change", object_id)
        return self._page(request, invoice, form, title=_("Mark as paid"), button=_("Book it"),
                          text=_("Open: %s") % self.shown_open(invoice))  # fmt: skip

    @action(
        description=gettext_lazy("Credit"), permissions=["settle"], url_path="credit", icon="undo"
    )
    def credit(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """A credit note of chosen lines; the invoice itself never changes (M8)."""
        invoice = self._invoice(object_id)
        if back := self.led_back(request, "credit", invoice):
            return back
        lines = _creditable(invoice)
        form = CreditForm(request.POST or None, lines=lines, currency=invoice.currency)
        if form.is_valid():
            asked, remark = form.cleaned_data.pop("lines"), form.cleaned_data.pop("note")
            chosen = [line for line in lines if str(line.pk) in asked]
            try:
                note = credit_lines(
                    invoice=invoice,
                    lines=chosen,
                    by=request.user,  # type: ignore[arg-type]
                    **form.cleaned_data,
                )
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                told = _("Credit note %s is issued.") % note.number
                self.log_change(request, invoice, f"{told} {remark}".strip())
                messages.success(request, told)
                return redirect("admin:billing_invoice_change", note.pk)
        text = _("What was paid for these lines goes to the payer's prepaid account, and the "
                 "cashback on them is taken back. This cannot be undone.")  # fmt: skip
        return self._page(request, invoice, form, title=_("Credit"), button=_("Issue the credit "
                          "note"), text=text)  # fmt: skip

    def check_applies(self, act: str, row: Invoice) -> None:
        if act == "mark_as_paid":
            check_open(row)
        if act == "credit" and not _creditable(row):
            raise NothingToCredit(_("There is nothing on %s that can be credited.") % row.number)

    def _invoice(self, object_id: Any) -> Invoice:
        return Invoice.objects.select_related("payer", "corrects").get(pk=object_id)

    def _page(self, request: HttpRequest, invoice: Invoice, form: Form, **words: str) -> Any:
        context = self.admin_site.each_context(request) | words | {
            "title": f"{words['title']}: {invoice.number} · {invoice.payer}",
            "form": form,
            "back": ("admin:billing_invoice_change", invoice.pk),
        }  # fmt: skip
        return TemplateResponse(request, "billing/admin/money_form.html", context)


def _creditable(invoice: Invoice) -> list[InvoiceLine]:
    """The lines of an invoice that are not credited yet."""
    credited = InvoiceLine.objects.filter(invoice__corrects=invoice).values("order_line")
    rows = InvoiceLine.objects.filter(invoice=invoice, credits=False)
    return list(rows.exclude(order_line__in=credited).order_by("position"))


def _money(invoice: Invoice, amount: Any) -> str:
    return f"{invoice.currency} {number_format(amount, 2, force_grouping=True)}"


@admin.register(Payment)
class PaymentAdmin(LookOnlyAdmin):
    list_display = ["received_on", "invoice", "payer", "method", "amount", "created_by"]
    list_filter = ["method", "invoice__currency"]
    list_select_related = ["invoice__payer", "created_by"]
    search_fields = ["invoice__number", "invoice__payer__name", "note"]
    date_hierarchy = "received_on"
    fields = ("invoice", "method", "amount", "received_on", "entry", "note", "created_at",
              "created_by")  # fmt: skip
    readonly_fields = fields

    @admin.display(description=gettext_lazy("payer"))
    def payer(self, payment: Payment) -> str:
        return str(payment.invoice.payer)
