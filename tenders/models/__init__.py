"""The tables of tenders."""

from tenders.models.preferences import TenderPreference
from tenders.models.proposals import Attachment, Opening, Proposal, Question
from tenders.models.tenders import Tender, TenderLink

__all__ = [
    "Attachment",
    "Opening",
    "Proposal",
    "Question",
    "Tender",
    "TenderLink",
    "TenderPreference",
]
