"""Mails about a tender: to its requester, and to the partners that it concerns."""

from access.mail import Recipient, queue_mail
from tenders.models import Proposal, Tender
from tenders.services.common import recipients_of


def tell_requester(tender: Tender, kind: str, *, event: str = "") -> None:
    """Queues the letter `tenders.<kind>` to who published the tender, in its language. The mail
    holds ids only; without an address, which goes some time after the end, there is none."""
    if not tender.contact_email:
        return
    to = Recipient.at(tender.contact_email, name=tender.contact_name, language=tender.language)
    queue_mail(
        kind=f"tenders.{kind}",
        key=f"tender.{event or kind}:{tender.pk}",
        to=[to],
        context={"tender": tender.pk},
    )


def tell_involved(tender: Tender, kind: str) -> None:
    """Queues the letter `tenders.<kind>` to each partner that opened the tender (T5); who sent a
    proposal had opened it."""
    for opening in tender.openings.select_related("partner__organisation"):
        queue_mail(
            kind=f"tenders.{kind}",
            key=f"tender.{kind}:{tender.pk}:{opening.partner_id}",
            to=recipients_of(opening.partner),
            context={"tender": tender.pk, "partner": opening.partner_id},
        )


def tell_partner(proposal: Proposal, kind: str, *, key: str = "", **ids: int) -> None:
    """Queues the letter `tenders.<kind>` to the partner of a proposal."""
    queue_mail(
        kind=f"tenders.{kind}",
        key=key or f"tender.{kind}:{proposal.pk}",
        to=recipients_of(proposal.partner),
        context={"tender": proposal.tender_id, "proposal": proposal.pk} | ids,
    )
