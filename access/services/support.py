"""The verbs of support: codes by which staff find a person or an organisation (S1, threat T29),
and access that an organisation opens for a time (S2, threat T30)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from access import log
from access.errors import Refused
from access.ids import ALPHABET
from access.limits import TooOften
from access.mail import Recipient, queue_mail
from access.models import (
    Membership,
    Organisation,
    SupportAccess,
    SupportCode,
    SupportLookup,
    User,
)
from access.policy import REPRESENTING, Actor

CODE_DIGITS = 8
CODE_LIFE = timedelta(hours=24)
WRONG_TRIES, LOCKED_FOR = 5, timedelta(hours=1)
VIP_LENGTH, VIP_PREFIX = 12, 4
LONGEST_HOURS = 7 * 24


class NotOpen(Refused):
    """The access was closed, or its time passed, meanwhile."""


class AlreadyOpen(Refused):
    """The organisation has let support in already."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a code belongs to: a person, or an organisation with premium support."""

    person: User | None = None
    organisation: Organisation | None = None


# ---- The person's code ----------------------------------------------------------------------


@transaction.atomic
def new_code(*, person: User) -> str:
    """A code that lets staff find `person` once within a day, as it is read out: "1234 5678".

    It replaces the one before, and is nowhere to be had again: its hash is what is kept.
    """
    for _attempt in range(5):
        code = "".join(secrets.choice("0123456789") for _digit in range(CODE_DIGITS))
        now = timezone.now()
        try:
            with transaction.atomic():
                SupportCode.objects.update_or_create(
                    user=person,
                    defaults={
                        "code_hash": SupportCode.hash_of(code),
                        "created_at": now,
                        "expires_at": now + CODE_LIFE,
                        "used_at": None,
                    },
                )
        except IntegrityError:  # somebody else's code, one in a hundred million
            continue
        return f"{code[:4]} {code[4:]}"
    raise Refused(_("No code could be made. Please try again."))


# ---- Looking up -----------------------------------------------------------------------------


@transaction.atomic
def look_up(*, code: str, staff: User) -> Found | None:
    """Whom `code` belongs to, or None. Either is kept for ever, and the person found reads it;
    a person's code is spent by it (T29).

    Raises TooOften after five wrong codes of this member of the staff within an hour. The lock on
    their own row puts parallel tries one after the other. Never call it in a transaction that may
    be rolled back: the wrong try would be forgotten.
    """
    trier = User.objects.select_for_update(no_key=True).get(pk=staff.pk)
    if not trier.is_staff:
        raise Refused(_("Only the vendor's staff find people by a code."))
    _refuse_while_locked(trier)
    plain = "".join(character for character in code if character.isalnum()).lower()
    kind = "support" if plain.isdigit() else "vip"
    found = _person_with(plain) if kind == "support" else _organisation_with(plain)
    SupportLookup.objects.create(
        staff=trier,
        user=found.person if found else None,
        organisation=found.organisation if found else None,
        kind=kind,
        found=found is not None,
    )
    if found and found.organisation:
        log.write(
            organisation=found.organisation,
            act="support.look_up",
            by=trier,
            about=found.organisation,
        )
    return found


def _refuse_while_locked(staff: User) -> None:
    """The look-ups themselves are the counter: nobody can reset it, and no clock boundary gives
    more than five tries within any hour."""
    wrong = SupportLookup.objects.filter(
        staff=staff, found=False, at__gt=timezone.now() - LOCKED_FOR
    ).order_by("-at", "-pk")
    fifth = wrong[WRONG_TRIES - 1 : WRONG_TRIES].first()
    if fifth is not None:
        until = timezone.localtime(fifth.at + LOCKED_FOR)
        raise TooOften(
            _("Too many wrong codes: finding by code is locked for you until %(time)s.")
            % {"time": date_format(until, "TIME_FORMAT")},
            field="code",
        )


def _person_with(code: str) -> Found | None:
    hashed, now = SupportCode.hash_of(code), timezone.now()
    kept = (
        SupportCode.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(code_hash=hashed, used_at=None, expires_at__gt=now)
        .first()
    )
    if kept is None or not constant_time_compare(kept.code_hash, hashed):
        return None
    kept.used_at = now
    kept.save(update_fields=["used_at"])
    return Found(person=kept.user)


def _organisation_with(code: str) -> Found | None:
    """The database sees a part that decides nothing; the whole is compared in constant time."""
    candidates = Organisation.objects.filter(
        premium_support=True, vip_code__startswith=code[:VIP_PREFIX]
    ).exclude(vip_code="")
    matching = [one for one in candidates if constant_time_compare(one.vip_code, code)]
    return Found(organisation=matching[0]) if matching else None


# ---- Premium support ------------------------------------------------------------------------


@transaction.atomic
def set_premium(*, organisation: Organisation, premium: bool, by: User | None) -> None:
    """Staff give an organisation premium support with its VIP code, or take both back (S1). The
    code itself is on the organisation's premium page, and in no log. `by`: one of the staff, or
    None for the portal itself."""
    kept = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if kept.premium_support == premium:
        return
    kept.premium_support = premium
    kept.vip_code = _vip_code() if premium else ""
    kept.save(update_fields=["premium_support", "vip_code"])
    organisation.premium_support, organisation.vip_code = kept.premium_support, kept.vip_code
    log.write(
        organisation=kept,
        act="support.premium",
        by=by,
        about=kept,
        before={"premium_support": not premium},
        after={"premium_support": premium},
    )


