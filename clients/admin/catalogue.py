"""The catalogue: categories and product types, by form and by CSV (C1)."""

from typing import Any

import tablib
from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.exceptions import ImportExportError
from import_export.fields import Field
from import_export.formats.base_formats import CSV
from import_export.resources import ModelResource
from import_export.tmp_storages import CacheStorage
from import_export.widgets import ForeignKeyWidget
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminTextInputWidget

from access.admin.base import StaffAdmin
from access.web.csv import lines
from clients.models import Category, ProductType

OTHER_LANGUAGES = {
    code: name for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE
}
NAMES = [f"name_{code}" for code in OTHER_LANGUAGES]


class SpreadsheetCSV(CSV):
    """CSV as a spreadsheet writes and opens it: either separator in, ours out."""

    def create_dataset(self, in_stream: str | bytes, **kwargs: Any) -> tablib.Dataset:
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        header = text.partition("\n")[0]
        delimiter = ";" if header.count(";") > header.count(",") else ","
        return super().create_dataset(text, delimiter=delimiter, **kwargs)

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        return "".join(lines(dataset.headers, iter(dataset)))


class UploadedOnce(CacheStorage):
    """Keeps the file between preview and confirmation where every web process finds it."""

    CACHE_LIFETIME = 3600

    def read(self) -> str:
        content: str | None = super().read()
        if content is None:
            raise Http404(gettext("This import has expired. Please choose the file again."))
        return content


class NameColumn(Field):
    """The name in one language, from `names`."""

    def __init__(self, language: str) -> None:
        super().__init__(attribute=f"names__{language}", column_name=f"name_{language}")
        self.language = language

    def save(self, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        name = str(self.clean(row, **kwargs) or "").strip()
        others = {code: text for code, text in instance.names.items() if code != self.language}
        instance.names = others | ({self.language: name} if name else {})


class NamedResource(ModelResource):
    """Rows are found by their slug: a known one is changed, an unknown one added."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for code, column in zip(OTHER_LANGUAGES, NAMES, strict=True):
            self.fields[column] = NameColumn(code)

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        known = {field.column_name for field in self.fields.values()}
        headers = dataset.headers or []
        unknown = [name for name in headers if name not in known]
        if unknown or "slug" not in headers:
            raise ImportExportError(
                gettext(
                    "Unknown columns: %(unknown)s. Possible are %(known)s; “slug” must be there."
                )
                % {
                    "unknown": ", ".join(map(str, unknown)) or "–",
                    "known": ", ".join(sorted(known)),
                }
            )

    def get_export_order(self) -> list[str]:
        return [*super().get_export_order(), *NAMES]


class Options:
    import_id_fields = ["slug"]
    skip_unchanged = True
    report_skipped = True
    clean_model_instances = True
    use_transactions = True


class CategoryResource(NamedResource):
    class Meta(Options):
        model = Category
        fields = ["slug", "name", "icon", "position"]


class ProductTypeResource(NamedResource):
    category = Field("category", "category", ForeignKeyWidget(Category, "slug"))

    class Meta(Options):
        model = ProductType
        fields = ["slug", "name", "category", "period", "is_backup", "is_offered", "position"]


class NamesApart(forms.ModelForm):
    """Splits the translated names into boxes, and joins them again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, column in zip(OTHER_LANGUAGES, NAMES, strict=True):
            self.fields[column].initial = self.instance.names.get(code, "")

    def save(self, commit: bool = True) -> Any:
        names = {code: self.cleaned_data[f"name_{code}"].strip() for code in OTHER_LANGUAGES}
        self.instance.names = {code: name for code, name in names.items() if name}
        return super().save(commit)


def name_box(language: Any) -> forms.CharField:
    return forms.CharField(
        label=format_lazy("{} ({})", _("Name"), language),
        max_length=80,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )


NamedForm = forms.models.ModelFormMetaclass(
    "NamedForm",
    (NamesApart,),
    {f"name_{code}": name_box(language) for code, language in OTHER_LANGUAGES.items()},
)


class CatalogueAdmin(StaffAdmin, ImportExportModelAdmin):
    """What the two have in common. Used entries stay: products point to them."""

    form = NamedForm
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = [SpreadsheetCSV]
    tmp_storage_class = UploadedOnce
    search_fields = ["name", "slug", "names"]

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"slug": ("name",)}

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


@admin.register(Category)
class CategoryAdmin(CatalogueAdmin):
    list_display = ["name", "slug", "icon", "position", "types"]
    fields = ["name", *NAMES, "slug", "icon", "position"]
    resource_classes = [CategoryResource]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return super().get_queryset(request).annotate(types=Count("product_types"))

    @admin.display(description=_("product types"), ordering="types")
    def types(self, category: Any) -> int:
        return category.types


@admin.register(ProductType)
class ProductTypeAdmin(CatalogueAdmin):
    list_display = ["name", "slug", "category", "period", "is_backup", "is_offered", "position"]
    list_filter = ["category", "period", "is_backup", "is_offered"]
    list_select_related = ["category"]
    fields = [
        "name", *NAMES, "slug", "category", "period", "is_backup", "is_offered", "position",
    ]  # fmt: skip
    resource_classes = [ProductTypeResource]
