"""Forms in several steps, without JavaScript and without a session.

What was typed in one step travels as hidden fields of the next ones and is checked again each
time, so two tabs can be two wizards, Back loses nothing, and nothing half-done stays anywhere.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField
from django.http import HttpRequest

from access.errors import Refused


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its key, its title, and the names of the fields that it asks for."""

    key: str
    label: Any
    fields: tuple[str, ...] = ()


class StepForm(forms.Form):
    """A form whose fields are asked for in `steps`; the last step is the summary."""

    steps: ClassVar[tuple[Step, ...]]

    def applies(self, step: Step) -> bool:
        """Whether the step is asked at all, given what was said before (`self.said`)."""
        return True

    def said(self, name: str) -> str:
        """What was typed into a field so far, or its initial value."""
        return str(self[name].value() or "")


class Wizard:
    """Where the reader stands in a `StepForm`.

    In views: `finished` (the whole is valid and the reader pressed the last button), `form`,
    `refuse(error)`. In templates: `step`, `titles`, `number`, `visible`, `hidden`, `first`, `last`.
    The buttons are named `go` with the values `next`, `back` and `finish`.
    """

    def __init__(self, request: HttpRequest, form: StepForm) -> None:
        self.form = form
        self.finished = False
        self.index = 0
        if request.method == "POST":
            self._walk(request.POST.get("step", ""), request.POST.get("go", "next"))

    @property
    def all_steps(self) -> list[Step]:
        return [step for step in self.form.steps if self.form.applies(step)]

    @property
    def step(self) -> Step:
        return self.all_steps[min(self.index, len(self.all_steps) - 1)]

    @property
    def titles(self) -> list[Any]:
        """The titles of the steps, for the indicator."""
        return [step.label for step in self.all_steps]

    @property
    def number(self) -> int:
        """The step on the page, counted from one."""
        return min(self.index, len(self.all_steps) - 1) + 1

    @property
    def first(self) -> bool:
        return self.index == 0

    @property
    def last(self) -> bool:
        return self.step is self.all_steps[-1]

    @property
    def visible(self) -> list[BoundField]:
        return [self.form[name] for name in self.step.fields]

    @property
    def hidden(self) -> list[BoundField]:
        """What was typed in the other steps, to travel along."""
        return [field for field in self.form if field.name not in self.step.fields]

    def start_at(self, key: str) -> None:
        """Opens another step than the first, for a link that leads right to it."""
        keys = [step.key for step in self.all_steps[:-1]]
        self.index = keys.index(key) if key in keys else 0

    def go_to_last(self) -> None:
        """Opens the last step, for somebody who comes back from a page that it sent them to."""
        self.index = len(self.all_steps) - 1

    def refuse(self, refusal: Refused) -> None:
        """Shows a service's refusal beside its field, in the step that asks for it."""
        field = refusal.field if refusal.field in self.form.fields else None
        self.form.add_error(field, str(refusal))
        self.finished = False
        self._go_to(field)

    def _walk(self, key: str, go: str) -> None:
        keys = [step.key for step in self.all_steps]
        self.index = keys.index(key) if key in keys else 0
        if go == "back":
            self._forget_errors(after=-1)
            self.index = max(0, self.index - 1)
            return
        self.form.is_valid()
        wrong = self._first_wrong(self.index)
        if wrong is not None:
            self._forget_errors(after=self.index)
            self._go_to(wrong)
        elif go == "finish" and self.last:
            self.finished = self.form.is_valid()
        else:
            self._forget_errors(after=self.index)
            self.index = min(self.index + 1, len(self.all_steps) - 1)

    def _first_wrong(self, until: int) -> str | None:
        """The first field in error up to the step `until`; errors of the whole form count at the
        last step."""
        for step in self.all_steps[: until + 1]:
            for name in step.fields:
                if name in self.form.errors:
                    return name
        return None

    def _forget_errors(self, *, after: int) -> None:
        """Drops the errors of steps that were not asked yet."""
        asked = {name for step in self.all_steps[: after + 1] for name in step.fields}
        errors = self.form.errors
        for name in [name for name in errors if name not in asked]:
            del errors[name]

    def _go_to(self, field: str | None) -> None:
        for number, step in enumerate(self.all_steps):
            if field is not None and field in step.fields:
                self.index = number
                return
