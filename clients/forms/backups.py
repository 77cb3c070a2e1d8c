"""Filters of the list of backups."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.web.lists import FilterForm
from clients.models import Product
from clients.rules import BackupPlace, ProductState


class BackupFilter(FilterForm):
    """By where a backup sits, and by its state."""

    place = forms.ChoiceField(
        choices=[("", _("Any place")), *BackupPlace.choices], required=False, label=_("Place")
    )
    state = forms.ChoiceField(
        choices=[("", _("Any state")), *ProductState.choices], required=False, label=_("State")
    )

    def narrow(self, rows: QuerySet[Product]) -> QuerySet[Product]:
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return rows.filter(**chosen)
