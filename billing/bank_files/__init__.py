"""What the bank reports: camt.053 (statement) and camt.054 (notification) of ISO 20022 (M9).

Versions .001.04 and .001.08, as ISO and the Swiss Payment Standards write them. Pure: bytes in,
frozen records out. Whether an amount pays an invoice is decided by the services.
"""

from .errors import BankFileRefused
from .reading import read_bank_file
from .records import BankCredit, BankFile, BankFileKind

__all__ = ["BankCredit", "BankFile", "BankFileKind", "BankFileRefused", "read_bank_file"]
