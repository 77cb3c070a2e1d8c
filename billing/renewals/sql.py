"""The statements of renewals. No text of a reader is in them: names of our tables, parameters."""

from billing.services.pricing import PAID_STATES
from clients.rules import MONTHS, Access, PaymentMode, ProductState

STATES = ", ".join(f"'{state.value}'" for state in PAID_STATES)
MONTHS_OF = " ".join(f"WHEN '{period.value}' THEN {number}" for period, number in MONTHS.items())


def live(name: str) -> str:
    """As `access.grants.live`: active, and not past its end date by the database's clock (L9)."""
    return f"{name}.state = 'active' AND ({name}.ends_at IS NULL OR {name}.ends_at > now())"


DUE = (
    f"p.state = '{ProductState.ACTIVE.value}' AND p.auto_renewal"
    " AND p.renews_on BETWEEN %(since)s AND %(day)s"
)
UNTRIED = """NOT EXISTS (SELECT FROM billing_renewalfailure f WHERE f.product_id = p.id
    AND f.starts_on = p.renews_on AND f.run_id = %(run)s)"""

# M2: how many units of each type each payer pays now, as `pricing.paid_by` tells for one payer.
UNITS = f"""
    SELECT payer, product_type_id, count(*) AS units FROM (
        SELECT p.product_type_id, CASE WHEN held.id IS NULL AND paying.id IS NOT NULL
            THEN paying.partner_id ELSE p.organisation_id END AS payer
        FROM clients_product p
        LEFT JOIN clients_partnership paying ON paying.client_id = p.organisation_id
            AND {live("paying")} AND paying.access = '{Access.FULL.value}'
            AND paying.payment_mode = '{PaymentMode.PARTNER.value}'
            AND paying.payment_confirmed_at IS NOT NULL
        LEFT JOIN (access_productgrouppermission g
            JOIN clients_partnership held ON held.id = g.partnership_id AND {live("held")}
        ) ON g.content_object_id = p.id
        WHERE p.state IN ({STATES})
    ) AS paid
"""  # noqa: S608
COUNT_UNITS = f"{UNITS} WHERE payer = ANY(%(payers)s) GROUP BY payer, product_type_id"
SNAPSHOT = f"""
    INSERT INTO billing_renewalunits (run_id, payer_id, product_type_id, units)
    SELECT %(run)s, payer, product_type_id, units FROM ({UNITS}
        WHERE product_type_id IN (SELECT p.product_type_id FROM clients_product p WHERE {DUE})
        GROUP BY payer, product_type_id) AS counted
"""  # noqa: S608

# A worker's share: the clients of one partner fall to one worker, so that two workers do not wait
# for each other at the partner's account. With one worker, all.
SHARE = """(%(workers)s = 1 OR mod(coalesce((SELECT max(q.partner_id) FROM clients_partnership q
    WHERE q.client_id = p.organisation_id AND q.state = 'active'), p.organisation_id),
    %(workers)s) = %(share)s)"""
# The clients of the next products that are due, after a client.
NEXT_CLIENTS = f"""
    SELECT DISTINCT organisation_id FROM (
        SELECT p.organisation_id FROM clients_product p
        WHERE {DUE} AND {UNTRIED} AND p.organisation_id > %(after)s AND {SHARE}
        ORDER BY p.organisation_id LIMIT %(size)s
    ) AS next ORDER BY organisation_id
"""  # noqa: S608
LOCK_CLIENTS = """
    SELECT id FROM access_organisation WHERE id = ANY(%(clients)s)
    ORDER BY id FOR NO KEY UPDATE {how}
"""

