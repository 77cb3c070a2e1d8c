"""What the verbs of money answer when the rules do not allow them. Nothing was booked."""

from access.errors import Refused


class NotOffered(Refused):
    """The product type cannot be ordered: no price in this currency and period, or withdrawn."""


class QuantityWrong(Refused):
    """A quantity of 0, or more than one line may hold."""


class NotAllowedHere(Refused):
    """The table M3 has no row for who orders what: limited partners do not order."""


class PartnerSuspended(Refused):
    """A suspended partner orders and approves nothing (P5, T45)."""


class QuoteChanged(Refused):
    """Payer, prices or payment mode changed since the quote was shown: show it again (T13)."""


class NotEnoughBalance(Refused):
    """The prepaid account does not hold the amount (M6, T18)."""


class WrongCurrency(Refused):
    """The amount is in another currency than the account (T20)."""


class AmountWrong(Refused):
    """An amount that is not above zero, or beyond what is open."""


class AlreadySettled(Refused):
    """Somebody was faster: the request, order or invoice does not wait any more."""


class SecondPersonNeeded(Refused):
    """A correction above the threshold has to be settled by another one of the staff (T19)."""


class NothingToRenew(Refused):
    """The product does not renew: it has ended, was cancelled, or has no term."""


class PriceRowWrong(Refused):
    """A price, rate or tier that cannot be: out of its limits, in the past, twice."""


class AlreadyImported(Refused):
    """The same file was imported before."""


class VatRateMissing(Refused):
    """The vendor's country has no VAT rate on that day: no invoice can be made (M8)."""


class NothingToCredit(Refused):
    """The lines are credited already, or belong to another invoice (M8)."""


class NotMatched(Refused):
    """A bank movement cannot be assigned as asked: unknown invoice, other currency, decided."""


class SenderMissing(Refused):
    """The partner has not said yet how its own bills look and are paid (B12)."""


class NothingToBill(Refused):
    """No placed order of the client in this period waits to be billed again (B12)."""


class NoDraft(Refused):
    """The bill was issued, or discarded, meanwhile: it never changes any more (B12)."""


class BillChanged(Refused):
    """The draft is not any more what its reader was shown: read it again (B12)."""


class NumberTaken(Refused):
    """A number that was used, or that would leave a gap (B12)."""


class MarkupTaken(Refused):
    """There is a mark-up for this client and product type already (B12)."""


class TooSoon(Refused):
    """A reminder before its time (B12)."""


class PeriodWrong(Refused):
    """A period that ends before it begins, or is too long."""
