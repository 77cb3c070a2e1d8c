"""The acts log: one line for each act on a tenant's data, only ever added to (A2)."""

from contextlib import suppress
from typing import TYPE_CHECKING

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import validate_ipv46_address
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from access.models.organisations import Organisation
from access.models.people import User
from access.searching import holds

if TYPE_CHECKING:
    from access.policy import Actor

# The different people of a log, one step in the index for each: a log may have millions of lines.
DIFFERENT_PEOPLE = """
    WITH RECURSIVE met(person) AS (
        (SELECT person_id FROM access_act WHERE {column} = %s AND person_id IS NOT NULL
         ORDER BY person_id LIMIT 1)
        UNION ALL
        SELECT (SELECT person_id FROM access_act WHERE {column} = %s AND person_id > met.person
                ORDER BY person_id LIMIT 1)
        FROM met WHERE met.person IS NOT NULL
    )
    SELECT person FROM met WHERE person IS NOT NULL
"""


def people_in(column: str, organisation: Organisation) -> models.QuerySet[User]:
    """The people with lines whose `column` is `organisation`, by name."""
    query = DIFFERENT_PEOPLE.format(column=column)
    people = RawSQL(query, [organisation.pk, organisation.pk])  # noqa: S611 - no text of a reader
    return User.objects.filter(pk__in=people).order_by("name", "pk")


class ActQuerySet(models.QuerySet["Act"]):
    def about(self, thing: models.Model, organisation: Organisation) -> "ActQuerySet":
        """The lines of `organisation`'s own log about one thing, the newest first."""
        return self.filter(
            organisation=organisation,
            object_type=thing._meta.model_name,
            object_id=str(getattr(thing, "public_id", thing.pk)),
        ).select_related("acted_for")

    def visible_to(self, actor: "Actor") -> "ActQuerySet":
        """The log of the actor's organisation: what anybody did there, for whomever (A2)."""
        if not actor.may("log.see"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("acted_for")

    def at_clients_of(self, actor: "Actor") -> "ActQuerySet":
        """What the people of the actor's organisation, a partner, did for it at its clients (A2);
        never what anybody else did there."""
        if not actor.may("clients.log"):
            return self.none()
        return (
            self.filter(acted_for=actor.organisation)
            .exclude(organisation=actor.organisation)
            .select_related("acted_for", "organisation")
        )

    def search(self, text: str) -> "ActQuerySet":
        """Lines whose person or object has `text` in its name, or that came from this address."""
        text = text.strip()
        if not text:
            return self
        found = holds(text, "person_name", "object_name")
        with suppress(ValidationError):
            validate_ipv46_address(text)
            found |= Q(address=text)
        return self.filter(found)

    def people_visible_to(self, actor: "Actor") -> models.QuerySet[User]:
        """Who stands in the actor's organisation's log, former people too."""
        if not actor.may("log.see"):
            return User.objects.none()
        return people_in("organisation_id", actor.organisation)

    def people_at_clients_of(self, actor: "Actor") -> models.QuerySet[User]:
        """Who acted for the actor's organisation, a partner; former people too."""
        if not actor.may("clients.log"):
            return User.objects.none()
        return people_in("acted_for_id", actor.organisation)


class Act(models.Model):
    """One line of the acts log: who did what, for whom, by which access (A2). Never changed.

    It names people, organisations and objects in words as well as by key, so that it survives
    whatever becomes of them.
    """

    at = models.DateTimeField(_("when"), auto_now_add=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="acts",
        db_index=False,  # each index below that begins with it serves
        verbose_name=_("organisation"),
    )
    person = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="acts", verbose_name=_("who")
    )
    person_name = models.CharField(_("name"), max_length=80)
    address = models.GenericIPAddressField(_("address"), null=True)
    acted_for = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("for"),
    )
    capacity = models.CharField(_("as"), max_length=24, blank=True)
    act = models.CharField(_("act"), max_length=60)
    allowed = models.BooleanField(_("allowed"), default=True)
    object_type = models.CharField(_("kind of object"), max_length=40, blank=True)
    object_id = models.CharField(_("object"), max_length=24, blank=True)
    object_name = models.CharField(_("object's name"), max_length=120, blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    objects = ActQuerySet.as_manager()

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts log")
        ordering = ["-at", "-pk"]
        indexes = [
            # a log page, the newest first: all of it, one person's, one partner's
            models.Index(fields=["organisation", "-at", "-id"], name="log_by_organisation"),
            models.Index(fields=["organisation", "person", "-at", "-id"], name="log_by_person"),
            models.Index(fields=["organisation", "acted_for", "-at", "-id"], name="log_by_partner"),
            models.Index(
                fields=["organisation", "-at", "-id"],
                condition=Q(allowed=False),
                name="log_of_refused",
            ),
            # what a partner's people did at its clients
            models.Index(fields=["acted_for", "-at", "-id"], name="log_of_partner"),
            models.Index(fields=["acted_for", "person", "-at", "-id"], name="log_of_person"),
            models.Index(fields=["object_type", "object_id", "-at"]),
        ]
        triggers = [
            pgtrigger.Protect(
                name="acts_are_only_added", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name} · {self.act} · {self.object_name}"
