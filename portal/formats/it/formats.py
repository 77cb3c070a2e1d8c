"""Dates in Italian with the month in letters, so that no reader takes a day for a month; and in
small letters, which Django's full names of Italian months do not have."""

DATE_FORMAT = "j b Y"
SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y, H:i"
