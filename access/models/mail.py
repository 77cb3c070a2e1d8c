"""The outbox: every mail is a row, written with the change that causes it."""

from datetime import datetime
from secrets import token_hex
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_message_id() -> str:
    """A Message-ID that no other mail has, under the host that our links name."""
    return f"<{token_hex(16)}@{urlsplit(settings.BASE_URL).hostname}>"


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> Self:
        """Mails that are still to be sent, now or later."""
        return self.filter(state=OutgoingMail.State.QUEUED)

    def due(self, *, at: datetime) -> Self:
        """Mails to be sent at this moment, those that wait longest first."""
        return self.waiting().filter(next_attempt_at__lte=at).order_by("next_attempt_at", "pk")

    def failed(self) -> Self:
        """Mails refused for good: staff look at them."""
        return self.filter(state=OutgoingMail.State.FAILED)


class OutgoingMail(models.Model):
    """One mail to one recipient about one event. One event reaches a recipient once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        OBSOLETE = "obsolete", _("no longer needed")

    event = models.CharField(_("event"), max_length=200)
    kind = models.CharField(_("kind"), max_length=80)
    address = models.EmailField(_("address"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=10)
    context = models.JSONField(_("context"), default=dict, blank=True)
    # Links that open an account. Apart from the rest, so that the database itself can hold
    # that they are gone once the mail no longer waits.
    secrets = models.JSONField(default=dict, blank=True, editable=False)
    message_id = models.CharField(
        "Message-ID", max_length=300, unique=True, editable=False, default=new_message_id
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                "event", Lower("address"), name="mail_once_per_event_and_address"
            ),
            models.CheckConstraint(
                name="mail_state_is_known",
                condition=Q(state__in=["queued", "sent", "failed", "obsolete"]),
            ),
            models.CheckConstraint(
                name="mail_sent_at_when_sent",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="mail_secrets_only_while_queued",
                condition=Q(state="queued") | Q(secrets={}),
            ),
            models.CheckConstraint(
                name="mail_event_and_kind_named", condition=~Q(event="") & ~Q(kind="")
            ),
            # T34: what goes into a header holds no line break, whoever wrote the row.
            models.CheckConstraint(
                name="mail_headers_on_one_line",
                condition=~Q(address__regex=r"[\s,;<>]") & ~Q(name__regex=r"[\r\n]"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="mail_due",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["state", "-created_at"], name="mail_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"
