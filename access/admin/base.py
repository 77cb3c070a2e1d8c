"""What the staff's pages share. Staff look at tenants' data; what changes it are the services."""

from django.contrib.admin.options import ActionLocation
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin, TabularInline

from access.searching import holds


class LookOnly:
    """Nothing is added, changed or deleted here (threat T47)."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class StaffAdmin(ModelAdmin):
    """A list that stays quick with millions of rows: no count of all, no query for each row."""

    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True
    warn_unsaved_form = True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """As Django's own, but letter case and accents aside: each word, or quoted text, stands in
        one of the fields. None of them is of many rows, so nothing is found twice."""
        fields = self.get_search_fields(request)
        for word in smart_split(search_term.replace("\x00", "")):
            quoted = word[0] in "\"'" and word[0] == word[-1] and len(word) > 1
            text = unescape_string_literal(word) if quoted else word
            queryset = queryset.filter(holds(text, *fields))
        return queryset, False

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: list[tuple[str, str]] | None = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """As unfold's own, which does not know yet that Django 6.1 asks for a place."""
        empty = default_choices or [("", _("Select action"))]
        return super(ModelAdmin, self).get_action_choices(request, empty, action_location)


class LookOnlyAdmin(LookOnly, StaffAdmin):
    """Rows that staff may read."""


class LookOnlyInline(LookOnly, TabularInline):
    """Rows of another table that staff may read beside their owner."""

    extra = 0
    show_change_link = False
