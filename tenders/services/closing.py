"""How a tender ends, or goes on: cancelled, prolonged, expired, hidden, erased (T5, T6, T25)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.models import OutgoingMail, User
from tenders.errors import CapTooLow, ContactsErased, TenderOver
from tenders.models import Question, Tender
from tenders.rules import TenderState
from tenders.services.moving import is_open, lock, move, outcome
from tenders.services.telling import tell_involved, tell_requester

STATE = ["state", "closed_at"]


@transaction.atomic
def cancel(*, tender: Tender) -> Tender:
    """The requester takes the tender back: no partner sees it from now on, and mails that have
    not left never will (T5). Those that opened it are told. Raises TenderOver."""
    tender = lock(tender)
    move(tender, "cancel")
    tender.save(update_fields=STATE)
    tell_involved(tender, "cancelled_partner")
    tell_requester(tender, "cancelled")
    return tender


@transaction.atomic
def prolong(*, tender: Tender) -> Tender:
    """The tender is open for TENDER_DAYS from now, also when it had expired meanwhile (T6).
    Raises ContactsErased when its contact details are gone, and TenderOver."""
    tender = lock(tender)
    if tender.contacts_erased_at is not None or tender.published_at is None:
        raise ContactsErased(
            _("The details of this tender were erased: please submit a new one.")
            if tender.contacts_erased_at
            else outcome(tender)
        )
    move(tender, "prolong")
    tender.expires_at = timezone.now() + timedelta(days=settings.TENDER_DAYS)
    tender.expiry_announced_at = None
    tender.save(update_fields=[*STATE, "expires_at", "expiry_announced_at"])
    return tender


@transaction.atomic
def announce_expiry(*, tender: Tender) -> bool:
    """Tells the requester that the tender expires soon, once for each date (T6). Answers False
    when there is nothing to tell (any more)."""
    tender = lock(tender)
    if not Tender.objects.to_announce().filter(pk=tender.pk).exists():
        return False
    tender.expiry_announced_at = timezone.now()
    tender.save(update_fields=["expiry_announced_at"])
    tell_requester(tender, "expiring", event=f"expiring:{tender.expires_at:%Y%m%d%H%M%S}")
    return True


@transaction.atomic
def expire(*, tender: Tender) -> None:
    """Closes a tender whose time is over and tells its requester (T6). One whose address nobody
    confirmed vanishes: nothing is kept of who typed it. Raises TenderOver when time is not over."""
    tender = lock(tender)
    if tender.expires_at > timezone.now():
        raise TenderOver(outcome(tender))
    if tender.published_at is None and tender.state == TenderState.UNCONFIRMED:
        _forget_mails(tender)
        tender.delete()
        return
    move(tender, "expire")
    tender.save(update_fields=STATE)
    tell_requester(tender, "expired", event=f"expired:{tender.expires_at:%Y%m%d%H%M%S}")


@transaction.atomic
def hide(*, tender: Tender, by: User | None, reason: str) -> Tender:
    """Staff take a tender away from partners, with a reason that its requester reads (T6).
    Raises TenderOver."""
    tender = lock(tender)
    move(tender, "hide")
    tender.hidden_reason = reason
    tender.looked_at = tender.looked_at or timezone.now()
    tender.save(update_fields=[*STATE, "hidden_reason", "looked_at"])
    tell_requester(tender, "hidden", event=f"hidden:{tender.closed_at:%Y%m%d%H%M%S%f}")
    return tender


@transaction.atomic
def show(*, tender: Tender, by: User | None) -> Tender:
    """Staff show a hidden tender again; one whose address was not confirmed waits for that again.
    Raises TenderOver, or ContactsErased."""
    tender = lock(tender)
    if tender.contacts_erased_at is not None:
        raise ContactsErased(_("The contact details of this tender were erased."))
    move(tender, "show")
    if tender.published_at is None:
        tender.state = TenderState.UNCONFIRMED
    tender.hidden_reason = ""
    tender.save(update_fields=[*STATE, "hidden_reason"])
    tell_requester(tender, "shown", event=f"shown:{timezone.now():%Y%m%d%H%M%S%f}")
    return tender


@transaction.atomic
def cap(*, tender: Tender, most: int | None) -> Tender:
    """The requester says how many partners may open the tender; None is any number (T3).
    Raises CapTooLow, and TenderOver when it is over."""
    tender = lock(tender)
    if not is_open(tender):
        raise TenderOver(outcome(tender))
    if most is not None and most < tender.openers:
        raise CapTooLow(
            ngettext(
                "%(n)d partner has opened it already: the number cannot be lower.",
                "%(n)d partners have opened it already: the number cannot be lower.",
                tender.openers,
            )
            % {"n": tender.openers},
            field="most",
        )
    tender.most_openers = most
    tender.save(update_fields=["most_openers"])
    return tender


@transaction.atomic
def erase_contacts(*, tender: Tender) -> bool:
    """Erases who to reach, the whole need and its extract, TENDER_CONTACT_DAYS after the end, also
    in our mails to the requester (T25). The masked title stays, for the lists of the partners
    that answered. Answers False when it is not due."""
    tender = lock(tender)
    if not Tender.objects.to_erase().filter(pk=tender.pk).exists():
        return False
    tender.title = tender.extract_title[:120] or _("Tender")
    for name in ("need", "extract", "place", *CONTACT):
        setattr(tender, name, "")
    tender.contacts_erased_at = timezone.now()
    tender.save()
    tender.links.all().delete()
    Question.objects.filter(proposal__tender=tender).update(text="—")
    _forget_mails(tender)
    return True


CONTACT = ("contact_name", "contact_email", "contact_phone", "company")


def _forget_mails(tender: Tender) -> None:
    """Our mails to the requester hold their address and name."""
    OutgoingMail.objects.filter(kind__in=TO_REQUESTER, context__tender=tender.pk).delete()


TO_REQUESTER = tuple(
    f"tenders.{kind}"
    for kind in (
        "confirm", "again", "published", "opened", "proposal_received", "answered", "cancelled",
        "expiring", "expired", "hidden", "shown",
    )
)  # fmt: skip
