"""Dates in German, the short ones with the month in letters, so that no reader takes a day for a
month; numbers as the vendor's country writes them."""

from portal.formats.swiss import separators

SHORT_DATE_FORMAT = "j. M Y"
DATETIME_FORMAT = "j. F Y, H:i"
SHORT_DATETIME_FORMAT = "j. M Y, H:i"
DECIMAL_SEPARATOR, THOUSAND_SEPARATOR = separators(",", ".")
