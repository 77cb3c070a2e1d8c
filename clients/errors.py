"""What the verbs of partnerships and products answer when the rules do not allow them."""

from access.errors import Refused


class NotApproved(Refused):
    """The partner is not approved (any more): no new client (P5)."""


class OwnOrganisation(Refused):
    """An organisation cannot be its own client."""


class AlreadyLinked(Refused):
    """A live partnership of this pair exists (L7)."""


class AlreadyWaiting(Refused):
    """The same was asked already and waits for an answer."""


class AlreadyDecided(Refused):
    """Somebody was faster: the partnership is not in a state that allows the verb (L10)."""


class OfferChanged(Refused):
    """The offer changed since it was shown (threats T6, T13); it must be shown again."""


class FullAccessTaken(Refused):
    """Another partner has full access, which only one can have (L7)."""


class ProductTaken(Refused):
    """Another partner manages one of the products (L7)."""


class ProductGone(Refused):
    """One of the products is not, or no longer, in the client's organisation."""


class NothingChosen(Refused):
    """A limited access without a product, or a change that changes nothing."""


class OtherSide(Refused):
    """It is up to the other side of the partnership, or to other organisations altogether."""


class NotTheClient(Refused):
    """The chosen organisation may not answer: the person is no legal representative of it."""


class EndDateWrong(Refused):
    """An end date that is not in the future, or too far ahead (L9)."""


class BackupStays(Refused):
    """A backup, and a client's unit, never move to another console account (C4)."""


class ProductOver(Refused):
    """The product was cancelled for good, or has ended."""
