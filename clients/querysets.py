"""Named questions about products and partnerships; the only way from a page to a tenant's rows."""

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from access import grants
from access.models import User
from access.policy import Actor
from access.rules import Answer
from clients.rules import ALIVE, WAITING, PartnershipState

if TYPE_CHECKING:
    from clients.models import InvitationLink


class ProductQuerySet(QuerySet["Product"]):
    def visible_to(self, actor: Actor) -> "ProductQuerySet":
        """The products of the actor's organisation that section 6 shows them, ready for a list."""
        return self.filter(grants.products_within(actor)).select_related("product_type__category")

    def of_client(self, actor: Actor) -> "ProductQuerySet":
        """All products of the organisation, for those who decide who reaches them (O4)."""
        if actor.partner is not None or not actor.may("partners.see"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("product_type__category")

    def search(self, text: str) -> "ProductQuerySet":
        text = text.strip()
        return self.filter(Q(name__icontains=text) | Q(notes__icontains=text)) if text else self


class PartnershipQuerySet(QuerySet["Partnership"]):
    def waiting(self) -> "PartnershipQuerySet":
        """Those that can still be answered: asked or invited, and not past their time (L8)."""
        return self.filter(state__in=WAITING, expires_at__gt=Now())

    def overdue(self) -> "PartnershipQuerySet":
        """Those that nobody answered in time (L8)."""
        return self.filter(state__in=WAITING, expires_at__lte=Now())

    def lapsed(self) -> "PartnershipQuerySet":
        """Those whose end date has passed, though their state does not say so yet (L9)."""
        return self.filter(state=PartnershipState.ACTIVE, ends_at__lte=Now())

    def active(self) -> "PartnershipQuerySet":
        return self.filter(grants.live())

    def alive(self) -> "PartnershipQuerySet":
        return self.filter(state__in=ALIVE)

    def closed(self) -> "PartnershipQuerySet":
        return self.exclude(state__in=ALIVE)

    def visible_to_client(self, actor: Actor) -> "PartnershipQuerySet":
        """The partnerships of the actor's organisation, seen as the client."""
        if not actor.may("partners.see"):
            return self.none()
        return self.filter(client=actor.organisation).select_related("partner__organisation")

    def visible_to_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """The partnerships of the actor's organisation, seen as the partner: a collaborator sees
        the active ones of the clients assigned to them (O5)."""
        found = self.filter(grants.clients_within(actor)).select_related(
            "client", "partner__organisation"
        )
        if actor.answer("clients.see") is Answer.ASSIGNED:
            found = found.active()
        return found

    def waiting_for_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """Requests and invitations of the partner that somebody has still to answer."""
        if not actor.may("clients.see_waiting"):
            return self.none()
        return self.visible_to_partner(actor).waiting()

    def asked_of(self, person: User) -> "PartnershipQuerySet":
        """The open requests sent to one of the person's verified addresses (L1, threat T2)."""
        verified = person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        return self.waiting().filter(
            state=PartnershipState.REQUESTED, asked_email__in=[email.lower() for email in verified]
        )


class InvitationLinkQuerySet(QuerySet["InvitationLink"]):
    def by_token(self, token: str) -> "InvitationLink | None":
        """The link that `token` opens, replaced ones too: a replay shows the outcome (T4)."""
        return (
            self.filter(token_hash=self.model.hash_of(token))
            .select_related("partnership__partner__organisation", "partnership__client")
            .first()
        )
