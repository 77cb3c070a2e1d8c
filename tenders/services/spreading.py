"""Telling partners of a tender: one task, one statement, whatever their number (T2, T23)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from access import mail
from access.models import OutgoingMail
from tenders.models import Tender, TenderPreference
from tenders.services.moving import lock

TASK = "tenders.tell_partners"
LETTER = "tenders.extract"

STATEMENT = r"""
    INSERT INTO {mails} (
        event, kind, address, name, language, context, secrets, message_id, state, attempts,
        next_attempt_at, created_at, sent_at, last_error
    )
    SELECT
        %s || ':' || wish.partner_id, %s, wish.address,
        left(regexp_replace(wish.name, '\s+', ' ', 'g'), 150), wish.mail_language,
        jsonb_build_object('tender', %s::bigint, 'partner', wish.partner_id), '{{}}'::jsonb,
        '<' || replace(gen_random_uuid()::text, '-', '') || '@' || %s || '>',
        'queued', 0, %s, %s, NULL, ''
    FROM ({wishes}) AS wish
    WHERE wish.address !~ '[\s,;<>]'
    ON CONFLICT DO NOTHING
"""
"""Rows of the outbox (architecture, section 5), as `access.mail.queue_mail` writes them. An
address that no header can hold must not keep the others from being told."""


def wake() -> None:
    """Asks a worker, once the caller's transaction is done, to tell partners of what was just
    published. Nothing is lost when none hears it: the schedule asks `to_tell()` as well."""
    transaction.on_commit(lambda: mail.wake(TASK), robust=True)


@transaction.atomic
def spread(*, tender: Tender) -> int:
    """Writes one mail for each partner that wants tenders like this one, in one statement, and
    notes that it is done. Safe to run twice and in parallel: whoever comes second finds it done,
    and no partner gets a second mail. Answers for how many mails were written."""
    tender = lock(tender)
    if not Tender.objects.to_tell().filter(pk=tender.pk).exists():
        return 0
    tender.told = _write_mails(tender)
    tender.told_at = timezone.now()
    tender.save(update_fields=["told", "told_at"])
    if tender.told:
        transaction.on_commit(mail.wake, robust=True)
    return tender.told


def event_of(tender: Tender) -> str:
    """What the mails about a tender's publication have in common; the partner's key follows."""
    return f"tender:{tender.public_id}"


def _write_mails(tender: Tender) -> int:
    wishes = (
        TenderPreference.objects.matching(tender)
        .order_by("partner_id")
        .values("partner_id", "address", "mail_language", name=F("partner__organisation__name"))
    )
    inner, chosen = wishes.query.sql_with_params()
    sql = STATEMENT.format(mails=OutgoingMail._meta.db_table, wishes=inner)
    now = timezone.now()
    host = urlsplit(settings.BASE_URL).hostname  # as access.models.mail.new_message_id names it
    with connection.cursor() as cursor:
        cursor.execute(sql, [event_of(tender), LETTER, tender.pk, host, now, now, *chosen])
        return int(cursor.rowcount)
