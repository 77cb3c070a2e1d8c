"""Support, for staff: finding a person or an organisation by the code that they read out (S1), and
the organisations that let support in (S2). Nothing here opens one (T30, T47)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from access.admin.base import LookOnlyAdmin
from access.errors import Refused
from access.models import SupportAccess, SupportLookup
from access.services.support import Found, look_up
from access.templatetags.portal_ui import moment


class CodeForm(forms.Form):
    """What the caller reads out: a person's support code or an organisation's VIP code."""

    code = forms.CharField(
        label=gettext_lazy("Support code or VIP code"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}
        ),
        help_text=gettext_lazy(
            "Spaces and letter case do not matter. Never ask for the authorisation code of a "
            "domain transfer."
        ),
    )


@admin.register(SupportLookup)
class SupportLookupAdmin(LookOnlyAdmin):
    """Every look-up, found or not. The database itself lets nobody change them (T29)."""

    list_display = ["at", "staff", "kind", "shown_found", "user", "organisation"]
    list_filter = ["found", "kind"]
    list_select_related = ["staff", "user", "organisation"]
    search_fields = ["staff__email", "user__email", "organisation__name"]
    date_hierarchy = "at"
    actions_list = ("find_by_code",)  # type: ignore[assignment]
    fields = ("at", "staff", "kind", "found", "user", "organisation")
    readonly_fields = fields

    @display(
        description=gettext_lazy("found"),
        ordering="found",
        label={"found": "success", "wrong": "danger"},
    )
    def shown_found(self, lookup: SupportLookup) -> tuple[str, Any]:
        return ("found", _("found")) if lookup.found else ("wrong", _("wrong code"))

    @action(
        description=gettext_lazy("Find by code"),
        url_path="find",
        permissions=["view"],
        icon="search",
        variant=ActionVariant.PRIMARY,
    )
    def find_by_code(self, request: HttpRequest) -> HttpResponse:
        """Whom a code belongs to; a hit leads to their page."""
        form = CodeForm(request.POST or None)
        if form.is_valid():
            try:
                found = look_up(code=form.cleaned_data["code"], staff=request.user)  # type: ignore[arg-type]
            except Refused as refusal:
                form.add_error("code", str(refusal))
            else:
                if found is not None:
                    messages.success(request, _lead(found))
                    return redirect(_page_of(found))
                form.add_error("code", _("This code is wrong, used, or too old. That was noted."))
        context = self.admin_site.each_context(request) | {
            "title": _("Find by code"),
            "form": form,
        }
        return TemplateResponse(request, "access/admin/find_by_code.html", context)


def _lead(found: Found) -> str:
    if found.person is not None:
        return _("This is %(name)s. The look-up is noted, and shown to them.") % {
            "name": found.person
        }
    return _("This is %(name)s. The look-up is noted in its log.") % {"name": found.organisation}


def _page_of(found: Found) -> str:
    if found.person is not None:
        return reverse("admin:access_user_change", args=[found.person.pk])
    assert found.organisation is not None  # noqa: S101 - one of the two is found
    return reverse("admin:access_organisation_change", args=[found.organisation.pk])


@admin.register(SupportAccess)
class SupportAccessAdmin(LookOnlyAdmin):
    """Whom an organisation let in, and when it ended. Only the organisation opens one (T30)."""

    list_display = ["organisation", "shown_state", "until", "may_write", "opened_at", "reason"]
    list_filter = ["may_write", ("closed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["organisation"]
    search_fields = ["organisation__name", "reason"]
    date_hierarchy = "opened_at"
    fields = (
        "organisation", "way_in", "opened_by", "opened_at", "until", "may_write", "reason",
        "closed_at", "closed_by",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[SupportAccess]:
        return SupportAccess.objects.with_live()

    @display(description=gettext_lazy("state"), label={"open": "success", "over": "info"})
    def shown_state(self, access: Any) -> tuple[str, Any]:
        return ("open", _("open")) if access.is_live else ("over", _("over"))

    @admin.display(description=gettext_lazy("way in"))
    def way_in(self, access: Any) -> str:
        return ways_in([access] if access.is_live else [])


def ways_in(accesses: Any) -> str:
    """A link into each organisation that let support in, with the end and what is allowed."""
    lines = [
        format_html(
            '<a class="text-primary-600 dark:text-primary-500 underline" href="{}">{}</a> {}',
            reverse("home", args=[access.organisation.slug]),
            _("Open %(organisation)s") % {"organisation": access.organisation},
            _terms(access),
        )
        for access in accesses
    ]
    if not lines:
        return _("Support is not let in.")
    return format_html("{}" + "<br>{}" * (len(lines) - 1), *lines)


def _terms(access: SupportAccess) -> str:
    text = (
        _("until %(until)s, may look and change settings")
        if access.may_write
        else _("until %(until)s, may look only")
    )
    return text % {"until": moment(access.until)}
