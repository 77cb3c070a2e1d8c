"""The licences of the themes that approved partners see (P4)."""

from django.contrib import admin

from access.admin.base import StaffAdmin
from partners.forms.languages import LANGUAGES, BundleForm
from partners.models import ThemeBundle


@admin.register(ThemeBundle)
class ThemeBundleAdmin(StaffAdmin):
    list_display = ["name", "shown", "position", "download_url"]
    list_filter = ["shown"]
    search_fields = ["name"]
    form = BundleForm
    fields = (
        "name", "licence_key", "download_url", *(f"terms_{code}" for code in LANGUAGES), "position",
        "shown",
    )  # fmt: skip
