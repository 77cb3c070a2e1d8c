"""What an organisation asks of its prepaid account, and corrections that staff propose (M6, T19).

A top-up or pay-out moves nothing until staff, or the bank's file, settle it. Amounts are in the
account's currency. Locks: the request, then its account.
"""

import secrets
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from access import log
from access.models import User
from access.policy import Actor
from billing import references
from billing.errors import (
    AlreadySettled,
    AmountWrong,
    NotEnoughBalance,
    SecondPersonNeeded,
    WrongCurrency,
)
from billing.models import Account, Entry, MoneyRequest
from billing.rules import ZERO
from billing.services.account_mails import tell
from billing.services.ledger import account_of, book, lock_account
from billing.services.paying import LARGEST, check_amount
from billing.states import EntryKind, RequestState

SAME_PERSON_DAYS = 30
"""Over how many days one person's corrections of an account add up to the threshold (T19)."""


SETTLED = {
    EntryKind.TOP_UP: "account.top_up_settled",
    EntryKind.PAY_OUT: "account.pay_out_settled",
    EntryKind.CORRECTION: "account.correction_settled",
}
"""The act that is logged when a request is settled."""


def new_key() -> str:
    """A key for one request: whoever sends it twice has asked once."""
    return secrets.token_hex(16)


# ---- Asking ---------------------------------------------------------------------------------


@transaction.atomic
def request_top_up(
    *, by: Actor, amount: Decimal, key: str, currency: str | None = None
) -> MoneyRequest:
    """Announces a transfer, which carries the request's reference. The same key twice is one.

    Raises AmountWrong, WrongCurrency, or what `Actor.require` raises.
    """
    account = _own_account(by, "accounting.top_up", currency, amount)
    if not settings.VENDOR_IBAN:
        raise AmountWrong(_("Bank transfers are not set up here yet. Please ask support."))
    found, is_new = _once(account, key, kind=EntryKind.TOP_UP, amount=amount, by=by)
    if is_new:
        found.reference = _reference(found)
        found.save(update_fields=["reference"])
        _log(found, "account.top_up", by)
    return found


def _reference(asked: MoneyRequest) -> str:
    """The payment reference; its place in the year is the request's key, which is never used
    twice."""
    year = timezone.localdate().year
    number = references.number_of(references.Purpose.TOP_UP, year, asked.pk)
    return references.reference_for(settings.VENDOR_IBAN, number)


@transaction.atomic
def request_pay_out(
    *, by: Actor, amount: Decimal, iban: str, key: str, currency: str | None = None
) -> MoneyRequest:
    """Asks for money of the account: at most its balance less the pay-outs that wait (M6). The
    page asks for the password before (T21). The same key twice is one.

    Raises AmountWrong, NotEnoughBalance, WrongCurrency, or what `Actor.require` raises.
    """
    account = _own_account(by, "accounting.pay_out", currency, amount)
    try:
        clean = references.clean_iban(iban)
    except references.WrongIban:
        raise AmountWrong(
            _("This is not a valid IBAN. Copy it from your bank statement."), field="iban"
        ) from None
    account = lock_account(account)
    known = MoneyRequest.objects.filter(account=account, key=key).first()
    if known is None and amount > (most := free_balance(account)):
        raise NotEnoughBalance(
            _("At most %(currency)s %(most)s can be paid out: the balance less what waits.")
            % {"currency": account.currency, "most": most},
            field="amount",
        )
    found, is_new = _once(account, key, kind=EntryKind.PAY_OUT, amount=-amount, iban=clean, by=by)
    if is_new:
        _log(found, "account.pay_out", by)
    return found


def free_balance(account: Account) -> Decimal:
    """The balance less the pay-outs that wait."""
    waiting = MoneyRequest.objects.waiting().filter(account=account, kind=EntryKind.PAY_OUT)
    held: Decimal = waiting.aggregate(held=Sum("amount"))["held"] or ZERO
    free: Decimal = account.balance + held
    return max(ZERO, free)


