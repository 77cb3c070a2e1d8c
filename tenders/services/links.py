"""The mailed links of a tender (T5, T26). Their tokens are computed, never kept."""

from tenders.models import Tender, TenderLink
from tenders.rules import LinkPurpose


def make_link(tender: Tender, purpose: LinkPurpose) -> TenderLink:
    """The tender's link for this purpose; the table gets the hash of its token only."""
    link = TenderLink(tender=tender, purpose=purpose)
    link.token_hash = TenderLink.hash_of(link.token)
    link.save()
    return link


def private_link(tender: Tender) -> TenderLink:
    """The link to the private page of a published tender."""
    return tender.links.get(purpose=LinkPurpose.PRIVATE)
