"""Who sees which orders: the client's organisation, and the partner that gains or pays (M4)."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from access.policy import Actor
from access.searching import holds
from billing.states import OrderState
from clients.models import Partnership


class OrderQuerySet(QuerySet["Order"]):
    def visible_to(self, actor: Actor) -> "OrderQuerySet":
        """The orders of the actor's organisation, as its client's side or its partner's person.

        A partner's person sees those in which their own partner has a part. What amounts may show
        is another question: see `billing.sight`.
        """
        if not actor.may("orders.see"):
            return self.none()
        found = self.filter(organisation=actor.organisation)
        if actor.partner is not None:
            found = found.filter(partner_id=actor.partner.pk)
        return found.select_related("organisation", "payer", "partner__organisation")

    def of_clients(self, actor: Actor) -> "OrderQuerySet":
        """The orders at all clients of the actor's organisation, a partner, in which it has a
        part, past partnerships included; a collaborator's are those of the clients assigned."""
        if not actor.may("clients.see"):
            return self.none()
        reached = Partnership.objects.visible_to_partner(actor)
        return self.filter(
            partner_id=actor.organisation.pk, organisation__in=reached.values("client")
        ).select_related("organisation", "payer", "partner__organisation")

    def waiting_for(self, actor: Actor) -> "OrderQuerySet":
        """Clients' orders that the actor's organisation, a partner, would pay and has to
        approve."""
        return self.of_clients(actor).filter(
            state=OrderState.WAITING, payer=actor.organisation, expires_at__gt=Now()
        )

    def overdue(self) -> "OrderQuerySet":
        """Those that nobody approved in time."""
        return self.filter(state=OrderState.WAITING, expires_at__lte=Now())

    def to_remind(self) -> "OrderQuerySet":
        """Those that wait so long that the partner is reminded, once."""
        since = timezone.now() - timedelta(days=settings.ORDER_REMINDER_DAYS)
        return self.filter(
            state=OrderState.WAITING,
            reminded_at=None,
            created_at__lte=since,
            expires_at__gt=Now(),
        )

    def placed(self) -> "OrderQuerySet":
        return self.filter(state=OrderState.PLACED)

    def search(self, text: str) -> "OrderQuerySet":
        text = text.strip()
        if not text:
            return self
        lines = self.model._meta.get_field("lines").related_model._base_manager
        hits: Any = lines.filter(holds(text, "name", "product_type__name")).values("order")
        return self.filter(Q(public_id=text) | holds(text, "organisation__name") | Q(pk__in=hits))


class LineQuerySet(QuerySet["OrderLine"]):
    def of_clients(self, actor: Actor) -> "LineQuerySet":
        """The lines of the orders that `OrderQuerySet.of_clients` shows the actor."""
        orders: Any = self.model._meta.get_field("order").related_model
        return self.filter(order__in=orders.objects.of_clients(actor).values("pk"))

    def counted(self) -> "LineQuerySet":
        """The lines of orders that are placed and not cancelled."""
        return self.filter(order__state=OrderState.PLACED)
