"""Doors for Celery: what time does to tenders (T2, T6, T25)."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.errors import Refused
from access.jobs import Due, each, job, listed
from tenders.models import Tender, TenderPreference
from tenders.services.closing import announce_expiry, erase_contacts, expire
from tenders.services.digest import send_digest
from tenders.services.spreading import TASK, spread

FASTER = (Refused,)
"""Somebody cancelled, prolonged or closed it meanwhile."""


def _due(found: QuerySet[Tender]) -> Due:
    return listed(found.order_by("pk"), _in_words)


def _in_words(tender: Tender) -> str:
    """By its masked title: what the requester wrote is not shown (T24)."""
    title = tender.extract_title or _("not confirmed yet")
    return f"{tender.public_id}: {title}"


@job(
    TASK,
    every=10,
    title=gettext_lazy("Tell partners of new tenders"),
    due=lambda: _due(Tender.objects.to_tell()),
)
def tell_partners() -> int:
    """Writes the mails to partners for what was published (T2). Safe to run twice and in parallel:
    whoever comes second finds them written. Returns for how many tenders."""
    return each(
        Tender.objects.to_tell().order_by("pk"),
        lambda tender: spread(tender=tender) >= 0,
        faster=FASTER,
    )


@job(
    "tenders.close_expired",
    every=600,
    title=gettext_lazy("Close tenders whose time is over"),
    due=lambda: _due(Tender.objects.expired()),
)
def close_expired() -> int:
    """Closes the tenders whose time is over; those that nobody confirmed vanish. Safe to run
    twice and in parallel: whoever comes second finds it done. Returns how many it closed."""
    return each(Tender.objects.expired().order_by("pk"), _expire, faster=FASTER)


def _expire(tender: Tender) -> bool:
    expire(tender=tender)
    return True


@job(
    "tenders.announce_expiry",
    every=3600,
    title=gettext_lazy("Tell requesters that their tender ends soon"),
    due=lambda: _due(Tender.objects.to_announce()),
)
def announce_expiries() -> int:
    """Tells requesters that their tender ends soon (T6). Safe to run twice and in parallel.
    Returns how many it told."""
    return each(
        Tender.objects.to_announce().order_by("pk"),
        lambda tender: announce_expiry(tender=tender),
        faster=FASTER,
    )


@job(
    "tenders.erase_contacts",
    every=3600,
    title=gettext_lazy("Erase the contact details of old tenders"),
    due=lambda: _due(Tender.objects.to_erase()),
)
def erase_old_contacts() -> int:
    """Erases the contact details of tenders that ended long ago (T25). Safe to run twice and in
    parallel. Returns of how many."""
    return each(
        Tender.objects.to_erase().order_by("pk"),
        lambda tender: erase_contacts(tender=tender),
        faster=FASTER,
    )


@job(
    "tenders.send_digests",
    every=300,
    title=gettext_lazy("Mail collected tenders to partners"),
    due=lambda: _digests().order_by("pk"),
)
def send_digests() -> int:
    """Writes the mails with collected tenders, at 07:00 or on Mondays (T2). Safe to run twice and
    in parallel. Returns how many."""
    return each(_digests().order_by("pk"), lambda wish: send_digest(preference=wish))


def _digests() -> QuerySet[TenderPreference]:
    return TenderPreference.objects.to_digest(timezone.now())
