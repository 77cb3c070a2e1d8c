"""Named questions about products and partnerships; the only way from a page to a tenant's rows."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from access import grants
from access.models import User
from access.policy import Actor
from access.rules import Answer
from clients.rules import ALIVE, WAITING, PartnershipState, Side

if TYPE_CHECKING:
    from clients.models import InvitationLink, Partnership


class ProductQuerySet(QuerySet["Product"]):
    def visible_to(self, actor: Actor) -> "ProductQuerySet":
        """The products of the actor's organisation that section 6 shows them, ready for a list."""
        return self.filter(grants.products_within(actor)).select_related("product_type__category")

    def of_client(self, actor: Actor) -> "ProductQuerySet":
        """All products of the organisation, for those who decide who reaches them (O4)."""
        if actor.partner is not None or not actor.may("partners.see"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("product_type__category")

    def by_category(self) -> "ProductQuerySet":
        """Category by category in the catalogue's order, then by name."""
        category = "product_type__category"
        return self.order_by(f"{category}__position", f"{category}__name", category, "name", "pk")

    def reached_by(self, partnership: "Partnership") -> "ProductQuerySet":
        """What a partnership reaches now, for a partner's person who may see the partnership."""
        return self.filter(grants.products_reached_by(partnership)).select_related(
            "product_type__category"
        )

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

    def over(self) -> "PartnershipQuerySet":
        """Those that are past: closed, or past their time though their state does not say so yet
        (L8, L9). None of them is waiting or active."""
        return self.filter(
            ~Q(state__in=ALIVE)
            | Q(state__in=WAITING, expires_at__lte=Now())
            | Q(state=PartnershipState.ACTIVE, ends_at__lte=Now())
        )

    def with_numbers(self) -> "PartnershipQuerySet":
        """Each with `reached`, the number of products it reaches now, and `offered`, the number
        in a client's limited offer; only what the partner may know is counted (T11)."""
        offers = self.model.offered_products.through.objects.filter(partnership=OuterRef("pk"))
        offered = offers.values("partnership").annotate(number=Count("pk")).values("number")
        return self.annotate(
            reached=grants.number_of_products(), offered=Coalesce(Subquery(offered), 0)
        )

    def search(self, text: str) -> "PartnershipQuerySet":
        """Those whose client's name, or the address asked, holds `text`: a partner's search."""
        text = text.strip()
        found = Q(client_name__icontains=text) | Q(asked_email__icontains=text)
        return self.filter(found) if text else self

    def search_partners(self, text: str) -> "PartnershipQuerySet":
        """Those whose partner's name holds `text`: a client's search."""
        return self.filter(partner_name__icontains=text.strip()) if text.strip() else self

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

    def requests_of_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """What the partner asked for itself, and may send again or withdraw while it waits."""
        return self.visible_to_partner(actor).filter(opened_by=Side.PARTNER)

    def invitations_to_partner(self, actor: Actor) -> "PartnershipQuerySet":
        """What clients offered the partner, to be accepted or declined while it waits."""
        return self.visible_to_partner(actor).filter(opened_by=Side.CLIENT)

    def asked_of(self, person: User) -> "PartnershipQuerySet":
        """The open requests sent to one of the person's verified addresses (L1, threat T2)."""
        return self.waiting().filter(state=PartnershipState.REQUESTED).sent_to(person)

    def sent_to(self, person: User) -> "PartnershipQuerySet":
        """All requests sent to one of the person's verified addresses, answered ones too: whoever
        comes late reads the outcome (T2, T4)."""
        verified = person.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        return self.filter(
            opened_by=Side.PARTNER, asked_email__in=[email.lower() for email in verified]
        ).select_related("client", "partner__organisation")


class InvitationLinkQuerySet(QuerySet["InvitationLink"]):
    def by_token(self, token: str) -> "InvitationLink | None":
        """The link that `token` opens, replaced ones too: a replay shows the outcome (T4)."""
        return (
            self.filter(token_hash=self.model.hash_of(token))
            .select_related("partnership__partner__organisation", "partnership__client")
            .first()
        )

    def readable(self, *, person: User | None, shown: Collection[str]) -> "InvitationLinkQuerySet":
        """The links whose token this browser has `shown` (their public ids), and those sent to a
        verified address of `person` (T2)."""
        found = Q(public_id__in=shown)
        if person is not None:
            verified = person.emailaddress_set.filter(verified=True)
            found |= Q(
                email__in=[address.lower() for address in verified.values_list("email", flat=True)]
            )
        return self.filter(found).select_related(
            "partnership__partner__organisation", "partnership__client", "partnership__created_by"
        )
