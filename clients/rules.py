"""Partnerships and products as data: states, moves, access, payment mode (L1-L8, C3). Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Access(models.TextChoices):
    """How far a partner reaches: chosen products, or the whole organisation."""

    LIMITED = "limited", _("Limited access")
    FULL = "full", _("Full access")


class PaymentMode(models.TextChoices):
    """Who settles orders and renewals; always named by the payer."""

    CLIENT = "client", _("Client pays")
    PARTNER = "partner", _("Partner pays")


class PartnershipState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    INVITED = "invited", _("Invited")
    ACTIVE = "active", _("Active")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    ENDED = "ended", _("Ended")


State = PartnershipState
WAITING = (State.REQUESTED, State.INVITED)
ALIVE = (*WAITING, State.ACTIVE)
CLOSED = tuple(state for state in State if state not in ALIVE)


class Side(models.TextChoices):
    CLIENT = "client", _("Client")
    PARTNER = "partner", _("Partner")


MOVES: dict[tuple[str, Side | None], dict[State, State]] = {
    # L1: the partner asks, the client answers.
    ("accept", Side.CLIENT): {State.REQUESTED: State.ACTIVE},
    ("refuse", Side.CLIENT): {State.REQUESTED: State.REFUSED},
    ("withdraw", Side.PARTNER): {State.REQUESTED: State.WITHDRAWN},
    # L3: the client invites, the partner answers.
    ("accept", Side.PARTNER): {State.INVITED: State.ACTIVE},
    ("refuse", Side.PARTNER): {State.INVITED: State.REFUSED},
    ("withdraw", Side.CLIENT): {State.INVITED: State.WITHDRAWN},
    # L5, L6
    ("change", Side.CLIENT): {State.ACTIVE: State.ACTIVE},
    ("end", Side.CLIENT): {State.ACTIVE: State.ENDED},
    ("end", Side.PARTNER): {State.ACTIVE: State.ENDED},
    # L8, L9: nobody's doing but time's.
    ("expire", None): {State.REQUESTED: State.EXPIRED, State.INVITED: State.EXPIRED},
    ("lapse", None): {State.ACTIVE: State.ENDED},
}
"""(verb, side) -> state before -> state after. What is not here is refused (L10)."""


def moved(state: str, verb: str, side: Side | None) -> State | None:
    """The state after `verb` by `side`, or None when that cannot be done in `state`."""
    return MOVES[(verb, side)].get(State(state))


def state_at(state: str, now: datetime, *, expires_at: datetime, ends_at: datetime | None) -> State:
    """The state that counts at `now`: time closes what nobody answered (L8) and what is past its
    end date (L9) before a job writes it down."""
    if state in WAITING and expires_at <= now:
        return State.EXPIRED
    if state == State.ACTIVE and ends_at is not None and ends_at <= now:
        return State.ENDED
    return State(state)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a client gives a partner: limited to `products` (primary keys), or full with the
    payment mode. Limited access is always paid by the client (M3). `ends_on` is the last day on
    which it counts, None for no end (L9)."""

    access: Access
    payment_mode: PaymentMode = PaymentMode.CLIENT
    products: frozenset[int] = frozenset()
    ends_on: date | None = None

    @classmethod
    def limited(cls, products: Collection[int]) -> "Offer":
        return cls(Access.LIMITED, PaymentMode.CLIENT, frozenset(products))

    @classmethod
    def full(cls, payment_mode: str) -> "Offer":
        return cls(Access.FULL, PaymentMode(payment_mode), frozenset())

    def until(self, ends_on: date | None) -> "Offer":
        """The same with this last day, or with none."""
        return replace(self, ends_on=ends_on)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a change of access gives and takes, as sets of products' primary keys."""

    gained: frozenset[int]
    lost: frozenset[int]


def compare(before: Offer, after: Offer, everything: frozenset[int]) -> Comparison:
    """What the partner gains and loses by going from one offer to the other, when the client owns
    the products `everything` (L5)."""
    old = everything if before.access == Access.FULL else before.products
    new = everything if after.access == Access.FULL else after.products
    return Comparison(gained=frozenset(new - old), lost=frozenset(old - new))


NOTICES = (30, 7, 1)
"""How many days before its end date both sides are told, the first time first (L9)."""

ENDING_SOON_DAYS = NOTICES[0]
LONGEST_YEARS = 10
"""How far ahead an end date may lie: one further away is a typing mistake."""


def notice_at(ends_on: date, today: date) -> int | None:
    """The last notice that is due on `today` for what ends on `ends_on`: 30, 7, 1, or None."""
    left = (ends_on - today).days
    passed = [days for days in NOTICES if left <= days]
    return min(passed) if passed else None


def years_later(day: date, years: int) -> date:
    """The same day of the year `years` later; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


class ProductState(models.TextChoices):
    """C3; suspended means unpaid."""

    ORDERED = "ordered", _("Ordered")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CANCELLED = "cancelled", _("Cancelled")
    ENDED = "ended", _("Ended")


class BackupPlace(models.TextChoices):
    """Where a backup sits, as the partner that reads sees it (C4)."""

    OURS = "ours", _("In your account")
    ELSEWHERE = "elsewhere", _("In another account")
    WAITING = "waiting", _("No place yet")


class Period(models.TextChoices):
    """How often a product is paid and renewed."""

    MONTHLY = "monthly", _("Monthly")
    YEARLY = "yearly", _("Yearly")


MONTHS = {Period.MONTHLY: 1, Period.YEARLY: 12}


def term_after(day: date, period: str, *, anchor: int = 0) -> date:
    """The day one period after `day`: a term's end, and the next one's first day.

    `anchor` is the day of the month on which the product began, so that what began on the 31st
    renews on the last day of a short month and on the 31st again; without it, that of `day`.
    """
    months = day.year * 12 + day.month - 1 + MONTHS[Period(period)]
    year, month = divmod(months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(anchor or day.day, last))
