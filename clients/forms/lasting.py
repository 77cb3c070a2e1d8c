"""Until when a partner has access (L9)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy

from access.errors import Refused
from clients.models import Partnership
from clients.rules import LONGEST_YEARS, years_later
from clients.services.common import check_end_date


class LastDayInput(forms.DateInput):
    """The browser's own calendar, which offers only days that can be chosen."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")

    def get_context(self, *args: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(*args)
        today = timezone.localdate()
        context["widget"]["attrs"] |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": years_later(today, LONGEST_YEARS).isoformat(),
        }
        return context


class LastDayField(forms.DateField):
    """The last day of an access; empty for no end."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Last day of the access"),
            required=False,
            widget=LastDayInput(),
            help_text=gettext_lazy(
                "Without a day it goes on until one of you ends it. Both sides are told 30, 7 and "
                "1 days before, and you can prolong it."
            ),
        )


def last_day(day: date | None, *, now: date | None) -> date | None:
    """The day, if it may be chosen; `now` is the one in force, which may stay whatever it is."""
    if day != now:
        try:
            check_end_date(day)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from None
    return day


class EndDateForm(forms.Form):
    """Sets, moves or removes the end date; `version` says what the reader was shown (T6)."""

    ends_on = LastDayField()
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, partnership: Partnership) -> None:
        super().__init__(
            *args, initial={"ends_on": partnership.ends_on, "version": partnership.version}
        )

    def clean_ends_on(self) -> date | None:
        return last_day(self.cleaned_data["ends_on"], now=self.initial["ends_on"])


class VersionForm(forms.Form):
    """A button that counts for what its reader was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
