"""Submitting a tender and confirming its address (T1, T6, T23)."""

from collections.abc import Iterable
from datetime import timedelta
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from access.limits import network_of, spend
from access.models import Organisation, User
from clients.models import Category
from tenders.errors import LinkUsed, TenderOver
from tenders.extracts import make_extract
from tenders.models import Tender, TenderLink
from tenders.rules import LinkPurpose, TenderState
from tenders.services import spreading
from tenders.services.links import make_link
from tenders.services.moving import lock, move, outcome
from tenders.services.telling import tell_requester

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@transaction.atomic
def submit(
    *,
    categories: Iterable[Category],
    contact_email: str,
    person: User | None = None,
    organisation: Organisation | None = None,
    origin: str | None = None,
    **fields: Any,
) -> Tender:
    """Keeps a tender until its address is confirmed, and mails the link for that (T1).

    `fields` are the model's own; `person` is who is signed in, `organisation` one of theirs;
    `origin` is the network address that the request came from, None for the vendor's own loading.
    The same need of the same address within a day is the first one: its link is mailed again,
    and that one is returned. Raises TooOften above the limits (T23).
    """
    address = contact_email.strip().lower()
    _count(address, origin)
    if first := _same(address, fields["title"], fields["need"]):
        kind = "confirm" if first.state == TenderState.UNCONFIRMED else "again"
        tell_requester(first, kind, event=f"{kind}:{token_hex(8)}")
        return first
    tender = Tender.objects.create(
        **fields,
        contact_email=address,
        person=person,
        organisation=organisation,
        expires_at=timezone.now() + timedelta(hours=settings.TENDER_CONFIRM_HOURS),
    )
    tender.categories.set(categories)
    make_link(tender, LinkPurpose.CONFIRM)
    tell_requester(tender, "confirm")
    return tender


@transaction.atomic
def confirm(*, link: TenderLink) -> Tender:
    """The owner of the address confirms it: the tender is published, and partners are told of it
    from now on (T1, T2). Raises LinkUsed for another link, or one used before, and TenderOver
    when the tender is over."""
    tender = lock(link.tender)
    link = TenderLink.objects.get(pk=link.pk)
    if link.purpose != LinkPurpose.CONFIRM or link.used_at is not None:
        raise LinkUsed(outcome(tender))
    if tender.state == TenderState.UNCONFIRMED and tender.expires_at <= timezone.now():
        raise TenderOver(_("The time to confirm is over. Please submit it again."))
    move(tender, "confirm")
    tender.published_at = timezone.now()
    tender.expires_at = tender.published_at + timedelta(days=settings.TENDER_DAYS)
    make_extract(tender)
    tender.save()
    link.used_at = tender.published_at
    link.save(update_fields=["used_at"])
    for purpose in (LinkPurpose.PRIVATE, LinkPurpose.CANCEL):
        make_link(tender, purpose)
    tell_requester(tender, "published")
    spreading.wake()
    return tender


def _count(address: str, origin: str | None) -> None:
    """One more of this origin and this address. Raises TooOften."""
    if origin is not None:
        spend(f"tenders from {network_of(origin)}", most=settings.TENDERS_AN_HOUR, window=HOUR)
    spend(
        # a counter outlives the tender, and must not keep the address
        f"tenders of {_digest(address)}",
        most=settings.TENDERS_A_DAY,
        window=DAY,
        field="contact_email",
    )


def _same(address: str, title: str, need: str) -> Tender | None:
    """The tender that this address submitted within a day with the same title and need, unless
    it was cancelled: then it is meant anew."""
    return (
        Tender.objects.filter(
            contact_email=address,
            title__iexact=title,
            need=need,
            created_at__gt=timezone.now() - DAY,
        )
        .exclude(state=TenderState.CANCELLED)
        .order_by("pk")
        .first()
    )


def _digest(address: str) -> str:
    return salted_hmac("tenders.limits", address, algorithm="sha256").hexdigest()[:32]
