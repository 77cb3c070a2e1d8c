"""Short dates in German with the month in letters, so that no reader takes a day for a month."""

SHORT_DATE_FORMAT = "j. M Y"
SHORT_DATETIME_FORMAT = "j. M Y, H:i"
