"""What `bench.tenders` lets do in processes of their own: migrate, fill, spread, look."""

import json
import os
import statistics
import sys
import time
from typing import Any

FILL = """
    INSERT INTO access_user (password, is_superuser, email, name, language, is_staff, is_active,
        date_joined)
    SELECT '', false, 'person' || n || '@partner.example', 'Person ' || n, 'en', false, true, now()
    FROM generate_series(1, %(partners)s) n;
    INSERT INTO auth_group (name) SELECT 'reseller bench ' || n
    FROM generate_series(1, %(partners)s) n;
    INSERT INTO access_organisation (name, slug, country, currency, street, postcode, city,
        registration_number, vat_number, website, affiliate, requires_second_factor,
        premium_support, vip_code, reseller_group_id, created_at)
    SELECT 'Partner ' || n, 'partner-' || n, 'CH', 'CHF', '', '', '', '', '', '', false, false,
        false, '', g.id, now()
    FROM generate_series(1, %(partners)s) n JOIN auth_group g ON g.name = 'reseller bench ' || n;
    INSERT INTO access_membership (user_id, organisation_id, role, accounting, every_product,
        public_id, created_at)
    SELECT u.id, o.id, 'legal_representative', true, false, md5('m' || o.id)::varchar(16), now()
    FROM access_organisation o
    JOIN access_user u ON u.email = 'person' || substr(o.slug, 9) || '@partner.example';
    INSERT INTO access_user_groups (user_id, group_id)
    SELECT m.user_id, o.reseller_group_id FROM access_membership m
    JOIN access_organisation o ON o.id = m.organisation_id;
    INSERT INTO partners_partner (organisation_id, state, listed, contact_email, reason,
        applied_at, approved_at)
    SELECT id, 'approved', true, slug || '@partner.example', '', now(), now()
    FROM access_organisation;
    INSERT INTO clients_category (slug, name, names, position, icon)
    SELECT 'category-' || n, 'Category ' || n, '{}', n, 'box' FROM generate_series(1, 5) n;
    INSERT INTO tenders_tenderpreference (partner_id, wanted, languages, countries, least_budget,
        address, mail_language, changed_at)
    SELECT organisation_id, true, array['fr', 'de'], array['CH', 'FR'], 100, contact_email, 'fr',
        now()
    FROM partners_partner;
    INSERT INTO tenders_tenderpreference_categories (tenderpreference_id, category_id)
    SELECT p.organisation_id, c.id FROM partners_partner p CROSS JOIN clients_category c;
    INSERT INTO tenders_tender (public_id, state, title, need, extract_title, extract, currency,
        budget_from, budget_to, country, place, language, contact_name, contact_email,
        contact_phone, company, openers, created_at, published_at, expires_at, closed_at, told,
        hidden_reason)
    SELECT md5('t' || n)::varchar(16), CASE WHEN n > %(past)s THEN 'open' ELSE 'expired' END,
        'Tender ' || n, repeat('We need a shop. ', 20), 'Tender ' || n,
        repeat('We need a shop. ', 20), 'CHF', 1000, 5000, 'CH', 'Genève', 'fr', 'Anna',
        'anna' || n || '@needs.example', '', '', 0, at, at,
        CASE WHEN n > %(past)s THEN now() + interval '20 days' ELSE at + interval '30 days' END,
        CASE WHEN n > %(past)s THEN NULL ELSE at + interval '30 days' END, 0, ''
    FROM (SELECT n, now() - (%(past)s + %(open)s - n) * interval '10 minutes' AS at
        FROM generate_series(1, %(past)s + %(open)s) n) rows;
    INSERT INTO tenders_tender_categories (tender_id, category_id)
    SELECT t.id, c.id FROM tenders_tender t JOIN clients_category c ON c.position = 1 + t.id %% 5;
"""


def run() -> list[dict[str, Any]]:
    """Nothing to measure here: `bench.tenders` does."""
    return []


def main() -> None:
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    verb, *values = sys.argv[1:]
    verbs: dict[str, Any] = {"migrate": migrate, "fill": fill, "spread": spread, "board": board}
    sys.stdout.write(json.dumps(verbs[verb](*map(int, values))) + "\n")


def migrate() -> dict[str, Any]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {}


def fill(partners: int, past: int, open_now: int) -> dict[str, Any]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in FILL.split(";"):
            if statement.strip():
                cursor.execute(statement, {"partners": partners, "past": past, "open": open_now})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {}


def spread(turns: int) -> dict[str, Any]:
    """Seconds of writing the mails for a tender, and of writing the same rows from a table."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tenders.models import Tender
    from tenders.services import spreading

    ours, floor, rows, queries = [], [], 0, 0
    for tender in Tender.objects.to_tell().order_by("pk")[:turns]:
        with CaptureQueriesContext(connection) as captured:
            begun = time.perf_counter()
            spreading.spread(tender=tender)
            ours.append(time.perf_counter() - begun)
        queries = len(captured)
        rows, seconds = _again(tender)
        floor.append(seconds)
    return {"ours": ours, "floor": floor, "rows": rows, "queries": queries}


def _again(tender: Any) -> tuple[int, float]:
    """How many mails there are for the tender, and the seconds of writing them bare."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS written")
        cursor.execute(
            "CREATE TEMPORARY TABLE written AS SELECT * FROM access_outgoingmail"
            " WHERE context->>'tender' = %s",
            [str(tender.pk)],
        )
        rows = cursor.rowcount
        cursor.execute("DELETE FROM access_outgoingmail")
        cursor.execute("ANALYZE written")
        begun = time.perf_counter()
        with transaction.atomic():
            cursor.execute("INSERT INTO access_outgoingmail SELECT * FROM written")
        seconds = time.perf_counter() - begun
        cursor.execute("DELETE FROM access_outgoingmail")
    return rows, seconds


def board() -> dict[str, Any]:
    """Each way to look at the board: queries, milliseconds, rows, blocks of the list's query."""
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from access.models import User

    setup_test_environment(debug=False)  # answers tell what their templates were given
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email="person1@partner.example"))
    address = reverse("tenders", args=["partner-1"])
    return {
        "board": _look(client, address),
        "board, searched": _look(client, f"{address}?q=shop"),
        "board, searched in vain": _look(client, f"{address}?q=nothing-like-it"),
        "board, last page": _look(client, f"{address}?page=6"),
    }


def _look(client: Any, address: str) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    times = []
    for _turn in range(5):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        times.append(time.perf_counter() - begun)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}")
    lists = [
        query["sql"]
        for query in captured
        if '"tenders_tender"' in query["sql"] and "LIMIT" in query["sql"]
    ]
    return {
        "queries": len(captured),
        "ms": statistics.median(times) * 1000,
        "rows": len(answer.context["listing"].page.object_list),
        "blocks": max((_blocks(statement) for statement in lists), default=0),
    }


def _blocks(statement: str) -> int:
    """The blocks that PostgreSQL looks at for the statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}".replace("%", "%%"))
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


if __name__ == "__main__":
    main()
