"""What the verbs of partners on tenders share: who acts, who is told, and what is refused."""

from copy import copy

from django.utils.translation import gettext as _

from access import log
from access.mail import Recipient, queue_mail
from access.models import Membership
from access.policy import Actor
from access.rules import Role
from partners.models import Partner
from tenders.errors import PartnerSuspended, TenderOver
from tenders.models import Tender, TenderPreference
from tenders.services.moving import is_open, lock, outcome


def recipients_of(partner: Partner) -> list[Recipient]:
    """Who gets a partner's letters about tenders: the address and language that it chose, else
    its contact address in the language of its first legal representative, else that person."""
    name = partner.organisation.name
    chosen = TenderPreference.objects.filter(partner=partner).first()
    if chosen is not None:
        return [Recipient.at(chosen.address, name=name, language=chosen.mail_language)]
    first = (
        Membership.objects.filter(
            organisation=partner.pk, role=Role.LEGAL_REPRESENTATIVE, user__is_active=True
        )
        .select_related("user")
        .order_by("pk")
        .first()
    )
    language = first.user.language if first else None
    if partner.contact_email:
        return [Recipient.at(partner.contact_email, name=name, language=language)]
    return [Recipient.of(first.user)] if first else []


def approved_partner(by: Actor, act: str) -> Partner:
    """The partner that `by` acts for, as it is now. Raises what `Actor.require` raises unless the
    table allows `act`, and PartnerSuspended while it is not approved (P5, T45)."""
    by.require(act)
    partner = Partner.objects.select_related("organisation").get(pk=by.organisation.pk)
    if not partner.approved:
        raise PartnerSuspended(
            _(
                "%(partner)s is not an approved partner at present: it can neither open tenders "
                "nor answer them. The vendor's support can tell you more."
            )
            % {"partner": partner}
        )
    return partner


def lock_open(tender: Tender) -> Tender:
    """The tender as it is now, locked. Raises TenderOver when it is not open (any more)."""
    tender = lock(tender)
    if not is_open(tender):
        raise TenderOver(outcome(tender))
    return tender


def tell_requester_about(tender: Tender, kind: str, *, key: str, **ids: int) -> None:
    """Queues the letter `tenders.<kind>` about something that a partner did, in the requester's
    language. The mail holds ids only."""
    if not tender.contact_email:
        return
    to = Recipient.at(tender.contact_email, name=tender.contact_name, language=tender.language)
    queue_mail(kind=f"tenders.{kind}", key=key, to=[to], context={"tender": tender.pk} | ids)


def record(tender: Tender, act: str, by: Actor) -> None:
    """Writes the act to the log of the partner of `by` (A2), which keeps the tender's masked
    title: a log stays for ever, and what was typed into the title does not (T24, T25)."""
    log.write(organisation=by.organisation, act=act, by=by, about=named(tender))


def named(tender: Tender) -> Tender:
    """The tender under its masked title, for records that outlive its erasure (T25). One that was
    never published has no masked title yet: it goes by its id. Never to be saved."""
    found = copy(tender)
    found.title = tender.extract_title or tender.public_id
    return found
