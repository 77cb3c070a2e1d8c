"""The months of a prepaid account, and the mail about them to who earned cashback (M6)."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from access import jobs
from access.mail import queue_mail
from access.models import OutgoingMail
from billing.models import Account, Entry
from billing.querysets.ledger import begins
from billing.rules import ZERO
from billing.services.account_mails import readers
from billing.states import EntryKind

MONTHS = 12
"""How many finished months the account's page offers."""
MAIL_DAYS = 14
"""Until which day of the month the mails of the last one are caught up: holidays without a worker
lose none."""


def month_after(first: date) -> date:
    """The first day of the next month."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return (first.replace(day=1) - timedelta(days=1)).replace(day=1)


def finished_months(account: Account) -> list[date]:
    """The first days of the finished months since the account's first entry, the newest first, at
    most a year of them."""
    first = Entry.objects.filter(account=account).order_by("number").first()
    if first is None:
        return []
    opened = timezone.localtime(first.created_at).date().replace(day=1)
    months: list[date] = []
    month = month_before(timezone.localdate())
    while month >= opened and len(months) < MONTHS:
        months.append(month)
        month = month_before(month)
    return months


def last_before(account: Account, day: date) -> Entry | None:
    """The last entry that was booked before a day: numbers, not clocks, say what follows."""
    rows = Entry.objects.filter(account=account, created_at__lt=begins(day))
    return rows.order_by("-number").first()


# ---- The mail -------------------------------------------------------------------------------


def send_statements(*, day: date) -> int:
    """Mails the cashback statement of last month to the partners that earned any, in the first
    days of a month. Safe to run many times and at once: the event is the account and the month.
    Answers how many accounts it queued mails for."""
    month = month_before(day)
    return jobs.each(
        statements_due(day=day),
        lambda row: _send(row[0], month, *row[1:]),
        name=lambda row: jobs.named(row[0]),
    )


type Earned = tuple[Account, Decimal, Decimal, int]


def statements_due(*, day: date) -> list[Earned]:
    """The accounts whose statement of last month is to be mailed on `day`, with their cashback,
    what was taken back, and of how many lines."""
    if day.day > MAIL_DAYS:
        return []
    month = month_before(day)
    sent = set(
        OutgoingMail.objects.filter(event__startswith=f"{_event(month)}:").values_list(
            "event", flat=True
        )
    )
    return [row for row in _earners(month) if _event(month, row[0]) not in sent]


def _event(month: date, account: Account | None = None) -> str:
    event = f"billing.cashback_statement:{month:%Y-%m}"
    return event if account is None else f"{event}:{account.pk}"


def _earners(month: date) -> Iterator[Earned]:
    """Each account with its cashback of the month, what was taken back, and how many lines."""
    came = Q(reverses__isnull=True)
    rows = (
        Entry.objects.filter(
            kind=EntryKind.CASHBACK,
            created_at__gte=begins(month),
            created_at__lt=begins(month_after(month)),
        )
        .order_by()
        .values("account")
        .annotate(
            came=Sum("amount", filter=came),
            back=Sum("amount", filter=~came),
            lines=Count("pk", filter=came),
        )
        .filter(came__gt=0)
    )
    found = {row["account"]: row for row in rows}
    accounts = Account.objects.filter(pk__in=found).select_related("organisation").order_by("pk")
    for account in accounts.iterator(500):
        row = found[account.pk]
        yield account, row["came"], row["back"] or ZERO, row["lines"]


@transaction.atomic
def _send(account: Account, month: date, came: Decimal, back: Decimal, lines: int) -> bool:
    people = readers(account)
    last = last_before(account, month_after(month))
    queue_mail(
        kind="billing.cashback_statement",
        key=_event(month, account),
        to=people,
        context={
            "organisation": account.organisation.name,
            "slug": account.organisation.slug,
            "currency": account.currency,
            "month": month.isoformat(),
            "cashback": str(came),
            "taken_back": str(back),
            "number": lines,
            "balance": str(last.balance_after if last else ZERO),
        },
    )
    return bool(people)
