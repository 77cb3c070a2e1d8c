"""Who is told about an invoice: the payer's people with the accounting right, and the address that
it gave for invoices. Nobody of the other side (M4, T12)."""

from typing import Any

from django.conf import settings
from django.db.models import Q

from access.mail import Recipient, queue_mail
from access.models import Membership, Organisation
from access.policy import REPRESENTING
from billing.models import Invoice
from billing.services.issuing import profile_of
from clients.services.common import representatives


def accountants(payer: Organisation) -> list[Recipient]:
    """Each address once; the payer's own address for invoices reads in the payer's language."""
    members = Membership.objects.filter(
        Q(role__in=REPRESENTING) | Q(accounting=True), organisation=payer, user__is_active=True
    )
    people = [Recipient.of(row.user) for row in members.select_related("user").order_by("pk")]
    profile = profile_of(payer)
    known = {recipient.address.lower() for recipient in people}
    if profile.email and profile.email.lower() not in known:
        language = profile.language or (people[0].language if people else settings.LANGUAGE_CODE)
        people.append(Recipient.at(profile.email, language=language))
    return people


def tell(kind: str, invoice: Invoice, *, event: str = "", **facts: Any) -> None:
    """Queues the mail `billing.<kind>` about an invoice; the same event once (its kind, unless it
    may come several times)."""
    queue_mail(
        kind=f"billing.{kind}",
        key=f"billing.{event or kind}:{invoice.public_id}",
        to=accountants(invoice.payer),
        context=facts_of(invoice) | facts,
    )


def tell_owner(owner: Organisation, invoice: Invoice, products: list[str]) -> None:
    """Queues the mail `billing.products_suspended` to a client whose payer has not paid: which
    products and who pays them; no number and no amount (M4)."""
    queue_mail(
        kind="billing.products_suspended",
        key=f"billing.products_suspended:{invoice.public_id}:{owner.pk}",
        to=[Recipient.of(user) for user in representatives(owner)],
        context={
            "organisation": owner.name,
            "slug": owner.slug,
            "payer": invoice.payer.name,
            "products": products,
        },
    )


def facts_of(invoice: Invoice) -> dict[str, Any]:
    """The facts that every mail about an invoice holds; amounts include VAT."""
    return {
        "invoice": invoice.public_id,
        "number": invoice.number,
        "kind": str(invoice.kind),
        "organisation": invoice.payer.name,
        "slug": invoice.payer.slug,
        "currency": invoice.currency,
        "total": str(invoice.total),
        "open": str(invoice.open_amount),
        "due_on": invoice.due_on.isoformat(),
    }
