"""Texts in every language of the portal as one box each, kept together as JSON."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from partners.models import ProgrammeText, ThemeBundle

LANGUAGES = dict(settings.LANGUAGES)
ICONS = (
    "briefcase", "building", "box-seam", "file-earmark-text", "gear", "globe", "hand-thumbs-up",
    "life-preserver", "lightning", "megaphone", "palette", "people", "percent", "piggy-bank",
    "receipt", "shield-check", "shop", "star", "tags", "wallet2",
)  # fmt: skip
"""The icons of the portal's own set that suit a benefit or a condition."""


def boxes(field: str, label: Any, *, long: bool) -> dict[str, forms.CharField]:
    """A box for each language, named `<field>_<language>`; none is required of a draft."""
    return {
        f"{field}_{code}": forms.CharField(
            label=format_lazy("{} ({})", label, language),
            max_length=2000 if long else 200,
            required=False,
            widget=UnfoldAdminTextareaWidget(attrs={"rows": 3, "lang": code})
            if long
            else UnfoldAdminTextInputWidget(attrs={"lang": code}),
        )
        for code, language in LANGUAGES.items()
    }


class ByLanguageForm(forms.ModelForm):
    """Splits the JSON fields named in `split` into boxes, and joins them again."""

    split: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.split:
            kept = getattr(self.instance, field) or {}
            for code in LANGUAGES:
                self.fields[f"{field}_{code}"].initial = kept.get(code, "")

    def save(self, commit: bool = True) -> Any:
        for field in self.split:
            said = {code: self.cleaned_data[f"{field}_{code}"].strip() for code in LANGUAGES}
            setattr(self.instance, field, {code: text for code, text in said.items() if text})
        return super().save(commit)


class _TextForm(ByLanguageForm):
    """A paragraph of the programme: `{vendor}` and `{minimum}` are filled in when it is shown."""

    split = ("titles", "texts")
    icon = forms.ChoiceField(
        label=_("icon"),
        required=False,
        choices=[("", "–"), *((name, name) for name in ICONS)],
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = ProgrammeText
        fields = ("kind", "key", "position", "icon")


class _BundleForm(ByLanguageForm):
    split = ("terms",)

    class Meta:
        model = ThemeBundle
        fields = ("name", "licence_key", "download_url", "position", "shown")


def _with(base: type[forms.ModelForm], more: dict[str, forms.CharField]) -> type[forms.ModelForm]:
    made: Any = forms.models.ModelFormMetaclass(base.__name__.strip("_"), (base,), more)
    return made


TextForm = _with(
    _TextForm, boxes("titles", _("Title"), long=False) | boxes("texts", _("Text"), long=True)
)
BundleForm = _with(_BundleForm, boxes("terms", _("How it may be used"), long=True))