def _own_account(by: Actor, act: str, currency: str | None, amount: Decimal) -> Account:
    """The account of the actor's organisation that the request is about, after the checks."""
    by.require(act)
    own = by.organisation
    check_amount(amount, most=LARGEST)
    if currency in (None, own.currency):
        return account_of(own)
    account = Account.objects.filter(organisation=own, currency=currency).first()
    if account is None or act == "accounting.top_up":
        raise WrongCurrency(
            _("The prepaid account is kept in %(currency)s.") % {"currency": own.currency},
            field="amount",
        )
    return account


def _once(
    account: Account, key: str, *, by: Actor, kind: EntryKind, amount: Decimal, iban: str = ""
) -> tuple[MoneyRequest, bool]:
    """The request of this key, made when there is none yet."""
    found, is_new = MoneyRequest.objects.get_or_create(
        account=account,
        key=key,
        defaults={"kind": kind, "amount": amount, "iban": iban, "created_by": by.person},
    )
    return found, is_new


@transaction.atomic
def withdraw_request(*, asked: MoneyRequest, by: Actor) -> MoneyRequest:
    """The organisation takes its request back. Raises AlreadySettled when it does not wait."""
    acts = {EntryKind.TOP_UP: "accounting.top_up", EntryKind.PAY_OUT: "accounting.pay_out"}
    asked = _lock_waiting(asked)
    if asked.kind not in acts or by.organisation != asked.account.organisation:
        raise AlreadySettled(_("This is not yours to withdraw."))
    by.require(acts[EntryKind(asked.kind)])
    _decide(asked, RequestState.WITHDRAWN, by=by.person)
    _log(asked, "account.withdraw", by)
    return asked


# ---- Deciding: staff, or the bank's file ----------------------------------------------------


@transaction.atomic
def settle(*, asked: MoneyRequest, by: User) -> Entry:
    """Staff say that the money came, or was sent, or that a correction is right: it is booked.

    Raises AlreadySettled, NotEnoughBalance, or SecondPersonNeeded (T19).
    """
    asked = _lock_waiting(asked)
    if asked.kind == EntryKind.CORRECTION:
        lock_account(asked.account)  # two at once must count each other
        _check_second_person(asked, by)
    reasons = {
        EntryKind.TOP_UP: ("top_up_transfer", {"reference": asked.reference}),
        EntryKind.PAY_OUT: ("pay_out", {"iban": shortened(asked.iban)}),
        EntryKind.CORRECTION: ("correction", {"reason": asked.reason}),
    }
    reason, facts = reasons[EntryKind(asked.kind)]
    entry = book(
        account=asked.account,
        kind=EntryKind(asked.kind),
        amount=asked.amount,
        reason=reason,
        facts=facts,
        by=by,
    )
    close_by(asked=asked, entry=entry, by=by)
    return entry


def close_by(*, asked: MoneyRequest, entry: Entry, by: User | None) -> None:
    """Closes a locked request with the entry that it came to, logs it and tells its people. The
    bank's file calls this too, once it has booked what came."""
    asked.entry = entry
    _decide(asked, RequestState.SETTLED, by=by)
    _log(asked, SETTLED[EntryKind(asked.kind)], None, amount=entry.amount)
    if asked.kind != EntryKind.CORRECTION:
        tell(
            "request_settled",
            asked,
            amount=str(abs(entry.amount)),
            balance=str(entry.balance_after),
            entry=entry.public_id,
        )


@transaction.atomic
def refuse(*, asked: MoneyRequest, answer: str, by: User) -> MoneyRequest:
    """Staff refuse, in words that the organisation reads. Raises AlreadySettled, AmountWrong
    without words."""
    asked = _lock_waiting(asked)
    answer = " ".join(answer.split())[:200]
    if not answer:
        raise AmountWrong(_("Say why: the organisation reads it."), field="answer")
    asked.answer = answer
    _decide(asked, RequestState.REFUSED, by=by)
    if asked.kind != EntryKind.CORRECTION:
        _log(asked, "account.refuse", None)
        tell("request_refused", asked)
    return asked


