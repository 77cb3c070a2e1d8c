"""Short dates in Spanish with the month in letters, so that no reader takes a day for a month."""

SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y, H:i"
