"""Short dates in French with the month in letters, so that no reader takes a day for a month."""

SHORT_DATE_FORMAT = "j N Y"
SHORT_DATETIME_FORMAT = "j N Y, H:i"
