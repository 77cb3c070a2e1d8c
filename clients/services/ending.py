"""Ending a partnership: by either side (L6), or because its end date has passed (L9)."""

from django.db import transaction
from django.utils import timezone

from access import grants
from access.models import Organisation
from access.policy import Actor
from clients.errors import AlreadyDecided
from clients.models import Partnership
from clients.rules import Side
from clients.services.common import (
    describe,
    lock,
    lock_client,
    move,
    offer_of,
    outcome,
    record,
    require,
    tell,
)
from clients.services.exits import keep_exit_sheet

ACT_OF = {Side.CLIENT: "partners.end", Side.PARTNER: "clients.end"}


@transaction.atomic
def end_partnership(*, partnership: Partnership, side: Side, by: Actor) -> Partnership:
    """Ends it at once: all access of the partner stops in this transaction, both sides are
    mailed (L6). The page asks for the password before (T21)."""
    require(by, ACT_OF[side], partnership, side)
    partnership = lock(partnership)
    before = describe(offer_of(partnership))
    move(partnership, "end", side)
    _stop(partnership)
    for reader in Side:
        tell("ended", partnership, reader, by=by.person, by_side=side, before=before)
    record(partnership, "partnership.end", by, before=before)
    return partnership


@transaction.atomic
def end_lapsed(*, client: Organisation) -> None:
    """Ends the client's partnerships whose end date has passed, so that what they held is free
    for another partner (L7, L9). They gave no access any more in any case."""
    lock_client(client)
    for partnership in Partnership.objects.lapsed().filter(client=client):
        lapse(partnership=partnership)


@transaction.atomic
def lapse(*, partnership: Partnership) -> Partnership:
    """Ends one partnership whose end date has passed, and tells both sides (L9). Raises
    AlreadyDecided when it is over, or was prolonged since the caller read it."""
    partnership = lock(partnership)
    if partnership.ends_at is None or partnership.ends_at > timezone.now():
        raise AlreadyDecided(outcome(partnership))
    before = describe(offer_of(partnership))
    move(partnership, "lapse", None)
    _stop(partnership)
    for reader in Side:
        tell("ended", partnership, reader, by=None, by_side=None, before=before)
    record(partnership, "partnership.lapse", None, before=before)
    return partnership


def _stop(partnership: Partnership) -> None:
    partnership.closed_at = timezone.now()
    partnership.save(update_fields=["state", "closed_at"])
    keep_exit_sheet(partnership)
    grants.revoke_everything(partnership)
