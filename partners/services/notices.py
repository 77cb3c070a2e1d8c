"""Who is mailed about the programme: those who answer for the organisation, and the address that
the application names (P1)."""

from access.mail import Recipient, queue_mail
from access.models import Act, Membership
from access.rules import Role
from partners.models import Partner


def tell(kind: str, partner: Partner, act: Act) -> None:
    """Queues the letter `partners.<kind>` about what was just written to the log."""
    queue_mail(
        kind=f"partners.{kind}",
        key=f"programme:{act.pk}",
        to=recipients(partner),
        context={"partner": partner.pk},
    )


def recipients(partner: Partner) -> list[Recipient]:
    """Each legal representative in their language, and the contact's address, if it is another,
    in the language of the first."""
    people = [
        member.user
        for member in Membership.objects.filter(
            organisation=partner.organisation_id,
            role=Role.LEGAL_REPRESENTATIVE,
            user__is_active=True,
        )
        .select_related("user")
        .order_by("pk")
    ]
    found = [Recipient.of(person) for person in people]
    contact = partner.contact_email.strip()
    if contact and contact.lower() not in {person.email for person in people}:
        language = people[0].language if people else None
        found.append(Recipient.at(contact, name=partner.organisation.name, language=language))
    return found
