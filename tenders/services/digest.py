"""Collected tenders: one mail for a partner that does not want each at once (T2).

Spreading keeps a row for each partner and tender. Here the rows of one partner become one mail, in
one transaction: whatever is killed, each tender is either still kept or in a mail.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from access.mail import Recipient, queue_mail
from tenders.models import CollectedTender, Tender, TenderPreference

LETTER = "tenders.digest"


@transaction.atomic
def send_digest(*, preference: TenderPreference, now: datetime | None = None) -> bool:
    """Queues the mail with the partner's collected tenders, if they are due `now`; those that are
    over by then are left out, and without any there is no mail. Safe to run twice and in
    parallel: who comes second skips the partner, or finds nothing. Answers whether there is a
    mail."""
    due = TenderPreference.objects.to_digest(now or timezone.now()).filter(pk=preference.pk)
    wish = due.select_for_update(skip_locked=True, of=("self",)).first()
    if wish is None:
        return False
    waiting = CollectedTender.objects.waiting().filter(partner=wish.pk).order_by("pk")
    kept = dict(waiting.values_list("pk", "tender"))
    if not kept:
        return False
    _note(kept)
    standing = Tender.objects.open().filter(pk__in=kept.values())
    tenders = list(standing.order_by("-published_at", "-pk").values_list("pk", flat=True))
    if not tenders:
        return False
    name = wish.partner.organisation.name
    queue_mail(
        kind=LETTER,
        key=f"tender.digest:{wish.pk}:{min(kept)}",
        to=[Recipient.at(wish.address, name=name, language=wish.mail_language)],
        context={"partner": wish.pk, "tenders": tenders},
    )
    return True


def _note(kept: Iterable[int]) -> None:
    CollectedTender.objects.filter(pk__in=list(kept)).update(mailed_at=timezone.now())
