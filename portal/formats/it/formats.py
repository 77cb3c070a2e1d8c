"""Dates in Italian, the short ones with the month in letters, so that no reader takes a day for a
month; numbers as the vendor's country writes them. portal/staff_words.py has the small months."""

from portal.formats.swiss import separators

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "j b Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATETIME_FORMAT = "j b Y, H:i"
DECIMAL_SEPARATOR, THOUSAND_SEPARATOR = separators(",", ".")
