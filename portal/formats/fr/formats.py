"""Dates in French, the short ones with the month in letters, so that no reader takes a day for a
month."""

SHORT_DATE_FORMAT = "j N Y"
DATETIME_FORMAT = r"j F Y \à H:i"
SHORT_DATETIME_FORMAT = "j N Y, H:i"
