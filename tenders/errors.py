"""What the verbs of tenders answer when the rules do not allow them."""

from access.errors import Refused


class TenderOver(Refused):
    """The tender is not in a state that allows the verb: somebody was faster, or time (T5, T6)."""


class ProposalOver(Refused):
    """The proposal is not in a state that allows the verb (T4)."""


class LinkUsed(Refused):
    """The confirmation was given already, or its time has passed (T26)."""


class CapTooLow(Refused):
    """More partners have opened the tender already than the new cap allows (T3)."""


class ContactsErased(Refused):
    """The contact details of the tender are gone, so it cannot be open again (T25)."""


class PartnerSuspended(Refused):
    """The partner is not approved at present: nothing to open, nothing to answer (P5, T45)."""


class CapReached(Refused):
    """As many partners as the requester allows have opened the tender (T3)."""


class NotOpened(Refused):
    """A proposal answers a tender that the partner has opened before (T3, T4)."""


class ProposalIncomplete(Refused):
    """The proposal lacks what none is sent without (T4)."""


class DutyNotAccepted(Refused):
    """Nobody said that a contract won by it uses the vendor's products (T7, P1)."""


class AttachmentRefused(Refused):
    """The file is no PDF, is too big, holds something active, or is one too many."""


class AlreadyAnswered(Refused):
    """The question has its answer."""


class TooManyQuestions(Refused):
    """A proposal carries so many questions that people should talk to each other."""
