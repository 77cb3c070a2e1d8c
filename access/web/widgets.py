"""Widgets that every app's forms may use. Their templates are in templates/components/widgets/."""

from collections.abc import Mapping
from typing import Any

from django import forms


class ChoiceCards(forms.RadioSelect):
    """A few weighty choices as large cards, each with an explanation and an icon.

    `explanations`, `icons` and `marks` (a short remark such as "asked for") go by the choice's
    value.
    """

    template_name = "components/widgets/choice_cards.html"
    own_layout = True

    def __init__(
        self,
        *args: Any,
        explanations: Mapping[str, Any] | None = None,
        icons: Mapping[str, str] | None = None,
        marks: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.explanations = explanations or {}
        self.icons = icons or {}
        self.marks = marks or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["explanation"] = self.explanations.get(str(value), "")
        option["icon"] = self.icons.get(str(value), "")
        option["mark"] = self.marks.get(str(value), "")
        return option


class GroupedCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes in named groups (Django's grouped choices), each with "select all".

    `hints` (a second line) and `marks` (a short remark such as "asked for") go by the choice's
    value.
    """

    template_name = "components/widgets/grouped_checkboxes.html"
    own_layout = True

    def __init__(
        self,
        *args: Any,
        hints: Mapping[str, Any] | None = None,
        marks: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints or {}
        self.marks = marks or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        option["mark"] = self.marks.get(str(value), "")
        return option


class TickCards(forms.CheckboxSelectMultiple):
    """A few sentences to be ticked one by one, each as a card with its title and its whole text.

    `explanations` (the texts) and `icons` go by the choice's value.
    """

    template_name = "components/widgets/tick_cards.html"
    own_layout = True

    def __init__(
        self,
        *args: Any,
        explanations: Mapping[str, Any] | None = None,
        icons: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.explanations = explanations or {}
        self.icons = icons or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["explanation"] = self.explanations.get(str(value), "")
        option["icon"] = self.icons.get(str(value), "")
        return option
