"""What the verbs of tenders share: where a partner's mails go."""

from access.mail import Recipient
from access.models import Membership
from access.rules import Role
from partners.models import Partner


def recipients_of(partner: Partner) -> list[Recipient]:
    """Where mails about tenders reach the partner: the address of its choice of tenders, else its
    contact's in the language of its first legal representative, else that person's."""
    preference = getattr(partner, "tender_preference", None)
    if preference is not None:
        return [
            Recipient.at(preference.address, name=str(partner), language=preference.mail_language)
        ]
    first = (
        Membership.objects.filter(
            organisation=partner.pk, role=Role.LEGAL_REPRESENTATIVE, user__is_active=True
        )
        .select_related("user")
        .order_by("pk")
        .first()
    )
    if first is None:
        return []
    if not partner.contact_email:
        return [Recipient.of(first.user)]
    return [Recipient.at(partner.contact_email, name=str(partner), language=first.user.language)]
