"""Words of the staff admin's own look that its package leaves in English: naming them here puts
them into our catalogues, which come before the package's (domain.md, 12)."""

from django.utils.translation import gettext_noop

WORDS = (
    gettext_noop("Choose file to upload"),
    gettext_noop("Select value"),
    gettext_noop("Type to search"),
    gettext_noop("No results found"),
    gettext_noop("This page yielded into no results."),
    gettext_noop("Reset filters"),
    gettext_noop("Nothing matched your search"),
    gettext_noop("Recent searches"),
    gettext_noop("Recent actions"),
    gettext_noop("Show counts"),
    gettext_noop("Hide counts"),
    gettext_noop("Toggle sidebar"),
    gettext_noop("Toggle filter"),
    gettext_noop("Open shortcuts list"),
    gettext_noop("Clear selection"),
    gettext_noop("Select"),
    gettext_noop("Run"),
    gettext_noop("Unknown"),
    gettext_noop("No data"),
    gettext_noop("Yes, I’m sure"),
    gettext_noop("No, take me back"),
    gettext_noop("Save and view"),
    gettext_noop("View"),
    gettext_noop("View site"),
    gettext_noop("Light"),
    gettext_noop("Dark"),
    gettext_noop("System"),
    gettext_noop("Navigate"),
)
