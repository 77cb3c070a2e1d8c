"""Filters of a partner's list of tenders (T3)."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from access.web.lists import FilterForm
from clients.models import Category
from tenders.querysets import TenderQuerySet

BUDGETS = (1_000, 5_000, 20_000, 100_000)
"""What the upper end of a budget may be asked to reach, in the tender's own currency."""


class BoardFilter(FilterForm):
    """By category, language, country and budget; the countries are those of the rows."""

    category = forms.ChoiceField(required=False, label=gettext_lazy("Category"))
    language = forms.ChoiceField(required=False, label=gettext_lazy("Language"))
    country = forms.ChoiceField(required=False, label=gettext_lazy("Country"))
    budget = forms.ChoiceField(required=False, label=gettext_lazy("Budget"))

    def __init__(self, *args: Any, rows: TenderQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = rows.order_by().values_list("country", flat=True).distinct()[:250]
        names = sorted((countries.name(code), code) for code in found)
        kinds = [(kind.slug, str(kind)) for kind in Category.objects.order_by("position", "pk")]
        self._offer("category", _("Any category"), kinds)
        steps = [
            (str(step), _("From %(amount)s") % {"amount": number_format(step, force_grouping=True)})
            for step in BUDGETS
        ]
        self._offer("budget", _("Any budget"), steps)
        self._offer("language", _("Any language"), list(settings.LANGUAGES))
        self._offer("country", _("Any country"), [(code, name) for name, code in names])

    def _offer(self, name: str, nothing: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", nothing), *choices]  # type: ignore[attr-defined]

    def narrow(self, rows: TenderQuerySet) -> TenderQuerySet:  # type: ignore[override]
        """A tender without an upper budget passes any budget."""
        said = self.cleaned_data
        if said["category"]:
            rows = rows.in_category(said["category"])
        if said["language"]:
            rows = rows.filter(language=said["language"])
        if said["country"]:
            rows = rows.filter(country=said["country"])
        if said["budget"]:
            rows = rows.filter(Q(budget_to__isnull=True) | Q(budget_to__gte=int(said["budget"])))
        return rows
