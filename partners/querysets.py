"""Named questions about partners."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from access.models import Membership
from access.rules import Role
from partners.rules import PartnerState

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
