"""People, for staff: found, spoken to in their language, locked out. Never their rights."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.admin.base import LookOnlyInline, StaffAdmin
from access.admin.support import ways_in
from access.errors import Refused
from access.models import Membership, SupportAccess, User
from access.services.profile import remove_second_factor

POWERS = ("is_staff", "is_superuser")


class MembershipsOfPerson(LookOnlyInline):
    model = Membership
    verbose_name_plural = _("organisations")
    fields = ["organisation", "role", "accounting", "created_at"]
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).select_related("organisation", "user")


class AddressesOfPerson(LookOnlyInline):
    """Read only: an address counts as somebody's when they have confirmed it (T2, T5)."""

    model = EmailAddress
    verbose_name_plural = _("e-mail addresses")
    fields = ["email", "verified", "primary"]
    readonly_fields = fields


class SecondFactorsOfPerson(LookOnlyInline):
    """Which ones, never their secrets (T47)."""

    model = Authenticator
    verbose_name_plural = _("second factors")
    fields = ["kind", "added", "last_used"]
    readonly_fields = fields

    @admin.display(description=_("kind"))
    def kind(self, factor: Authenticator) -> str:
        return str(factor.get_type_display())

    @admin.display(description=_("added on"))
    def added(self, factor: Authenticator) -> datetime:
        return factor.created_at

    @admin.display(description=_("last used on"))
    def last_used(self, factor: Authenticator) -> datetime | None:
        return factor.last_used_at


@admin.register(User)
class PersonAdmin(StaffAdmin):
    """Groups and permissions are not here: groups hold what clients granted (threat T47)."""

    list_display = ["email", "name", "language", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff", "language"]
    search_fields = ["email", "name"]
    date_hierarchy = "date_joined"
    ordering = ["email"]
    fields = [
        "email", "name", "language", "is_active", *POWERS, "date_joined", "last_login",
        "support_access",
    ]  # fmt: skip
    readonly_fields = ["email", "date_joined", "last_login", "support_access"]
    inlines = [MembershipsOfPerson, AddressesOfPerson, SecondFactorsOfPerson]
    actions = ["remove_second_factor"]

    def has_rescue_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    @admin.action(description=_("Remove a lost second factor"), permissions=["rescue"])
    def remove_second_factor(self, request: HttpRequest, people: QuerySet[User]) -> None:
        for person in people:
            try:
                remove_second_factor(person=person, by=request.user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.log_change(request, person, _("Second factor removed."))
                told = _("The second factor of %s is removed, and they are told by mail.")
                self.message_user(request, told % person, messages.SUCCESS)

    @admin.display(description=_("support access"))
    def support_access(self, person: User) -> str:
        """The ways into this person's organisations that let support in (S2)."""
        accesses = SupportAccess.objects.live().select_related("organisation")
        return ways_in(accesses.filter(organisation__memberships__user=person))

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser makes staff, and nobody their own."""
        own = obj is not None and obj.pk == request.user.pk
        if request.user.is_superuser and not own:
            return list(self.readonly_fields)
        powerful = obj is not None and (obj.is_staff or obj.is_superuser)
        locked = [*POWERS, "is_active"] if own or powerful else list(POWERS)
        return [*self.readonly_fields, *locked]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # people sign up, so that the address is theirs

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # the log and the documents name them; lock them out instead