TEMPORARY = """
    CREATE TEMPORARY TABLE IF NOT EXISTS renewal_due (
        product_id bigint, client_id bigint, product_type_id bigint, period varchar,
        starts_on date, ends_on date, partnership_id bigint, done_before boolean
    ) ON COMMIT DELETE ROWS
"""
# Each product that is due, with its next renewal (see `calendar.next_renewal`) and its manager's
# partnership (L7), 0 for none. `done_before`: a line has this term already (T15).
FOUND = f"""
    SELECT p.id, p.organisation_id, p.product_type_id, p.period, p.renews_on,
        first.day + least(anchor.day, extract(day FROM first.day + interval '1 month - 1 day'))::int
            - 1,
        coalesce(held.id, whole.id, 0),
        EXISTS (SELECT FROM billing_lineproduct l
            WHERE l.product_id = p.id AND l.starts_on = p.renews_on)
    FROM clients_product p
    CROSS JOIN LATERAL (SELECT (date_trunc('month', p.renews_on::timestamp)
        + CASE p.period {MONTHS_OF} END * interval '1 month')::date AS day) AS first
    CROSS JOIN LATERAL (SELECT CASE WHEN extract(day FROM p.renews_on) = least(
        extract(day FROM p.started_on), extract(day FROM
            date_trunc('month', p.renews_on::timestamp) + interval '1 month - 1 day'))
        AND p.started_on IS NOT NULL
        THEN extract(day FROM p.started_on) ELSE extract(day FROM p.renews_on) END AS day) AS anchor
    LEFT JOIN (access_productgrouppermission g
        JOIN clients_partnership held ON held.id = g.partnership_id AND {live("held")}
    ) ON g.content_object_id = p.id
    LEFT JOIN (access_organisationgrouppermission o
        JOIN clients_partnership whole ON whole.id = o.partnership_id AND {live("whole")}
    ) ON o.content_object_id = p.organisation_id
    WHERE p.organisation_id = ANY(%(clients)s) AND {DUE} AND {UNTRIED}
"""  # noqa: S608
FILL = f"INSERT INTO renewal_due {FOUND} ORDER BY p.id FOR NO KEY UPDATE OF p"
GROUPED = """
    SELECT client_id, product_type_id, period, starts_on, partnership_id, done_before,
        count(*), max(ends_on), min(product_id)
    FROM {found} AS due
    GROUP BY client_id, product_type_id, period, starts_on, partnership_id, done_before
    ORDER BY client_id, starts_on, partnership_id, product_type_id, period
"""
NAMES = (
    "(product_id, client_id, product_type_id, period, starts_on, ends_on, partnership_id,"
    " done_before)"
)
GROUPS = GROUPED.format(found="renewal_due")
LOOK = GROUPED.format(found=f"({FOUND})").replace(" AS due", f" AS due {NAMES}")

# A group is all rows with the same key; arrays bring the keys with what belongs to them.
KEYED = """
    unnest(%(clients)s::bigint[], %(types)s::bigint[], %(periods)s::varchar[], %(days)s::date[],
        %(partnerships)s::bigint[], %(values)s::{type}[])
    AS k (client_id, product_type_id, period, starts_on, partnership_id, value)
    JOIN renewal_due d USING (client_id, product_type_id, period, starts_on, partnership_id)
"""
LINE_PRODUCTS = f"""
    INSERT INTO billing_lineproduct (line_id, product_id, starts_on)
    SELECT k.value, d.product_id, d.starts_on FROM {KEYED.format(type="bigint")}
    WHERE NOT d.done_before
"""  # noqa: S608
FAILED = f"""
    INSERT INTO billing_renewalfailure (product_id, starts_on, run_id, fault, first_failed_at)
    SELECT d.product_id, d.starts_on, %(run)s, k.value, now() FROM {KEYED.format(type="varchar")}
    WHERE d.done_before = (k.value = 'twice')
    ON CONFLICT (product_id, starts_on) DO UPDATE SET run_id = EXCLUDED.run_id,
        fault = EXCLUDED.fault
    RETURNING product_id, (xmax = 0)
"""  # noqa: S608
FORGET_FAILED = f"""
    DELETE FROM renewal_due WHERE product_id IN (
        SELECT d.product_id FROM {KEYED.format(type="varchar")}
        WHERE d.done_before = (k.value = 'twice'))
"""  # noqa: S608
TASKS = """
    INSERT INTO billing_provisioningtask
        (product_id, act, key, facts, state, attempts, next_attempt_at, problem, created_at)
    SELECT d.product_id, 'renew', 'renew:' || d.product_id || ':' || d.starts_on,
        jsonb_build_object('until', d.ends_on), 'due', 0, now(), '', now()
    FROM renewal_due d
"""
PROLONG = """
    UPDATE clients_product p SET renews_on = d.ends_on FROM renewal_due d WHERE p.id = d.product_id
"""
