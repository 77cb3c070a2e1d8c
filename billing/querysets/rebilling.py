"""Who sees a partner's bills: its own people who bill clients, and the client they are for (B12).

Drafts, mark-ups and costs are the partner's alone.
"""

from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from access.policy import Actor
from access.rules import Answer
from access.searching import holds
from billing.rules_rebilling import RebillState
from clients.models import Partnership


def reached(actor: Actor, client: str) -> Q:
    """The condition that `client` (a field's name) is one for whom the actor bills: all that the
    partner ever had, for a collaborator those assigned now (O5)."""
    if not actor.may("clients.rebill"):
        return Q(pk__in=[])
    if actor.answer("clients.see") is Answer.ALL:
        return ~Q(pk__in=[])  # an empty Q would vanish from an "or"
    clients = Partnership.objects.visible_to_partner(actor).values("client")
    return Q(**{f"{client}__in": clients})


class SenderQuerySet(QuerySet["RebillSender"]):
    def visible_to(self, actor: Actor) -> "SenderQuerySet":
        """The one sender of the actor's organisation, a partner; none until it was saved."""
        if not actor.may("clients.rebill"):
            return self.none()
        return self.filter(partner=actor.organisation.pk).select_related("logo")


class MarkupQuerySet(QuerySet["RebillMarkup"]):
    def visible_to(self, actor: Actor) -> "MarkupQuerySet":
        """The mark-ups of the actor's organisation: the general ones, and those of the clients
        for whom the actor bills."""
        if not actor.may("clients.rebill"):
            return self.none()
        return (
            self.filter(partner=actor.organisation.pk)
            .filter(Q(client=None) | reached(actor, "client"))
            .select_related("client", "product_type")
        )

    def search(self, text: str) -> "MarkupQuerySet":
        """Those of a client or a product type (in any language) whose name holds `text`."""
        return self.filter(holds(text, "client__name", "product_type__name", "product_type__names"))


class RebillQuerySet(QuerySet["Rebill"]):
    def visible_to_partner(self, actor: Actor) -> "RebillQuerySet":
        """The bills that the actor's organisation, a partner, wrote, drafts too."""
        return (
            self.filter(partner=actor.organisation.pk)
            .filter(reached(actor, "client"))
            .select_related("client", "partner__organisation", "corrects", "logo")
        )

    def visible_to_client(self, actor: Actor) -> "RebillQuerySet":
        """The bills that the actor's organisation got: issued ones, for its own people with the
        accounting right. A partner's person sees none, not even of its own partner (M4)."""
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return (
            self.filter(client=actor.organisation)
            .exclude(state=RebillState.DRAFT)
            .select_related("client", "partner__organisation", "corrects", "logo")
        )

    def with_margin(self) -> "RebillQuerySet":
        """Each with its `margin`, excluding VAT: for the partner that wrote it."""
        return self.annotate(margin=F("net") - F("cost"))

    def drafts(self) -> "RebillQuerySet":
        return self.filter(state=RebillState.DRAFT)

    def overdue(self) -> "RebillQuerySet":
        return self.filter(state=RebillState.OPEN, due_on__lt=timezone.localdate())

    def issued_between(self, start: date | None, until: date | None) -> "RebillQuerySet":
        """Those dated within the days, both included; None leaves a side open."""
        found = self.exclude(state=RebillState.DRAFT)
        if start is not None:
            found = found.filter(issued_on__gte=start)
        return found if until is None else found.filter(issued_on__lte=until)

    def search(self, text: str) -> "RebillQuerySet":
        """A partner's search: by number, client, reference, or a line's text."""
        return self._search(text, "client__name")

    def search_received(self, text: str) -> "RebillQuerySet":
        """A client's search: by number, partner, reference, or a line's text."""
        return self._search(text, "partner__organisation__name")

    def _search(self, text: str, other_side: str) -> "RebillQuerySet":
        text = text.strip()
        if not text:
            return self
        lines: Any = self.model._meta.get_field("lines").related_model._base_manager
        hits = lines.filter(holds(text, "text", "detail")).values("bill")
        return self.filter(
            holds(text, other_side, "number") | Q(reference=text.replace(" ", "")) | Q(pk__in=hits)
        )


class RebillLineQuerySet(QuerySet["RebillLine"]):
    def visible_to(self, actor: Actor) -> "RebillLineQuerySet":
        """The lines of bills that the actor's organisation, a partner, wrote."""
        return (
            self.filter(bill__partner=actor.organisation.pk)
            .filter(reached(actor, "bill__client"))
            .select_related("bill__client", "bill__partner__organisation", "order_line__order")
            .annotate(margin=F("net") - F("cost"))
        )

    def search(self, text: str) -> "RebillLineQuerySet":
        return self.filter(holds(text, "text", "detail"))
