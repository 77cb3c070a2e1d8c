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
