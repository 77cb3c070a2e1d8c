"""What if other rates and tiers had counted: past orders worked out again, nothing booked (C2).

Set-based: one statement over the order lines of the draft's days, with the arithmetic of
`billing.rules.work_out` and `charge` (a test holds it to them). What stays as it was: public
prices, fixed prices, units, and the row of M3 of each line. Amounts exclude VAT.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from billing.errors import AlreadySettled, PriceRowWrong
from billing.models import WhatIf, WhatIfRow
from billing.rules import ZERO, Basis, Gain, Tier
from billing.services import prices
from billing.services.prices import Wanted
from billing.states import OrderState

AGAIN = """
WITH tried AS (
    SELECT
        placed.partner_id, placed.currency, line.basis, line.gain, line.list_total,
        line.net, line.cashback, line.discount,
        CASE WHEN other.percent IS NULL OR line.fixed_price IS NOT NULL THEN line.after_rate
             ELSE round(line.list_total * (100 - other.percent) * 0.01, 2) END AS after_rate,
        CASE WHEN other.tiers IS NULL THEN line.tier_percent
             ELSE coalesce((
                SELECT tier.percent
                FROM jsonb_to_recordset(other.tiers) AS tier(units integer, percent numeric)
                WHERE tier.units <= line.units ORDER BY tier.units DESC LIMIT 1
             ), 0) END AS tier_percent
    FROM billing_orderline line
    JOIN billing_order placed ON placed.id = line.order_id
    LEFT JOIN billing_whatifrow other
        ON other.what_if_id = %(what_if)s AND other.product_type_id = line.product_type_id
    WHERE placed.state = %(placed)s AND placed.rates_of BETWEEN %(since)s AND %(until)s
), public AS (
    SELECT *, round(list_total * (100 - tier_percent) * 0.01, 2) AS public FROM tried
), priced AS (
    SELECT *, least(round(after_rate * (100 - tier_percent) * 0.01, 2), public) AS partner
    FROM public
)
SELECT
    coalesce(owner.name, ''), priced.currency, count(*), sum(net), sum(cashback), sum(discount),
    sum(CASE WHEN basis = %(at_partner)s THEN partner ELSE public END),
    sum(CASE WHEN basis <> %(at_partner)s AND gain = %(earns)s THEN public - partner ELSE 0 END),
    sum(CASE WHEN basis = %(at_partner)s THEN public - partner ELSE 0 END)
FROM priced
LEFT JOIN access_organisation owner ON owner.id = partner_id
GROUP BY partner_id, owner.name, priced.currency
ORDER BY priced.currency, owner.name IS NULL, owner.name, partner_id
"""


@dataclass(frozen=True, slots=True)
class Sums:
    """What payers are charged, and what partners get, in one currency, excluding VAT."""

    turnover: Decimal = ZERO
    cashback: Decimal = ZERO
    discount: Decimal = ZERO

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.turnover + other.turnover,
            self.cashback + other.cashback,
            self.discount + other.discount,
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft would have done at one partner, or in all; `partner` is "" for lines that no
    partner manages."""

    partner: str
    currency: str
    lines: int
    before: Sums
    after: Sums


def run(*, what_if: WhatIf) -> list[Effect]:
    """The draft over the orders placed in its days, by partner and currency. Writes nothing."""
    facts: dict[str, Any] = {
        "what_if": what_if.pk,
        "placed": OrderState.PLACED,
        "since": what_if.since,
        "until": what_if.until,
        "at_partner": Basis.PARTNER,
        "earns": Gain.CASHBACK,
    }
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, facts)
        return [
            Effect(partner, currency, lines, Sums(*figures[:3]), Sums(*figures[3:]))
            for partner, currency, lines, *figures in cursor.fetchall()
        ]


def totals(effects: Iterable[Effect]) -> list[Effect]:
    """One effect for each currency, in all."""
    found: dict[str, Effect] = {}
    for effect in effects:
        so_far = found.get(effect.currency, Effect("", effect.currency, 0, Sums(), Sums()))
        found[effect.currency] = Effect(
            "",
            effect.currency,
            so_far.lines + effect.lines,
            so_far.before + effect.before,
            so_far.after + effect.after,
        )
    return list(found.values())


def tiers_of(row: WhatIfRow) -> tuple[Tier, ...] | None:
    """The tiers that a row tries; None: they stay as they are."""
    if row.tiers is None:
        return None
    return tuple(sorted(Tier(tier["units"], Decimal(tier["percent"])) for tier in row.tiers))


def as_json(tiers: Iterable[Tier] | None) -> list[dict[str, Any]] | None:
    """The tiers as a row keeps them."""
    if tiers is None:
        return None
    return [{"units": tier.units, "percent": str(tier.percent)} for tier in sorted(tiers)]


def wanted_rows(rows: Iterable[WhatIfRow], day: date) -> Iterator[tuple[prices.Table, Wanted]]:
    """The dated rows that a draft becomes on `day`."""
    for row in rows:
        key = (row.product_type_id,)
        if row.percent is not None:
            yield prices.PARTNER_RATES, Wanted(key, day, row.percent)
        if (tiers := tiers_of(row)) is not None:
            yield prices.TIERS, Wanted(key, day, tiers)


def check_draft(what_if: WhatIf) -> None:
    """Raises AlreadySettled when the draft has been published."""
    if what_if.is_published:
        raise AlreadySettled(_("This draft has been published already."))


@transaction.atomic
def publish(*, what_if: WhatIf, day: date, by: User | None) -> WhatIf:
    """Makes dated rows of the draft, all from `day` on, which is to come. Raises PriceRowWrong,
    AlreadySettled when the draft has been published."""
    what_if = WhatIf.objects.select_for_update().get(pk=what_if.pk)
    check_draft(what_if)
    if day <= timezone.localdate():
        raise PriceRowWrong(_("Choose a day to come: from tomorrow on."), field="day")
    rows = list(wanted_rows(what_if.rows.all(), day))
    if not rows:
        raise PriceRowWrong(_("The draft changes nothing yet."))
    for table in (prices.PARTNER_RATES, prices.TIERS):
        of_table = [wanted for found, wanted in rows if found is table]
        prices.set_rows(table=table, rows=of_table, by=by)
    what_if.published_from, what_if.published_by = day, by
    what_if.published_at = timezone.now()
    what_if.save(update_fields=["published_from", "published_by", "published_at"])
    return what_if
