"""Support by the vendor's staff: codes that identify a person, and access that an organisation
opens for a time (S1, S2)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models.organisations import Organisation


class SupportCode(models.Model):
    """A code that a person reads to support so that staff find them: works once, a day at most.

    Only its hash is kept; a new code replaces the one before (threat T29).
    """

    user = models.OneToOneField("access.User", models.CASCADE, related_name="support_code")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("support code")
        verbose_name_plural = _("support codes")

    def __str__(self) -> str:
        return f"support code of {self.user}"


class SupportLookup(models.Model):
    """Somebody of the staff looked a person up by a code: shown to that person. Never changed."""

    at = models.DateTimeField(_("when"), auto_now_add=True)
    staff = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    user = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="lookups")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(
        _("by"), max_length=8, choices=[("support", _("Support code")), ("vip", _("VIP code"))]
    )
    found = models.BooleanField(_("found"))

    class Meta:
        verbose_name = _("look-up by code")
        verbose_name_plural = _("look-ups by code")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"])]

    def __str__(self) -> str:
        return f"{self.staff} → {self.user}"


class SupportAccess(models.Model):
    """An organisation lets the vendor's support in, for hours up to seven days (S2, T30)."""

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="support_accesses")
    opened_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"))
    may_write = models.BooleanField(
        _("may change settings"),
        default=False,
        help_text=_("Without it, support may look but not change anything."),
    )
    reason = models.CharField(_("what it is about"), max_length=200, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey("access.User", models.PROTECT, null=True, related_name="+")

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
