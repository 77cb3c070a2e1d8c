"""Named questions about people; the only way from a page to their rows."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from access.rules import Answer, InvitationState
from access.searching import holds

if TYPE_CHECKING:
    from access.models import MemberInvitation, User
    from access.policy import Actor


class MembershipQuerySet(QuerySet["Membership"]):
    def visible_to(self, actor: "Actor") -> "MembershipQuerySet":
        """The people of the actor's organisation, for those who may at least read their names."""
        if not actor.may("people.see"):
            return self.none()
        return self.filter(organisation=actor.organisation).select_related("user", "organisation")

    def of_person(self, person: "User") -> "MembershipQuerySet":
        """The person's own roles, by the organisation's name (O1)."""
        found = self.filter(user=person).select_related("organisation")
        return found.order_by("organisation__name", "pk")

    def search(self, text: str) -> "MembershipQuerySet":
        """Those whose name or address holds `text`: for who reads the addresses."""
        return self.filter(holds(text, "user__name", "user__email"))

    def search_names(self, text: str) -> "MembershipQuerySet":
        """Those whose name holds `text`: a search by address would tell addresses."""
        return self.filter(holds(text, "user__name"))


class MemberInvitationQuerySet(QuerySet["MemberInvitation"]):
    def visible_to(self, actor: "Actor") -> "MemberInvitationQuerySet":
        """The invitations of the actor's organisation, for those who read all about its people."""
        if actor.answer("people.see") is not Answer.ALL:
            return self.none()
        return self.filter(organisation=actor.organisation).select_related(
            "organisation", "invited_by"
        )

    def search(self, text: str) -> "MemberInvitationQuerySet":
        return self.filter(holds(text, "email"))

    def waiting(self) -> "MemberInvitationQuerySet":
        """Those that nobody answered or took back, overdue ones too: they can be sent again."""
        return self.filter(state=InvitationState.WAITING)

    def by_token(self, token: str) -> "MemberInvitation | None":
        """The invitation that `token` opens; sent again, the token before opens none (T4)."""
        return self.filter(token_hash=self.model.hash_of(token)).first()

    def readable(
        self, *, person: "User | None", shown: Collection[str]
    ) -> "MemberInvitationQuerySet":
        """Those whose newest link this browser has `shown` (link ids), and those sent to a
        verified address of `person` (T2)."""
        found = Q(link_id__in=shown)
        if person is not None:
            found |= Q(email__in=_proven(person))
        return self.filter(found).select_related("organisation", "invited_by")

    def sent_to(self, person: "User") -> "MemberInvitationQuerySet":
        """All that were sent to one of the person's verified addresses, answered ones too (T2)."""
        return self.filter(email__in=_proven(person)).select_related("organisation", "invited_by")

    def asked_of(self, person: "User") -> "MemberInvitationQuerySet":
        """Those that the person can answer now."""
        return self.sent_to(person).waiting().filter(expires_at__gt=Now())


def _proven(person: "User") -> list[str]:
    verified = person.emailaddress_set.filter(verified=True)
    return [address.lower() for address in verified.values_list("email", flat=True)]
