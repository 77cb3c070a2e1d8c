"""Who is told about a prepaid account: the organisation's own people who may see it."""

from typing import Any

from django.db.models import Q

from access.mail import Recipient, queue_mail
from access.models import Membership
from access.policy import REPRESENTING
from billing.models import Account, MoneyRequest


def readers(account: Account) -> list[Recipient]:
    """Its legal representatives and administrators, and who has the accounting right."""
    members = Membership.objects.filter(
        Q(role__in=REPRESENTING) | Q(accounting=True),
        organisation=account.organisation_id,
        user__is_active=True,
    )
    return [Recipient.of(row.user) for row in members.select_related("user").order_by("pk")]


def tell(kind: str, asked: MoneyRequest, **facts: Any) -> None:
    """Queues the mail `billing.<kind>` about a asked, once."""
    account = asked.account
    queue_mail(
        kind=f"billing.{kind}",
        key=f"billing.{kind}:{asked.public_id}",
        to=readers(account),
        context={
            "organisation": account.organisation.name,
            "slug": account.organisation.slug,
            "request": asked.public_id,
            "kind": str(asked.kind),
            "currency": account.currency,
            "amount": str(abs(asked.amount)),
            "iban": asked.iban,
            "answer": asked.answer,
        }
        | facts,
    )
