"""What to export: which file, of which client, from when to when, for which program (M11)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.copying.styles import CHOICES
from access.web.widgets import ChoiceCards
from billing.exports.files import File

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 30)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
    )


class ExportForm(forms.Form):
    """The choice of a file. `clients` are the keys and names that this reader may choose (T28);
    without any, the file is about the reader's own organisation."""

    file = forms.ChoiceField(label=gettext_lazy("Which file?"), widget=ChoiceCards())
    client = forms.ChoiceField(label=gettext_lazy("Client"), required=False)
    since = _day(gettext_lazy("From"))
    until = _day(gettext_lazy("To"))
    format = forms.ChoiceField(
        label=gettext_lazy("Decimals and columns"), required=False, choices=CHOICES
    )

    def __init__(
        self,
        *args: Any,
        files: Mapping[str, File],
        clients: Iterable[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offers = files
        chosen: Any = self.fields["file"]
        chosen.choices = [(key, file.label) for key, file in files.items()]
        chosen.widget.explanations = {key: file.holds for key, file in files.items()}
        chosen.widget.icons = {key: file.icon for key, file in files.items()}
        chosen.initial = next(iter(files))
        if clients is None:
            del self.fields["client"]
        else:
            offered: Any = self.fields["client"]
            offered.choices = [("", _("All clients")), *clients]
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("until", _("The period ends before it begins."))
        return data

    @property
    def chosen(self) -> File:
        return self.offers[self.cleaned_data["file"]]

    def narrowed(self) -> dict[str, Any]:
        """What the file is narrowed by."""
        data = self.cleaned_data
        return {
            "client": data.get("client", ""), "since": data["since"], "until": data["until"],
        }  # fmt: skip

    def filename(self, owner: str) -> str:
        """`cashback-alpine-web-hotel-bellevue-2026-01-01-2026-12-31.csv`"""
        data = self.narrowed()
        parts = [self.chosen.key, owner, data["client"]]
        if self.chosen.day:
            parts += [str(data["since"] or ""), str(data["until"] or "")]
        return "-".join(part for part in parts if part) + ".csv"


def periods(today: date | None = None) -> list[tuple[str, date, date]]:
    """The periods that the page offers, each with its first and its last day."""
    today = today or timezone.localdate()
    first = today.replace(day=1)
    last_month = first - timedelta(days=1)
    return [
        (_("This month"), first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)),
        (_("Last month"), last_month.replace(day=1), last_month),
        (_("This year"), date(today.year, 1, 1), date(today.year, 12, 31)),
        (_("Last year"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]
