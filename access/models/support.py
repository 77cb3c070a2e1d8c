"""Support by the vendor's staff: codes that identify a person, and access that an organisation
opens for a time (S1, S2)."""

from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models.organisations import Organisation

if TYPE_CHECKING:
    from access.models.people import User
    from access.policy import Actor


class SupportCodeQuerySet(models.QuerySet["SupportCode"]):
    def of(self, person: "User") -> "SupportCode | None":
        """The person's code of last, used or not."""
        return self.filter(user=person).first()


class SupportCode(models.Model):
    """A code that a person reads to support so that staff find them: works once, a day at most.

    Only its hash is kept; a new code replaces the one before (threat T29).
    """

    user = models.OneToOneField("access.User", models.CASCADE, related_name="support_code")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = SupportCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("support code")
        verbose_name_plural = _("support codes")

    def __str__(self) -> str:
        return f"support code of {self.user}"

    @staticmethod
    def hash_of(code: str) -> str:
        """Keyed, because a hash of eight digits alone could be tried out; and since it is what
        the database compares, the time that takes tells nothing of the code (T29)."""
        return salted_hmac("access.SupportCode", code, algorithm="sha256").hexdigest()


class SupportLookupQuerySet(models.QuerySet["SupportLookup"]):
    def about_person(self, person: "User") -> "SupportLookupQuerySet":
        """Who of the staff found this person by a code, the newest first (T29)."""
        return self.filter(user=person).select_related("staff")


class SupportLookup(models.Model):
    """Somebody of the staff looked a person up by a code: shown to that person. Never changed."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    staff = models.ForeignKey(
        "access.User", models.PROTECT, related_name="+", verbose_name=_("staff member")
    )
    user = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="lookups", verbose_name=_("person")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(
        _("by"), max_length=8, choices=[("support", _("Support code")), ("vip", _("VIP code"))]
    )
    found = models.BooleanField(_("found"))

    objects = SupportLookupQuerySet.as_manager()

    class Meta:
        verbose_name = _("look-up by code")
        verbose_name_plural = _("look-ups by code")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-at"]),
            models.Index(fields=["staff", "-at"], condition=Q(found=False), name="wrong_codes"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="lookups_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff} → {self.user or self.organisation or '–'}"


class SupportAccessQuerySet(models.QuerySet["SupportAccess"]):
    def live(self) -> "SupportAccessQuerySet":
        """Those by which support comes in now: open, and not past their time by the database's
        clock, whether or not a job came by (T30)."""
        return self.filter(closed_at=None, until__gt=Now())

    def lapsed(self) -> "SupportAccessQuerySet":
        """Those whose time has passed, though their row does not say so yet."""
        return self.filter(closed_at=None, until__lte=Now())

    def with_live(self) -> "SupportAccessQuerySet":
        """Each with `is_live`: whether support comes in by it now."""
        live = Q(closed_at=None) & Q(until__gt=Now())
        return self.annotate(is_live=ExpressionWrapper(live, models.BooleanField()))

    def past(self) -> "SupportAccessQuerySet":
        return self.filter(Q(closed_at__isnull=False) | Q(until__lte=Now()))

    def visible_to(self, actor: "Actor") -> "SupportAccessQuerySet":
        """Those of the actor's organisation, past ones too, for whoever may open one (S2)."""
        if not actor.may("support.open"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("opened_by", "closed_by")


class SupportAccess(models.Model):
    """An organisation lets the vendor's support in, for hours up to seven days (S2, T30)."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="support_accesses",
        verbose_name=_("organisation"),
    )
    opened_by = models.ForeignKey(
        "access.User", models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    may_write = models.BooleanField(
        _("may change settings"),
        default=False,
        help_text=_("Without it, support may look but not change anything."),
    )
    reason = models.CharField(_("what it is about"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("closed by")
    )

    objects = SupportAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("support access")
        verbose_name_plural = _("support accesses")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(closed_at=None),
                name="one_open_support_access",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at")), name="support_access_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.opened_at:%Y-%m-%d}"
