"""Stopping a collaboration: confirmed twice, the second time with the password or a passkey (L6,
T21)."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from access.forms import PasswordForm
from access.web.wizard import Step, StepForm

CONFIRM = Step("confirm", gettext_lazy("What will happen"), ("understood",))
PASSWORD = Step("password", gettext_lazy("Is it you?"), ("password",))


class EndForm(PasswordForm, StepForm):
    """The password counts only beside the first confirmation, in the same form."""

    steps: ClassVar[tuple[Step, ...]] = (CONFIRM, PASSWORD)

    understood = forms.BooleanField(
        error_messages={"required": gettext_lazy("Tick the box to go on.")},
    )

    field_order = ["understood", "password"]

    def __init__(self, *args: Any, sentence: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["understood"].label = sentence
