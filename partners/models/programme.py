"""The vendor's words about the programme, and the applications to it (P1, P4)."""

import pgtrigger
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from access.ids import public_id
from access.models import Organisation, User
from partners.querysets import ApplicationQuerySet, VersionQuerySet
from partners.rules import ApplicationState, TextKind

https = URLValidator(schemes=["https"])


class ProgrammeVersion(models.Model):
    """One version of all texts of the programme. A published one never changes: applicants
    accepted its words (P1). The one published last counts; before the first, the portal's own
    words do (`partners.programme_texts`), under the number 0."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    note = models.CharField(_("what is new"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the programme")
        verbose_name_plural = _("versions of the programme")
        ordering = ["-number"]
        triggers = [
            pgtrigger.Protect(
                name="published_versions_stay",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class ProgrammeText(models.Model):
    """A paragraph of a version: the introduction, a benefit (P4) or a condition (P1), in the
    portal's languages. Conditions are ticked one by one by who applies."""

    version = models.ForeignKey(ProgrammeVersion, models.CASCADE, related_name="texts")
    kind = models.CharField(_("kind"), max_length=12, choices=TextKind.choices)
    key = models.SlugField(_("key"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    titles = models.JSONField(_("titles"), default=dict, help_text=_("By language."))
    texts = models.JSONField(_("texts"), default=dict, help_text=_("By language."))

    class Meta:
        verbose_name = _("text of the programme")
        verbose_name_plural = _("texts of the programme")
        ordering = ["kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "key"], name="one_text_a_key"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="texts_of_published_versions_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM partners_programmeversion
                        WHERE id = COALESCE(NEW.version_id, OLD.version_id)
                        AND published_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'texts of a published version never change';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        title = self.titles.get(get_language() or "") or self.key
        return f"{self.get_kind_display()}: {title}"


class Application(models.Model):
    """An organisation's request to become a partner, from the draft to staff's answer (P1).

    The numbers are as they were when it was sent, whatever the organisation changes later.
    """

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="applications", verbose_name=_("organisation")
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ApplicationState.choices,
        default=ApplicationState.DRAFT,
    )
    contact_name = models.CharField(_("contact person"), max_length=80, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=32, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=32, blank=True)
    website = models.URLField(_("web site"), blank=True, validators=[https])
    about = models.TextField(_("what your company does"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("sent by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(
        _("reason"),
        max_length=1000,
        blank=True,
        help_text=_("Of the decision, in words that the applicant reads."),
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["draft", "sent"]),
                name="one_open_application",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sent_at__isnull=False), name="application_sent_when"
            ),
        ]
        indexes = [models.Index(fields=["state", "sent_at"], name="applications_waiting")]

    def __str__(self) -> str:
        return self.organisation.name


class Acceptance(models.Model):
    """A condition that an applicant ticked: when, who, and the words they read (P1). They come and
    go while the application is a draft; the database keeps them once it is sent."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="acceptances")
    key = models.SlugField(_("condition"), max_length=40)
    version = models.PositiveIntegerField(_("version"))
    language = models.CharField(_("language"), max_length=10)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    accepted_at = models.DateTimeField(_("accepted at"))
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("accepted condition")
        verbose_name_plural = _("accepted conditions")
        ordering = ["pk"]
        triggers = [
            pgtrigger.Trigger(
                name="acceptances_stay_once_sent",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' OR EXISTS (
                        SELECT 1 FROM partners_application
                        WHERE id = COALESCE(NEW.application_id, OLD.application_id)
                        AND state <> 'draft'
                    ) THEN
                        RAISE EXCEPTION 'what was accepted with an application never changes';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}: {self.key}"


class ThemeBundle(models.Model):
    """A licence of the vendor's WordPress themes, shown to approved partners only (P4)."""

    name = models.CharField(_("name"), max_length=80)
    licence_key = models.CharField(_("licence key"), max_length=200)
    download_url = models.URLField(_("where to download it"), blank=True, validators=[https])
    terms = models.JSONField(
        _("how it may be used"), default=dict, blank=True, help_text=_("By language.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    shown = models.BooleanField(_("shown to partners"), default=True)

    class Meta:
        verbose_name = _("theme bundle")
        verbose_name_plural = _("theme bundles")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
