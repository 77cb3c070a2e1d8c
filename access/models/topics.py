"""Which mails somebody may do without, and who does not want them (section 11)."""

from typing import Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Topic(models.TextChoices):
    """What mails that are not essential are about. A letter names its topic; one without a topic
    always arrives, because somebody would lose money, access or a deadline without it."""

    REMINDERS = "reminders", pgettext_lazy("mails", "Reminders")
    PAYMENTS = "payments", _("Payments and cashback")
    PEOPLE = "people", _("People of your organisations")
    TENDERS = "tenders", _("New tenders")

    @property
    def about(self) -> str:
        """In one sentence what these mails say."""
        return str(ABOUT[self])


ABOUT = {
    Topic.REMINDERS: _(
        "That a request, an invitation or an order still waits for an answer. The first mail about "
        "it always arrives."
    ),
    Topic.PAYMENTS: _("That an invoice is paid, and the cashback statement of the month."),
    Topic.PEOPLE: _("That somebody joined your organisation, declined to join, or left it."),
    Topic.TENDERS: _("Tenders that fit what your organisation chose, one by one or collected."),
}


class MutedTopicQuerySet(models.QuerySet["MutedTopic"]):
    def reaching(self, address: str, topic: str) -> Self:
        """What stops mails on `topic` to `address`: the choice of the person who confirmed it, or
        one that was made for the address without an account."""
        address = address.strip().lower()
        owner = EmailAddress.objects.filter(email=address, verified=True).values("user")
        chosen = Q(person__isnull=True, lower=address) | Q(person__in=owner)
        return self.alias(lower=Lower("address")).filter(chosen, topic=topic)

    def of_person(self, person: models.Model) -> Self:
        """The person's own choices, and those that their confirmed addresses made before."""
        confirmed = EmailAddress.objects.filter(user=person, verified=True).values("email")
        own = Q(person=person) | Q(person__isnull=True, lower__in=confirmed)
        return self.alias(lower=Lower("address")).filter(own)


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

    objects = MutedTopicQuerySet.as_manager()

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
