"""Organisations and their acts log, for staff."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access import log
from access.admin.base import LookOnlyAdmin, LookOnlyInline, StaffAdmin
from access.admin.support import ways_in
from access.forms import OrganisationForm
from access.models import Act, Membership, Organisation, SupportAccess
from access.services.support import set_premium


class StaffOrganisationForm(forms.ModelForm):
    """What staff may correct, under the same checks as on the organisation's own page (O7)."""

    class Meta:
        model = Organisation
        fields = [
            "name",
            "street",
            "postcode",
            "city",
            "registration_number",
            "vat_number",
            "website",
            "affiliate",
            "premium_support",
        ]
        help_texts = {
            "premium_support": _("Gives the organisation a VIP code, on its own premium page."),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        country = {"country": str(self.instance.country)}  # it never changes here (O6)
        own = OrganisationForm(model_to_dict(self.instance) | data | country)
        for field, errors in own.errors.items():
            if field in data:
                self.add_error(field, errors)
        return data | {name: own.cleaned_data.get(name, value) for name, value in data.items()}

    def clean_affiliate(self) -> bool:
        """P3, said before the database has to."""
        affiliate: bool = self.cleaned_data["affiliate"]
        if affiliate and self.instance.reseller_group_id is not None:
            raise forms.ValidationError(_("A partner cannot be an affiliate."))
        return affiliate


class MembersOfOrganisation(LookOnlyInline):
    """Read only: legal representatives appoint, and the services keep one (O3)."""

    model = Membership
    verbose_name_plural = _("people")
    fields = ["user", "email", "role", "accounting", "created_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "organisation")

    @admin.display(description=_("e-mail address"))
    def email(self, membership: Membership) -> str:
        return membership.user.email


@admin.register(Organisation)
class OrganisationAdmin(StaffAdmin):
    list_display = ["name", "slug", "country", "city", "currency", "is_partner", "affiliate"]
    list_filter = ["currency", "affiliate", ("reseller_group", admin.EmptyFieldListFilter)]
    search_fields = ["name", "slug", "registration_number", "vat_number"]
    ordering = ["name", "pk"]
    form = StaffOrganisationForm
    fields = [
        "name",
        "slug",
        "country",
        "currency",
        "created_at",
        "support_access",
        *StaffOrganisationForm.Meta.fields[1:],
    ]
    readonly_fields = ["slug", "country", "currency", "created_at", "support_access"]
    inlines = [MembersOfOrganisation]

    @admin.display(description=_("partner"), boolean=True, ordering="reseller_group")
    def is_partner(self, organisation: Organisation) -> bool:
        return organisation.reseller_group_id is not None

    @admin.display(description=_("support access"))
    def support_access(self, organisation: Organisation) -> str:
        """The way in, while the organisation lets support in (S2)."""
        accesses = SupportAccess.objects.live().select_related("organisation")
        return ways_in(accesses.filter(organisation=organisation))

    def save_model(
        self, request: HttpRequest, obj: Organisation, form: forms.ModelForm, change: bool
    ) -> None:
        """The organisation's own people read in their log what staff changed (A2)."""
        changed = [name for name in form.changed_data if name != "premium_support"]
        premium = obj.premium_support
        if "premium_support" in form.changed_data:
            obj.premium_support = not premium  # as it is kept: the service changes it
        before = {name: form.initial.get(name) for name in changed}
        super().save_model(request, obj, form, change)
        if changed:
            log.write(
                organisation=obj,
                act="organisation.change",
                by=request.user,
                about=obj,
                before=before,
                after={name: form.cleaned_data[name] for name in changed},
            )
        set_premium(organisation=obj, premium=premium, by=request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # somebody founds it, and answers for it (O3)

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False


@admin.register(Act)
class ActAdmin(LookOnlyAdmin):
    """The acts log (A2). The database itself lets nobody change it."""

    list_display = [
        "at", "organisation", "person_name", "acted_for", "capacity", "act", "object_name",
        "allowed",
    ]  # fmt: skip
    list_filter = ["allowed", "capacity", "object_type"]
    list_select_related = ["organisation", "acted_for"]
    search_fields = ["organisation__name", "person_name", "act", "object_name", "object_id"]
    date_hierarchy = "at"
    fields = [
        "at", "organisation", "person", "person_name", "acted_for", "capacity", "act", "allowed",
        "object_type", "object_id", "object_name", "before", "after",
    ]  # fmt: skip
    readonly_fields = fields
