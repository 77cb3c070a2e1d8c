"""Who sees an account: the people of its own organisation with the accounting right (section 6)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from access.policy import Actor
from access.searching import holds
from billing.states import RequestState

if TYPE_CHECKING:
    from billing.models import Account, Entry, MoneyRequest  # noqa: F401 - named in strings


def begins(day: date) -> datetime:
    """Midnight of a day in the portal's time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


class AccountQuerySet(QuerySet["Account"]):
    def visible_to(self, actor: Actor) -> "AccountQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(organisation=actor.organisation)


class EntryQuerySet(QuerySet["Entry"]):
    def visible_to(self, actor: Actor) -> "EntryQuerySet":
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return self.filter(account__organisation=actor.organisation).select_related(
            "account", "line__product_type"
        )

    def between(self, first: date, last: date) -> "EntryQuerySet":
        """Those booked from the first to the last of these days."""
        return self.filter(
            created_at__gte=begins(first), created_at__lt=begins(last + timedelta(days=1))
        )

    def search(self, text: str) -> "EntryQuerySet":
        """By what the sentence names (invoice, client, product …), or by an exact amount, with or
        without its sign."""
        text = text.strip()
        if not text:
            return self
        found = holds(text, "facts", "line__product_type__names")
        try:
            amount = Decimal(text.replace(",", ".").replace("’", "").replace("−", "-"))
        except InvalidOperation:
            return self.filter(found)
        if amount.is_finite() and abs(amount) < Decimal(10) ** 12:
            found |= Q(amount__in=(amount, -amount))
        return self.filter(found)


class RequestQuerySet(QuerySet["MoneyRequest"]):
    def visible_to(self, actor: Actor) -> "RequestQuerySet":
        """What the organisation asked; what staff propose is shown once it is an entry."""
        if not actor.is_member or not actor.may("accounting.see"):
            return self.none()
        return (
            self.filter(account__organisation=actor.organisation)
            .exclude(kind="correction")
            .select_related("account", "entry", "created_by")
        )

    def search(self, text: str) -> "RequestQuerySet":
        """By the payment reference, as printed or without its spaces."""
        return self.filter(holds("".join(text.split()), "reference"))

    def waiting(self) -> "RequestQuerySet":
        return self.filter(state=RequestState.WAITING)
