"""The texts of the programme, for staff: a draft of the next version, its preview in each language,
publishing it. A published version is only looked at."""

from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import StackedInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextInputWidget

from partners.admin.deciding import DecidingAdmin, posted
from partners.forms.languages import LANGUAGES, TextForm
from partners.models import ProgrammeText, ProgrammeVersion
from partners.services import texts


class StartForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What is new"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("For the staff: no partner reads it."),
    )


def _published(version: ProgrammeVersion | None) -> bool:
    return version is not None and version.published_at is not None


PARTS: tuple[Any, ...] = tuple(
    (language, {"fields": (f"titles_{code}", f"texts_{code}")})
    for code, language in LANGUAGES.items()
)
"""The boxes of each language together."""


class TextInline(StackedInline):
    """The paragraphs of a version, each in every language."""

    model = ProgrammeText
    form = TextForm
    extra = 0
    collapsible = True
    fieldsets = (
        (None, {"fields": (("kind", "key"), ("position", "icon"))}),
        *PARTS,
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _published(obj) and bool(super().has_add_permission(request, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _published(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _published(obj) and bool(super().has_delete_permission(request, obj))


@admin.register(ProgrammeVersion)
class VersionAdmin(DecidingAdmin):
    list_display = ["number", "shown_state", "note", "published_at", "published_by", "created_at"]
    list_select_related = ["published_by"]
    inlines = [TextInline]
    actions_list = ("start_one",)  # type: ignore[assignment]
    actions_detail = ("preview", "publish_it")  # type: ignore[assignment]
    fields = ("number", "note", "created_at", "published_at", "published_by")
    readonly_fields = ("number", "created_at", "published_at", "published_by")

    @display(
        description=gettext_lazy("state"),
        label={"counts": "success", "draft": "warning", "past": "default"},
    )
    def shown_state(self, version: ProgrammeVersion) -> tuple[str, Any]:
        if version.published_at is None:
            return "draft", _("draft")
        counts = ProgrammeVersion.objects.published().first()
        return ("counts", _("counts now")) if counts == version else ("past", _("earlier"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _published(obj) and self.has_decide_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and self.has_change_permission(request, obj)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        drafts = ProgrammeVersion.objects.filter(published_at=None)
        return self.has_decide_permission(request) and drafts.filter(pk=object_id).exists()

    @action(
        description=gettext_lazy("Start a new version"), url_path="start", permissions=["decide"],
        icon="add", variant=ActionVariant.PRIMARY,
    )  # fmt: skip
    def start_one(self, request: HttpRequest) -> HttpResponse:
        """A draft with the words that count now."""
        form = StartForm(posted(request))
        if form.is_valid():
            version = texts.start_version(**form.cleaned_data)
            messages.success(
                request, _("Version %s is a draft: change it, then publish it.") % version
            )
            return redirect("admin:partners_programmeversion_change", version.pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Start a new version"),
            "text": _(
                "It begins with the words that count now. Nobody sees it before you publish it."
            ),
            "button": _("Start it"),
            "form": form,
            "back": ("admin:partners_programmeversion_changelist", None),
        }
        return TemplateResponse(request, "partners/admin/decide.html", context)

    @action(
        description=gettext_lazy("Preview"), url_path="preview", permissions=["view"],
        icon="visibility",
    )  # fmt: skip
    def preview(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The public page as this version would make it, in the language asked for."""
        version = self._version(object_id)
        asked = request.GET.get("language", "")
        language = asked if asked in LANGUAGES else translation.get_language()
        with translation.override(language or settings.LANGUAGE_CODE):
            context = {"programme": texts.of_version(version), "preview": version, "own": []}
            return TemplateResponse(request, "partners/programme.html", context).render()

    @action(
        description=gettext_lazy("Publish"), url_path="publish", permissions=["publish"],
        icon="publish",
    )  # fmt: skip
    def publish_it(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """From now on these words count; what is missing is named, and nothing is published."""
        version = self._version(object_id)
        back = ("admin:partners_programmeversion_change", version.pk)
        if missing := texts.faults(version):
            for sentence in missing:
                messages.error(request, sentence)
            return redirect(*back)
        return self.decide(
            request,
            forms.Form(posted(request)),
            partial(texts.publish, version=version),
            back=back,
            done=_("Version %s counts from now on.") % version,
            title=_("Publish version %s") % version,
            text=_(
                "Everybody reads these words from now on, and they never change again. Who has a "
                "draft of an application ticks the conditions anew; partners keep what they "
                "accepted."
            ),
            button=_("Publish it"),
        )

    def _version(self, object_id: Any) -> ProgrammeVersion:
        return ProgrammeVersion.objects.prefetch_related("texts").get(pk=object_id)
