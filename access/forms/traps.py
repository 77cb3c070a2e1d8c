"""Forms for strangers: what programs trip over and people do not see (T23). No third party."""

import time
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SALT = "made"
A_DAY = 24 * 3600


class TrapForm(forms.Form):
    """A form with a field that no person sees, and with the signed moment when it was drawn.

    Faster than `least_seconds`, or later than a day after it was drawn, it is refused with a
    sentence; what was typed stays, and sending it again works. Templates show it with
    `components/traps.html`.
    """

    least_seconds = 3

    fax = forms.CharField(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    made = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        self.fields["made"].initial = drawn_now

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.pop("fax", ""):
            raise ValidationError(_("A field that people do not see was filled in. Empty it."))
        age = _age(data.pop("made", ""))
        if age is None:
            self.data = self.data.copy()
            self.data[self.add_prefix("made")] = drawn_now()
            raise ValidationError(_("This page was open for too long. Please send it once more."))
        if age < self.least_seconds:
            raise ValidationError(_("That was very quick. Please send it once more."))
        return data


def drawn_now() -> str:
    """The present moment, signed."""
    return signing.dumps(int(time.time()), salt=SALT)


def _age(made: str) -> float | None:
    """The seconds since the form was drawn; None when that is unknown or too long ago."""
    try:
        return time.time() - signing.loads(made, salt=SALT, max_age=A_DAY)
    except signing.BadSignature:
        return None
