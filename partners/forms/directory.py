"""Forms of the public directory: what to look for, and words to a partner."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from access.forms.addresses import AddressField
from access.forms.names import plain_name
from access.forms.traps import TrapForm
from access.letters import one_line
from access.web.lists import FilterForm
from partners.querysets import PartnerQuerySet
from partners.rules import SPOKEN

WAYS = {
    "category": PartnerQuerySet.in_category,
    "language": PartnerQuerySet.speaking,
    "country": PartnerQuerySet.in_country,
    "place": PartnerQuerySet.in_place,
}


class DirectoryFilters(FilterForm):
    """What a partner does, speaks, and where. Offered is only what finds somebody."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    place = forms.CharField(
        label=gettext_lazy("Where"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Town or region")}),
    )

    def __init__(self, data: Any, *, rows: PartnerQuerySet) -> None:
        super().__init__(data)
        categories = [(row.slug, str(row)) for row in rows.categories()]
        languages = [(code, SPOKEN[code]) for code in rows.languages() if code in SPOKEN]
        places = [(code, countries.name(code)) for code in rows.countries()]
        self._offer("category", _("All categories"), categories)
        self._offer("language", _("All languages"), languages)
        self._offer("country", _("All countries"), places)

    def _offer(self, name: str, every: str, choices: list[tuple[str, Any]]) -> None:
        by_label = sorted(choices, key=lambda choice: str(choice[1]))
        kept = choices if name == "category" else by_label  # the catalogue has its own order
        self.fields[name].choices = [("", every), *kept]  # type: ignore[attr-defined]

    def narrow(self, rows: PartnerQuerySet) -> PartnerQuerySet:  # type: ignore[override]
        for name, question in WAYS.items():
            if value := self.cleaned_data[name]:
                rows = question(rows, value)
        return rows


class ContactForm(TrapForm):
    """A visitor's words to a partner (T23, T34)."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = AddressField(
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy("The partner answers to it. Nobody else sees it."),
    )
    text = forms.CharField(
        label=gettext_lazy("What you would like to know"),
        min_length=10,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Links are taken out of the mail."),
    )
    field_order = ("name", "email", "text")

    def clean_name(self) -> str:
        return plain_name(one_line(self.cleaned_data["name"]))
