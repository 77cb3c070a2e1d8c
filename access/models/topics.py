"""Which mails somebody may do without, and who does not want them (section 11)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """What mails that are not essential are about. A letter names its topic; one without a topic
    always arrives, because somebody would lose money, access or a deadline without it."""

    REMINDERS = "reminders", _("Reminders of what waits for an answer")
    RENEWALS = "renewals", _("Renewals that come near, and renewals done")
    PAYMENTS = "payments", _("Payments received and cashback statements")
    PEOPLE = "people", _("People who join or leave an organisation")
    TENDERS = "tenders", _("New tenders")


class MutedTopic(models.Model):
    """A topic that a person, or an address without an account, does not want to read about. No
    row: the mails arrive."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="muted_topics",
        verbose_name=_("person"),
    )
    address = models.EmailField(_("address"), blank=True)
    topic = models.CharField(_("topic"), max_length=20)
    muted_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("unwanted topic")
        verbose_name_plural = _("unwanted topics")
        constraints = [
            models.CheckConstraint(
                name="muted_by_person_or_address",
                condition=Q(person__isnull=False, address="")
                | (Q(person__isnull=True) & ~Q(address="")),
            ),
            models.UniqueConstraint(
                "person", "topic", name="muted_once_by_person", condition=Q(person__isnull=False)
            ),
            models.UniqueConstraint(
                Lower("address"),
                "topic",
                name="muted_once_by_address",
                condition=Q(person__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.person or self.address}"
