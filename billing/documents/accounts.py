"""A prepaid account on paper: its monthly statement, and the code that tops it up (M6)."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from qrbill import QRBill

from billing.documents import qr, vendor
from billing.documents.errors import WrongDocument
from billing.documents.model import LANGUAGES, Party, Statement, StatementLine
from billing.models import Account, Entry, MoneyRequest
from billing.rules import ZERO
from billing.services.issuing import buyer
from billing.services.statements import last_before, month_after
from billing.states import EntryKind

MOST_LINES = 1_000
"""Above this, the entries of one kind and day are one line of the statement."""


def statement_of(account: Account, month: date) -> Statement:
    """The statement of the month that begins on this day, in the language in use now. Raises
    ValueError for a month that is not over."""
    first, following = month.replace(day=1), month_after(month)
    if following > timezone.localdate():
        raise ValueError("a statement is of a finished month")
    before, last = last_before(account, first), last_before(account, following)
    opening = before.balance_after if before else ZERO
    rows = Entry.objects.filter(
        account=account,
        number__gt=before.number if before else 0,
        number__lte=last.number if last else 0,
    )
    rows = rows.select_related("line__product_type").order_by("number")
    facts = buyer(account.organisation)
    return Statement(
        number=f"{first:%Y-%m}",
        issued_on=following,
        period_from=first,
        period_to=following - timedelta(days=1),
        language=_language(),
        currency=account.currency,  # type: ignore[arg-type]
        holder=Party(**facts),
        opening=opening,
        lines=tuple(_lines(rows, opening)),
        closing=last.balance_after if last else ZERO,
        **vendor.look(),
    )


def _language() -> str:
    language = (get_language() or "en").partition("-")[0]
    return language if language in LANGUAGES else "en"


def _lines(rows: Iterable[Entry], opening: Decimal) -> Iterator[StatementLine]:
    """A line for each entry; of a very long month, one for each kind and day."""
    found = list(rows)
    if len(found) <= MOST_LINES:
        for entry in found:
            yield StatementLine(
                date=_day(entry),
                text=entry.why,
                detail=f"{entry.get_kind_display()} · {entry.number}",
                amount=entry.amount,
                balance=entry.balance_after,
            )
        return
    balance = opening
    found.sort(key=lambda entry: (_day(entry), entry.kind, entry.number))
    for (day, kind), group in groupby(found, key=lambda entry: (_day(entry), entry.kind)):
        entries = list(group)
        amount = sum((entry.amount for entry in entries), ZERO)
        balance += amount
        number = len(entries)
        yield StatementLine(
            date=day,
            text=f"{EntryKind(kind).label}: "
            + ngettext("%(n)d entry", "%(n)d entries", number) % {"n": number},
            detail=_("All entries are on the account's page and in its CSV."),
            amount=amount,
            balance=balance,
        )


def _day(entry: Entry) -> date:
    return timezone.localtime(entry.created_at).date()


def top_up_code(asked: MoneyRequest) -> bytes:
    """The Swiss QR code (PNG) of the transfer that a top-up waits for; empty where the vendor's
    account takes none."""
    seller = vendor.look()["seller"]
    iban = settings.VENDOR_IBAN
    if not asked.reference or iban[:2] not in ("CH", "LI"):
        return b""
    try:
        bill = QRBill(
            account=iban,
            creditor=qr.address(seller),
            amount=Decimal(asked.amount),
            currency=asked.account.currency,
            reference_number=asked.reference,
            additional_information=qr.latin(asked.account.organisation.name)[:140],
        )
    except ValueError as problem:
        raise WrongDocument(f"top-up {asked.pk}: {problem}") from problem
    return qr.code_of(bill)
