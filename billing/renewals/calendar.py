"""On which day a product renews next (M5). Pure."""

from calendar import monthrange
from datetime import date

from clients.rules import term_after


def next_renewal(renews_on: date, period: str, started_on: date | None) -> date:
    """The renewal after the one on `renews_on`.

    What began on the 31st renews on the last day of a short month and on the 31st again. A renewal
    day that does not come from the first day (moved by hand, taken over) stays where it is.
    """
    last = monthrange(renews_on.year, renews_on.month)[1]
    follows = started_on is not None and renews_on.day == min(started_on.day, last)
    anchor = started_on.day if follows and started_on is not None else renews_on.day
    return term_after(renews_on, period, anchor=anchor)
