"""Where the mailed links of a tender lead (T5, T26). The tokens are computed, never kept."""

from django.urls import reverse

from access.letters import absolute
from tenders.models import Tender, TenderLink
from tenders.rules import LinkPurpose


def make_link(tender: Tender, purpose: LinkPurpose) -> TenderLink:
    """The tender's link for this purpose; the table gets the hash of its token only."""
    link = TenderLink(tender=tender, purpose=purpose)
    link.token_hash = TenderLink.hash_of(link.token)
    link.save()
    return link


def address(tender: Tender, purpose: LinkPurpose) -> str:
    """The address in a mail that opens the tender for this purpose, in the language in use.
    Raises TenderLink.DoesNotExist when there is none (any more)."""
    link = tender.links.get(purpose=purpose)
    return absolute(reverse("tender_link", args=[link.token]))


def private_link(tender: Tender) -> TenderLink:
    """The link to the private page of a published tender."""
    return tender.links.get(purpose=LinkPurpose.PRIVATE)
