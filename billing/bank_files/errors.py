"""Why a bank's file is not imported. Nothing was booked: a file is read whole or not at all."""

from access.errors import Refused


class BankFileRefused(Refused):
    """The file cannot be read; the sentence says what it is and what to do (M9)."""


class FileTooLarge(BankFileRefused):
    """More bytes or elements than a bank's file has."""


class NotXml(BankFileRefused):
    """Not XML: another format, an archive, or a download that broke off."""


class UnsafeXml(BankFileRefused):
    """XML with a document type: entities that grow or that point elsewhere."""


class WrongMessage(BankFileRefused):
    """XML, but neither camt.053 nor camt.054 of a version that we know."""


class WrongAccount(BankFileRefused):
    """A file about an account that is not the vendor's."""


class BrokenEntry(BankFileRefused):
    """An amount, currency, direction or date that cannot be, or parts that are not the whole."""


class Incomplete(BankFileRefused):
    """A bank's file without one of the parts that each must have."""
