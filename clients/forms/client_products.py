"""The filters of all clients' products."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from clients.rules import ProductState


class ReachedFilter(FilterForm):
    """By client, category and state. The categories are the catalogue's, which everybody who
    orders reads; they tell nothing about anybody's products."""

    client = forms.CharField(
        max_length=80,
        required=False,
        label=_("Client's name"),
        widget=forms.TextInput(attrs={"placeholder": _("Client"), "type": "search"}),
    )
    category = forms.ChoiceField(
        choices=[("", _("Any category"))], required=False, label=_("Category")
    )
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *ProductState.choices], required=False, label=_("State")
    )

    def offer(self, categories: Iterable[tuple[str, str]]) -> None:
        """Sets the categories to choose from: keys and names."""
        self.fields["category"].choices = [("", _("Any category")), *categories]  # type: ignore[attr-defined]

    @property
    def wanted(self) -> dict[str, str]:
        """What the address asks for, before the catalogue is known: another word than a state
        filters nothing, and so does another word than a category (`clients.reached`)."""
        state = self.data.get("state", "")
        return {
            "client": _plain(self.data.get("client", "")),
            "category": _plain(self.data.get("category", "")),
            "state": state if state in ProductState.values else "",
        }


def _plain(text: Any) -> str:
    return str(text).strip()[:80].replace("\x00", "")
