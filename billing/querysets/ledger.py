"""Who sees an account: the people of its own organisation with the accounting right (section 6)."""

from django.db.models import Q, QuerySet

from access.policy import Actor
from billing.states import RequestState


class AccountQuerySet(QuerySet["Account"]):
    def visible_to(self, actor: Actor) -> "AccountQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(organisation=actor.organisation)


class EntryQuerySet(QuerySet["Entry"]):
    def visible_to(self, actor: Actor) -> "EntryQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(account__organisation=actor.organisation).select_related("account")

    def search(self, text: str) -> "EntryQuerySet":
        text = text.strip()
        return self.filter(Q(facts__icontains=text)) if text else self


class RequestQuerySet(QuerySet["MoneyRequest"]):
    def visible_to(self, actor: Actor) -> "RequestQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(account__organisation=actor.organisation).select_related("account")

    def waiting(self) -> "RequestQuerySet":
        return self.filter(state=RequestState.WAITING)
