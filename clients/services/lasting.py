"""Until when access counts: setting, prolonging, announcing the end date (L9)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.policy import Actor
from clients.errors import NothingChosen
from clients.models import Partnership
from clients.rules import Side, notice_at, years_later
from clients.services.common import (
    END_DATE,
    check_end_date,
    check_version,
    lock,
    move,
    record,
    require,
    set_end_date,
    tell,
)
from clients.services.ending import end_lapsed

PROLONGED_YEARS = 1


@transaction.atomic
def change_end_date(
    *, partnership: Partnership, ends_on: date | None, version: int, by: Actor
) -> Partnership:
    """The client sets, moves or removes (None) the last day on which the partner has access; the
    partner is told (L9).

    Raises EndDateWrong, NothingChosen when it is the date in force, OfferChanged when `version`
    is not the one the client was shown, AlreadyDecided when the partnership is over.
    """
    partnership = _changeable(partnership, version, by)
    if ends_on == partnership.ends_on:
        told = _("Nothing would change: this is the end date it has.")
        raise NothingChosen(told, field="ends_on")
    return _set(partnership, ends_on, by)


@transaction.atomic
def prolong(*, partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The client lets the access go on for one more year after its end date (L9). With `version`
    the same button pressed twice is one year."""
    partnership = _changeable(partnership, version, by)
    if partnership.ends_on is None:
        raise NothingChosen(_("This access has no end date: there is nothing to prolong."))
    return _set(partnership, years_later(partnership.ends_on, PROLONGED_YEARS), by)


def _changeable(partnership: Partnership, version: int, by: Actor) -> Partnership:
    """The partnership, locked, if the client may change it now."""
    require(by, "partners.change", partnership, Side.CLIENT)
    end_lapsed(client=by.organisation)
    partnership = lock(partnership)
    move(partnership, "change", Side.CLIENT)
    check_version(partnership, version)
    return partnership


def _set(partnership: Partnership, ends_on: date | None, by: Actor) -> Partnership:
    check_end_date(ends_on)
    before = _facts(partnership)
    set_end_date(partnership, ends_on)
    partnership.version += 1
    partnership.save(update_fields=["version", *END_DATE])
    after = _facts(partnership)
    tell(
        "end_date_changed",
        partnership,
        Side.PARTNER,
        by=by.person,
        by_side=Side.CLIENT,
        before=before,
        after=after,
    )
    record(partnership, "partnership.end_date", by, before=before, after=after)
    return partnership


@transaction.atomic
def announce_end(*, partnership: Partnership) -> bool:
    """Tells both sides that the end date is near: 30, 7 and 1 days before, each once (L9).
    Answers False when nobody has to be told now."""
    partnership = lock(partnership)
    if not Partnership.objects.to_announce().filter(pk=partnership.pk).exists():
        return False
    ends_on = partnership.ends_on
    assert ends_on is not None  # noqa: S101 - asked for by the question above
    partnership.ending_notice = notice_at(ends_on, timezone.localdate())
    partnership.save(update_fields=["ending_notice"])
    event = f"ending_soon:{ends_on}:{partnership.ending_notice}"
    for side in Side:
        tell("ending_soon", partnership, side, by=None, by_side=None, event=event)
    return True


def _facts(partnership: Partnership) -> dict[str, Any]:
    return {"ends_on": partnership.ends_on.isoformat() if partnership.ends_on else None}
