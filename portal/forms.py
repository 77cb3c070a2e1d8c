"""How Django's forms look here: labels above, help below them, errors beside the field."""

from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.conf import settings
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.template.backends.django import DjangoTemplates as Engine
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def css_class(widget: forms.Widget) -> str:
    """Bootstrap's class for a widget; one that brings a class, as the admin's do, keeps its own."""
    own = str(widget.attrs.get("class", ""))
    if own or widget.is_hidden:
        return own
    if isinstance(widget, CHECKS):
        return "form-check-input"
    if isinstance(widget, forms.Select):
        return "form-select"
    return "form-control"


class BoundField(forms.BoundField):
    """Adds the classes where the widget is drawn, so that forms and widgets stay free of them."""

    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if str(widget.attrs.get("placeholder", "")).startswith(str(self.label) or "\0"):
            attrs["placeholder"] = False  # allauth says there again what the label says
        chosen = css_class(widget)
        if chosen.startswith("form-") and self.errors:
            chosen += " is-invalid"
        return attrs | {"class": chosen} if chosen else attrs


def select(widget: dict[str, Any]) -> SafeString:
    """Django's own select.html without its templates: a toolbar has several, of many options."""
    return format_html(
        '<select name="{}"{}>\n{}</select>',
        widget["name"],
        flatatt(widget["attrs"]),
        mark_safe("".join(map(_group, widget["optgroups"]))),  # noqa: S308 - made by format_html
    )


def _group(group: tuple[Any, list[dict[str, Any]], int]) -> str:
    name, options, _index = group
    inside = format_html_join("", '<option value="{}"{}>{}</option>\n', map(_option, options))
    return format_html('<optgroup label="{}">\n{}</optgroup>\n', name, inside) if name else inside


def _option(option: dict[str, Any]) -> tuple[str, SafeString, Any]:
    return str(option["value"]), flatatt(option["attrs"]), option["label"]


class FormRenderer(DjangoTemplates):
    """FORM_RENDERER: our templates first, then the apps', then Django's own."""

    bound_field_class = BoundField

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        if template_name == forms.Select.template_name:
            return select(context["widget"])
        return super().render(template_name, context, request)

    @cached_property
    def engine(self) -> Engine:
        stock = Path(django.forms.__file__).parent / "templates"
        return Engine(
            {
                "NAME": "forms",
                "DIRS": [settings.BASE_DIR / "templates", stock],
                "APP_DIRS": True,
                "OPTIONS": {},
            }
        )
