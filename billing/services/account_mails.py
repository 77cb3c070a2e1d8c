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


def tell(kind: str, request: MoneyRequest, **facts: Any) -> None:
    """Queues the mail `billing.<kind>` about a request, once."""
    account = request.account
    queue_mail(
        kind=f"billing.{kind}",
        key=f"billing.{kind}:{request.public_id}",
        to=readers(account),
        context={
            "organisation": account.organisation.name,
            "slug": account.organisation.slug,
            "request": request.public_id,
            "kind": str(request.kind),
            "currency": account.currency,
            "amount": str(abs(request.amount)),
            "iban": request.iban,
            "answer": request.answer,
        }
        | facts,
    )