@transaction.atomic
def new_vip_code(*, by: Actor) -> None:
    """The organisation replaces its VIP code: somebody knows it who should not."""
    by.require("support.open")
    by.require("premium.see")
    kept = Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation.pk)
    if not kept.premium_support:
        raise Refused(_("The organisation has no premium support any more."))
    kept.vip_code = _vip_code()
    kept.save(update_fields=["vip_code"])
    log.write(organisation=kept, act="support.new_vip_code", by=by, about=kept)


def _vip_code() -> str:
    return get_random_string(VIP_LENGTH, ALPHABET)


# ---- Access for a time ----------------------------------------------------------------------


@transaction.atomic
def open_access(
    *, by: Actor, hours: int, may_write: bool = False, reason: str = ""
) -> SupportAccess:
    """Lets the vendor's staff into the actor's organisation for `hours`, seven days at most; they
    may only look unless `may_write` (S2, T30). One is open at a time: raises AlreadyOpen."""
    by.require("support.open")
    _lock(by.organisation)
    for lapsed in SupportAccess.objects.lapsed().filter(organisation=by.organisation):
        _close(lapsed, by=None)
    if SupportAccess.objects.filter(organisation=by.organisation, closed_at=None).exists():
        raise AlreadyOpen(_("Support has been let in already. You can prolong or close it."))
    now = timezone.now()
    access = SupportAccess.objects.create(
        organisation=by.organisation,
        opened_by=by.person,
        opened_at=now,
        until=_end(hours, now),
        may_write=may_write,
        reason=" ".join(reason.split()),
    )
    log.write(
        organisation=by.organisation, act="support.open", by=by, about=access, after=_terms(access)
    )
    _tell("opened", access, by=by.person)
    return access


@transaction.atomic
def prolong_access(*, access: SupportAccess, by: Actor, hours: int) -> SupportAccess:
    """The access now ends `hours` from now, seven days at most. Raises NotOpen when it is over."""
    by.require("support.open")
    access = _open_one(access, by)
    before = _terms(access)
    access.until = _end(hours, timezone.now())
    access.save(update_fields=["until"])
    log.write(
        organisation=access.organisation,
        act="support.prolong",
        by=by,
        about=access,
        before=before,
        after=_terms(access),
    )
    _tell("prolonged", access, by=by.person)
    return access


@transaction.atomic
def close_access(*, access: SupportAccess, by: Actor) -> SupportAccess:
    """Shuts support out at once: their next click finds nothing. Raises NotOpen when it is over."""
    by.require("support.open")
    access = _open_one(access, by)
    _close(access, by=by)
    return access


@transaction.atomic
def lapse_access(*, access: SupportAccess) -> bool:
    """Notes that the access's time has passed, which shut support out already, and tells it.
    False when it was noted before, or when the access was prolonged."""
    _lock(access.organisation)
    found = SupportAccess.objects.lapsed().select_for_update(of=("self",)).filter(pk=access.pk)
    lapsed = found.select_related("organisation").first()
    if lapsed is None:
        return False
    _close(lapsed, by=None)
    return True


def _lock(organisation: Organisation) -> None:
    """What opens, prolongs and closes in one organisation waits for each other."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _open_one(access: SupportAccess, by: Actor) -> SupportAccess:
    _lock(by.organisation)
    found = SupportAccess.objects.live().select_related("organisation")
    kept = found.filter(pk=access.pk, organisation=by.organisation).first()
    if kept is None:
        raise NotOpen(_("This access was over already. Support cannot come in."))
    return kept


def _end(hours: int, now: datetime) -> datetime:
    if not 1 <= hours <= LONGEST_HOURS:
        raise Refused(
            _("Support comes in for one hour at least, and seven days at most."), field="hours"
        )
    return now + timedelta(hours=hours)


def _close(access: SupportAccess, *, by: Actor | None) -> None:
    """`by` None: its time passed."""
    access.closed_at = timezone.now() if by else access.until
    access.closed_by = by.person if by else None
    access.save(update_fields=["closed_at", "closed_by"])
    log.write(
        organisation=access.organisation,
        act="support.close" if by else "support.lapse",
        by=by,
        about=access,
        before=_terms(access),
    )
    _tell("closed", access, by=by.person if by else None)


def _terms(access: SupportAccess) -> dict[str, object]:
    return {"until": access.until.isoformat(), "may_write": access.may_write}


def _tell(event: str, access: SupportAccess, *, by: User | None) -> None:
    """One mail to each legal representative and administrator of the organisation."""
    members = Membership.objects.filter(
        organisation=access.organisation, role__in=REPRESENTING, user__is_active=True
    )
    queue_mail(
        kind=f"access.support_{event}",
        key=f"access.support_{event}:{access.public_id}:{access.until.isoformat()}",
        to=[Recipient.of(member.user) for member in members.select_related("user").order_by("pk")],
        context={
            "access": access.public_id,
            "organisation": access.organisation.name,
            "slug": access.organisation.slug,
            "by": str(by) if by else "",
            "opened_by": str(access.opened_by),
            "opened_at": access.opened_at.isoformat(),
            "until": access.until.isoformat(),
            "closed_at": access.closed_at.isoformat() if access.closed_at else "",
            "may_write": access.may_write,
            "reason": access.reason,
        },
    )
