"""Price lists by CSV: upload, look at what would change, apply all or nothing; and out again.

The file waits between preview and button where the client cannot reach it, for its uploader only.
"""

from collections.abc import Sequence
from decimal import Decimal
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from access.copying import style_for
from access.web.csv import csv_response
from billing.errors import PriceRowWrong
from billing.forms.price_rows import PriceFileForm
from billing.forms.tiers import in_words
from billing.services import price_import, prices
from billing.services.price_import import PlannedLine
from clients.rules import Period

HELD = 3600
"""Seconds for which an uploaded file waits for its button."""
MOST_SHOWN = 500


def _held(token: str) -> str:
    return f"price-file:{token}"


class PriceFilesAdmin(ModelAdmin):
    """A list that goes out as a CSV file, and comes in as one. `file` is its name in LISTS."""

    actions_list = ("import_list", "export_list")  # type: ignore[assignment]
    file: str

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "import/<str:token>/",
            self.admin_site.admin_view(self.preview_list),
            name=f"billing_{self.opts.model_name}_preview_list",
        )
        return [preview, *super().get_urls()]

    @action(
        description=gettext_lazy("Import a list"),
        url_path="import",
        permissions=["add"],
        icon="upload",
    )
    def import_list(self, request: HttpRequest) -> HttpResponse:
        """Takes a file, and leads to what it would change."""
        form = PriceFileForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            token = token_urlsafe(24)
            held = {"file": self.file, "by": request.user.pk, "content": form.cleaned_data["file"]}
            cache.set(_held(token), held, HELD)
            return redirect(f"admin:billing_{self.opts.model_name}_preview_list", token)
        context = self._context(request, _("Import a list")) | {
            "form": form,
            "columns": price_import.LISTS[self.file].columns,
        }
        return TemplateResponse(request, "billing/admin/price_import.html", context)

    @action(
        description=gettext_lazy("Export all as CSV"),
        url_path="export",
        permissions=["view"],
        icon="download",
    )
    def export_list(self, request: HttpRequest) -> StreamingHttpResponse:
        columns = price_import.LISTS[self.file].columns
        style = style_for(get_language() or "", country=settings.VENDOR_COUNTRY)
        rows = (
            [_written(cell, style.decimal) for cell in row]
            for row in price_import.rows_of(self.file)
        )
        return csv_response(f"{self.file}.csv", columns, rows)

    def preview_list(self, request: HttpRequest, token: str) -> HttpResponse:
        """What the uploaded file would change, or all its faults; its button applies it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        held = cache.get(_held(token))
        if not held or (held["by"], held["file"]) != (request.user.pk, self.file):
            messages.error(request, _("This import has expired. Please choose the file again."))
            return redirect(f"admin:billing_{self.opts.model_name}_import_list")
        if request.method == "POST":
            return self._apply(request, token, held["content"])
        return self._show(request, held["content"])

    def _apply(self, request: HttpRequest, token: str, content: bytes) -> HttpResponse:
        try:
            plan = price_import.apply(
                name=self.file,
                content=content,
                fingerprint=request.POST.get("fingerprint", ""),
                by=request.user,  # type: ignore[arg-type]
            )
        except PriceRowWrong as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        cache.delete(_held(token))
        messages.success(request, _said(len(plan.lines)))
        return redirect(f"admin:billing_{self.opts.model_name}_changelist")

    def _show(self, request: HttpRequest, content: bytes) -> HttpResponse:
        plan = price_import.plan(name=self.file, content=content)
        context = self._context(request, _("What the file changes")) | {
            "plan": plan,
            "table": {"headers": _headers(self.file), "rows": _rows(plan.lines[:MOST_SHOWN])},
            "faults": {
                "headers": [_("Line"), _("Column"), _("What is wrong")],
                "rows": [[f.line or "–", f.column, f.message] for f in plan.faults[:MOST_SHOWN]],
            },
            "left_off": max(len(plan.lines), len(plan.faults)) - MOST_SHOWN,
        }
        return TemplateResponse(request, "billing/admin/price_preview.html", context)

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "title": title,
            "opts": self.opts,
            "list_name": self.opts.verbose_name_plural,
            "list_url": f"admin:billing_{self.opts.model_name}_changelist",
            "import_url": f"admin:billing_{self.opts.model_name}_import_list",
        }


def _written(cell: Any, decimal: str) -> Any:
    """An amount with the reader's decimal sign, so that a spreadsheet takes it for a number."""
    return f"{cell:.2f}".replace(".", decimal) if isinstance(cell, Decimal) else cell


def _said(number: int) -> str:
    return ngettext(
        "%(number)s row of the file is written.", "%(number)s rows of the file are written.", number
    ) % {"number": number}


def _headers(name: str) -> list[str]:
    key = price_import.LISTS[name].key
    subject = _("Country") if key == ("country",) else _("Product type")
    more = [_("Currency"), _("Period")] if "currency" in key else []
    return [
        *(_("Line"), subject, *more),
        *(pgettext("a price", "From"), _("Until then"), _("New"), _("What happens")),
    ]


def _rows(lines: Sequence[PlannedLine]) -> list[list[Any]]:
    does = {
        prices.Move.ADD: _("a new row"),
        prices.Move.REPLACE: _("replaces a row to come"),
    }
    return [
        [
            planned.line,
            planned.subject,
            *_rest_of_key(planned.change.wanted.key[1:]),
            date_format(planned.change.wanted.valid_from, "DATE_FORMAT"),
            shown(planned.change.before),
            shown(planned.change.wanted.value),
            does[planned.change.move],
        ]
        for planned in lines
    ]


def _rest_of_key(parts: Sequence[str]) -> list[str]:
    return [str(Period(part).label) if part in Period.values else part for part in parts]


def shown(value: Any) -> str:
    """A value of a price list in words."""
    if value is None:
        return "–"
    return (in_words(value) or _("none")) if isinstance(value, tuple) else number_format(value, 2)
