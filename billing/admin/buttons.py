"""The buttons on a row's page in the admin: only those that still apply to the row."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.dataclasses import UnfoldAction

from access.errors import Refused


class OnlyWhatApplies:
    """An admin whose buttons (`actions_detail`) leave when `check_applies` refuses them. Who still
    comes to one, from another tab, is led back with the sentence that says why."""

    def check_applies(self, act: str, row: Any) -> None:
        """Raises Refused when `act`, the name of a button, does not apply to the row any more."""
        raise NotImplementedError

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        shown: list[UnfoldAction] = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        row = self.get_object(request, str(object_id))  # type: ignore[attr-defined]
        if row is None:
            return []
        return [button for button in shown if not self._refusal(button.method.__name__, row)]

    def led_back(self, request: HttpRequest, act: str, row: Any) -> HttpResponse | None:
        """The answer for who comes too late; None while the act applies."""
        if not (why := self._refusal(act, row)):
            return None
        messages.warning(request, why)
        return redirect(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", row.pk)

    def _refusal(self, act: str, row: Any) -> str:
        try:
            self.check_applies(act, row)
        except Refused as refusal:
            return str(refusal)
        return ""