# ---- Corrections (T19) ----------------------------------------------------------------------


@transaction.atomic
def propose_correction(
    *, account: Account, amount: Decimal, reason: str, by: User, key: str
) -> MoneyRequest:
    """Proposes a counter-entry of `amount` (signed), with its reason: nothing is booked yet, and
    no entry is ever changed (T19). Raises AmountWrong, NotEnoughBalance."""
    check_amount(abs(amount), most=LARGEST)
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise AmountWrong(_("Give the reason: the organisation reads it."), field="reason")
    account = lock_account(account)
    if account.balance + amount < 0:
        raise NotEnoughBalance(
            _("The account holds %(currency)s %(balance)s: it cannot go below zero.")
            % {"currency": account.currency, "balance": account.balance},
            field="amount",
        )
    return MoneyRequest.objects.get_or_create(
        account=account,
        key=key,
        defaults={
            "kind": EntryKind.CORRECTION,
            "amount": amount,
            "reason": reason,
            "created_by": by,
        },
    )[0]


def _check_second_person(asked: MoneyRequest, by: User) -> None:
    """Raises SecondPersonNeeded when who proposed it settles more than the threshold alone; what
    they settled alone on this account lately counts, so that many small ones are no way round."""
    if asked.created_by_id != by.pk:
        return
    since = timezone.now() - timedelta(days=SAME_PERSON_DAYS)
    alone = MoneyRequest.objects.filter(
        account=asked.account,
        kind=EntryKind.CORRECTION,
        state=RequestState.SETTLED,
        created_by=by,
        decided_by=by,
        decided_at__gte=since,
    )
    total = abs(asked.amount) + sum(abs(row.amount) for row in alone)
    if total > settings.CORRECTION_SECOND_PERSON:
        raise SecondPersonNeeded(
            _(
                "Corrections of more than %(most)s by one person within %(days)d days need "
                "another one of the staff to settle them."
            )
            % {"most": settings.CORRECTION_SECOND_PERSON, "days": SAME_PERSON_DAYS}
        )


# ---- Parts ----------------------------------------------------------------------------------


def _lock_waiting(asked: MoneyRequest) -> MoneyRequest:
    rows = MoneyRequest.objects.select_for_update(of=("self",), no_key=True)
    asked = rows.select_related("account__organisation").get(pk=asked.pk)
    check_waiting(asked)
    return asked


def check_waiting(asked: MoneyRequest) -> None:
    """Raises AlreadySettled unless the request waits."""
    if asked.state != RequestState.WAITING:
        raise AlreadySettled(
            _("This does not wait any more: %(state)s.")
            % {"state": asked.get_state_display().lower()}
        )


def _decide(asked: MoneyRequest, state: RequestState, *, by: User | None) -> None:
    asked.state = state
    asked.decided_at, asked.decided_by = timezone.now(), by
    asked.save(update_fields=["state", "answer", "entry", "decided_at", "decided_by"])


def shortened(iban: str) -> str:
    """An IBAN as a sentence shows it: its country and its last four digits."""
    return f"{iban[:2]}… {iban[-4:]}" if iban else ""


def _log(asked: MoneyRequest, act: str, by: Actor | None, *, amount: Decimal | None = None) -> None:
    """In the organisation's own log; it does not read which of the vendor's staff decided."""
    account = asked.account
    amount = abs(asked.amount if amount is None else amount)
    after = {"amount": f"{account.currency} {amount}"}
    if asked.iban:
        after["iban"] = shortened(asked.iban)
    if asked.reason or asked.answer:
        after["reason"] = asked.answer or asked.reason
    log.write(organisation=account.organisation, act=act, by=by, about=asked, after=after)
