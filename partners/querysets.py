"""Named questions about partners."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.models import Membership
from access.policy import Actor
from access.rules import Role
from partners.rules import ApplicationState, PartnerState

if TYPE_CHECKING:
    pass


class PartnerQuerySet(QuerySet["Partner"]):
    def approved(self) -> "PartnerQuerySet":
        """Those who get new clients, tenders, discounts and cashback (P5)."""
        return self.filter(state=PartnerState.APPROVED)

    def open_to_clients(self) -> "PartnerQuerySet":
        """Those whom a client may find and authorise: approved and listed (L3, threat T27)."""
        return self.approved().filter(listed=True).select_related("organisation")

    def search(self, text: str) -> "PartnerQuerySet":
        """Those whose name holds `text`, or with exactly this e-mail address: the contact's, or a
        legal representative's (threat T27: never a part of an address)."""
        text = text.strip()
        if "@" not in text:
            return self.filter(organisation__name__icontains=text)
        represents = Membership.objects.filter(
            organisation_id=OuterRef("pk"),
            role=Role.LEGAL_REPRESENTATIVE,
            user__email=text.lower(),
        )
        return self.filter(Q(contact_email__iexact=text) | Exists(represents))


class VersionQuerySet(QuerySet["ProgrammeVersion"]):
    def published(self) -> "VersionQuerySet":
        """Those that counted or count, the newest first."""
        return self.filter(published_at__isnull=False).order_by("-published_at", "-number")


class ApplicationQuerySet(QuerySet["Application"]):
    def waiting(self) -> "ApplicationQuerySet":
        """What staff have to answer, the oldest first (P1)."""
        return self.filter(state=ApplicationState.SENT).order_by("sent_at", "pk")

    def visible_to(self, actor: Actor) -> "ApplicationQuerySet":
        """The applications of the actor's own organisation."""
        actor.require("programme.see")
        return self.filter(organisation=actor.organisation)


class DirectoryQuerySet(QuerySet["DirectoryPage"]):
    def public(self) -> "DirectoryQuerySet":
        """What anybody sees: approved partners that chose to be listed (D1, T27)."""
        return self.filter(
            partner__state=PartnerState.APPROVED, partner__listed=True
        ).select_related("partner__organisation")
