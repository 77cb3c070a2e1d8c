"""What if, for staff: a draft of other rates and tiers over last year's orders, and its
publication. A draft books nothing."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from access.admin.base import StaffAdmin
from access.copying import style_for
from access.errors import Refused
from access.web.csv import csv_response
from billing.admin.buttons import OnlyWhatApplies
from billing.forms.tiers import in_words
from billing.forms.what_if import PublishForm, WhatIfForm, WhatIfRowForm
from billing.models import WhatIf, WhatIfRow
from billing.services import prices, what_if
from billing.services.what_if import Effect

MOST_SHOWN = 300


class ChangesInline(TabularInline):
    """What the draft changes; a published one is only looked at."""

    model = WhatIfRow
    form = WhatIfRowForm
    extra = 1

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["product_type", "percent", "shown_tiers"] if _published(obj) else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["product_type", "percent", "shown_tiers" if _published(obj) else "tiers"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and not _published(obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _published(obj)

    @admin.display(description=gettext_lazy("volume tiers"))
    def shown_tiers(self, row: WhatIfRow) -> str:
        return _tiers_in_words(what_if.tiers_of(row))


@admin.register(WhatIf)
class WhatIfAdmin(OnlyWhatApplies, StaffAdmin):
    form = WhatIfForm
    inlines = [ChangesInline]
    actions = None
    actions_detail = ("result", "publish")  # type: ignore[assignment]
    list_display = ["title", "since", "until", "changes", "state", "created_by", "created_at"]
    list_select_related = ["created_by"]
    search_fields = ["title"]
    list_before_template = "billing/admin/what_if_note.html"  # type: ignore[assignment]
    change_form_outer_before_template = "billing/admin/what_if_note.html"  # type: ignore[assignment]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WhatIf]:
        return super().get_queryset(request).annotate(number=Count("rows"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = timezone.localdate()
        return {"since": today - timedelta(days=365), "until": today - timedelta(days=1)}

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = ["title", "since", "until"]
        published = ["published_from", "published_by", "published_at"]
        return [*fields, *published] if _published(obj) else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["published_from", "published_by", "published_at"] if _published(obj) else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _published(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _published(obj)

    def has_publish_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may add rates and tiers may publish a draft of them."""
        return request.user.has_perms(["billing.add_partnerrate", "billing.add_tiertable"])

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("changes"), ordering="number")
    def changes(self, draft: Any) -> int:
        return draft.number

    @display(description=gettext_lazy("state"), label={"draft": "warning", "published": "success"})
    def state(self, draft: WhatIf) -> tuple[str, str]:
        if draft.published_from is None:
            return "draft", _("draft")
        day = date_format(draft.published_from, "SHORT_DATE_FORMAT")
        return "published", _("counts from %(day)s") % {"day": day}

    # ---- what it would have done -------------------------------------------------------------

    @action(
        description=gettext_lazy("Before and after"),
        url_path="result",
        permissions=["view"],
        icon="compare_arrows",
        variant=ActionVariant.PRIMARY,
    )
    def result(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = self._draft(request, object_id)
        effects = what_if.run(what_if=draft)
        if request.GET.get("format") == "csv":
            return _csv(draft, effects)  # type: ignore[return-value]
        context = self._context(request, draft, _("Before and after")) | {
            "totals": _table(_("Currency"), [(e.currency, e) for e in what_if.totals(effects)]),
            "partners": _table(
                _("Partner"),
                [(e.partner or _("without a partner"), e) for e in effects[:MOST_SHOWN]],
            ),
            "effects": effects,
            "left_off": len(effects) - MOST_SHOWN,
            "may_publish": self.has_publish_permission(request),
        }
        return TemplateResponse(request, "billing/admin/what_if_result.html", context)

    @action(
        description=gettext_lazy("Publish"),
        url_path="publish",
        permissions=["publish"],
        icon="event_available",
    )
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        draft = self._draft(request, object_id)
        form = PublishForm(request.POST or None)
        if form.is_valid():
            try:
                what_if.publish(what_if=draft, day=form.cleaned_data["day"], by=request.user)  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error("day" if refusal.field == "day" else None, str(refusal))
            else:
                messages.success(request, _("The draft is published. Its rows are dated now."))
                return redirect("admin:billing_whatif_change", draft.pk)
        context = self._context(request, draft, _("Publish")) | {
            "form": form,
            "table": {"headers": _change_headers(), "rows": _change_rows(draft)},
        }
        return TemplateResponse(request, "billing/admin/what_if_publish.html", context)

    def check_applies(self, act: str, row: WhatIf) -> None:
        if act == "publish":
            what_if.check_draft(row)

    def _draft(self, request: HttpRequest, object_id: str) -> WhatIf:
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return found

    def _context(self, request: HttpRequest, draft: WhatIf, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {
            "title": f"{draft.title}: {title}",
            "opts": self.opts,
            "draft": draft,
        }


def _published(draft: WhatIf | None) -> bool:
    """A general question (no draft), or one by key, is about drafts."""
    return isinstance(draft, WhatIf) and draft.is_published


def _tiers_in_words(tiers: Any) -> str:
    return "–" if tiers is None else (in_words(tiers) or _("none"))


def _table(first: str, effects: Iterable[tuple[str, Effect]]) -> dict[str, Any]:
    return {
        "headers": [first, _("Lines"), _("Turnover, excl. VAT"), _("Cashback"), _("Discount")],
        "rows": [[name, *_cells(effect)] for name, effect in effects],
    }


def _cells(effect: Effect) -> list[str]:
    figures = [
        (effect.before.turnover, effect.after.turnover),
        (effect.before.cashback, effect.after.cashback),
        (effect.before.discount, effect.after.discount),
    ]
    lines = number_format(effect.lines, force_grouping=True)
    return [lines, *(_before_and_after(effect.currency, *pair) for pair in figures)]


def _before_and_after(currency: str, before: Decimal, after: Decimal) -> str:
    """Two lines: from what to what, and by how much."""
    change = after - before
    sign = "+" if change > 0 else ""
    said = f"{sign}{_amount(change)}".replace("-", "−") if change else "±0"
    if change and before:
        said += f" ({sign}{number_format(change * 100 / before, 1)} %)".replace("-", "−")
    return format_html(
        '<span class="whitespace-nowrap">{} {} → <b>{}</b></span><br>'
        '<span class="text-subtle whitespace-nowrap">{}</span>',
        currency, _amount(before), _amount(after), said,
    )  # fmt: skip


def _amount(value: Decimal) -> str:
    return number_format(value, 2, force_grouping=True)


def _csv(draft: WhatIf, effects: list[Effect]) -> StreamingHttpResponse:
    """The effects with one column for each figure; docs/prices.md describes them."""
    decimal = style_for(get_language() or "").decimal
    header = [
        "partner", "currency", "lines", "turnover_before", "turnover_after",
        "cashback_before", "cashback_after", "discount_before", "discount_after",
    ]  # fmt: skip
    rows = (
        [
            effect.partner,
            effect.currency,
            effect.lines,
            *(
                f"{figure:.2f}".replace(".", decimal)
                for name in ("turnover", "cashback", "discount")
                for figure in (getattr(effect.before, name), getattr(effect.after, name))
            ),
        ]
        for effect in effects
    )
    return csv_response(f"what-if-{draft.pk}.csv", header, rows)


def _change_headers() -> list[str]:
    return [
        _("Product type"), _("Rate today"), _("New rate"), _("Tiers today"), _("New tiers"),
    ]  # fmt: skip


def _change_rows(draft: WhatIf) -> list[list[Any]]:
    rows = list(draft.rows.select_related("product_type"))
    keys = [(row.product_type_id,) for row in rows]
    rates = prices.today(prices.PARTNER_RATES, keys)
    tiers = prices.today(prices.TIERS, keys)
    return [
        [
            row.product_type,
            _rate(rates.get((row.product_type_id,))),
            _rate(row.percent),
            _tiers_in_words(tiers.get((row.product_type_id,), ())),
            _tiers_in_words(what_if.tiers_of(row)),
        ]
        for row in rows
    ]


def _rate(percent: Decimal | None) -> str:
    return "–" if percent is None else f"{number_format(percent, 2)} %"
