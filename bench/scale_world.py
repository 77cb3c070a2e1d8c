"""A large world for `bench.scale`, written by the database in one statement a table.

Foreign keys and triggers sleep while it is written (`session_replication_role`), so the copies
that triggers keep are written right here: names on partnerships. What the world holds:

- every client has a legal representative, every partner one and a collaborator with five clients;
- nine partnerships in ten are limited: each product of those clients is granted, one by one;
- the others are full, at clients that have a limited partner too;
- partner 1 has `many` clients with limited access, partner 2 as many with full access: the same;
- client 1 has a hundredth of all products; partner 1 holds every one of them.
"""

# ruff: noqa: S608 - the statements are this file's own

from dataclasses import dataclass
from typing import Any

CATEGORIES, TYPES = 5, 20
SURELY = "TIMESTAMPTZ '2024-01-01'"


@dataclass(frozen=True)
class Sizes:
    """How many of each the world has."""

    partners: int = 1_000
    clients: int = 100_000
    products: int = 1_000_000
    partnerships: int = 100_000

    @classmethod
    def of(cls, products: int) -> "Sizes":
        """Everything in proportion to the products."""
        share = max(products // 10, 100)
        return cls(max(products // 1_000, 20), share, products, share)

    @property
    def limited(self) -> int:
        return self.partnerships * 9 // 10

    @property
    def full(self) -> int:
        return self.partnerships - self.limited

    @property
    def many(self) -> int:
        """Clients of each of the two large partners."""
        return min(5_000, self.full)

    @property
    def large(self) -> int:
        """Products of client 1."""
        return self.products // 100

    @property
    def values(self) -> dict[str, int]:
        names = ("limited", "full", "many", "large", "partners", "clients", "products")
        return {name: getattr(self, name) for name in names} | {
            "first_client": self.partners + 1,
            "categories": CATEGORIES,
            "types": TYPES,
        }


# Organisations 1 … partners are partners, the next ones clients: client n is `partners + n`.
# The partner of client n: its limited one, and for the first `full` clients another with all.
LIMITED_PARTNER = "(CASE WHEN n <= {many} THEN 1 ELSE 3 + n %% ({partners} - 3) END)"
FULL_PARTNER = "(CASE WHEN n <= {many} THEN 2 ELSE 3 + (n + 1) %% ({partners} - 3) END)"
OWNER = (
    "{partners} + (CASE WHEN n <= {large} THEN 1 ELSE 2 + (n - {large} - 1) %% ({limited} - 1) END)"
)
WORDS = (
    "(ARRAY['Garage','Bakery','Hotel','Clinic','Studio','Museum','Bureau','Nursery','Cinema',"
    "'Harbour'])[1 + n * 7 %% 10] || ' ' ||"
    "(ARRAY['North','Lake','Bellevue','Belmont','Vine','Jura','Alps','River','Castle','Meadow',"
    "'Forest','Summit'])[1 + n * 5 %% 12]"
)
SERVICES = (
    "(ARRAY['Hosting','Shop','Mail','Drive','Backup','Domain','Server','Stream','Chat','Radio'])"
    "[1 + n * 3 %% 10]"
)

STATEMENTS = (
    "INSERT INTO clients_category (id, slug, name, names, position, icon) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'category-' || n, 'Category ' || n, '{{}}', n, 'box'"
    " FROM generate_series(1, {categories}) n",
    "INSERT INTO clients_producttype (id, slug, name, names, position, period, is_backup,"
    " is_offered, category_id) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'type-' || n, 'Type ' || n, '{{}}', n, 'yearly', false, true,"
    " 1 + n %% {categories} FROM generate_series(1, {types}) n",
    "INSERT INTO auth_group (id, name) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'bench partner ' || n FROM generate_series(1, {partners}) n",
    "INSERT INTO access_organisation (id, name, slug, country, currency, street, postcode, city,"
    " registration_number, vat_number, website, affiliate, requires_second_factor,"
    " premium_support, vip_code, created_at, reseller_group_id) OVERRIDING SYSTEM VALUE"
    " SELECT n, 'Partner ' || n, 'partner-' || n, 'CH', 'CHF', '', '', 'Sion', '', '', '', false,"
    f" false, false, '', {SURELY}, n FROM generate_series(1, {{partners}}) n",
    "INSERT INTO access_organisation (id, name, slug, country, currency, street, postcode, city,"
    " registration_number, vat_number, website, affiliate, requires_second_factor,"
    " premium_support, vip_code, created_at, reseller_group_id) OVERRIDING SYSTEM VALUE"
    f" SELECT {{partners}} + n, {WORDS} || ' ' || n, 'client-' || n, 'CH', 'CHF', '', '',"
    f" 'Bern', '', '', '', false, false, false, '', {SURELY}, NULL"
    " FROM generate_series(1, {clients}) n",
    "INSERT INTO partners_partner (organisation_id, state, listed, contact_email, applied_at,"
    f" approved_at, reason) SELECT n, 'approved', true, '', {SURELY}, {SURELY}, ''"
    " FROM generate_series(1, {partners}) n",
    # the person of organisation n has its number; collaborators come after them
    "INSERT INTO access_user (id, password, is_superuser, email, name, language, is_staff,"
    " is_active, date_joined) OVERRIDING SYSTEM VALUE"
    " SELECT n, '!', false, 'person-' || n || '@bench.example', 'Person ' || n, 'en', false,"
    f" true, {SURELY} FROM generate_series(1, 2 * {{partners}} + {{clients}}) n",
    "INSERT INTO access_membership (id, role, accounting, every_product, public_id, created_at,"
    " user_id, organisation_id) OVERRIDING SYSTEM VALUE"
    f" SELECT n, 'legal_representative', true, false, 'member' || n, {SURELY}, n, n"
    " FROM generate_series(1, {partners} + {clients}) n",
    "INSERT INTO access_membership (id, role, accounting, every_product, public_id, created_at,"
    " user_id, organisation_id) OVERRIDING SYSTEM VALUE"
    " SELECT {partners} + {clients} + n, 'collaborator', false, false,"
    f" 'collaborator' || n, {SURELY}, {{partners}} + {{clients}} + n, n"
    " FROM generate_series(1, {partners}) n",
    "INSERT INTO access_user_groups (user_id, group_id)"
    " SELECT n, n FROM generate_series(1, {partners}) n",
    "INSERT INTO clients_partnership (id, public_id, state, opened_by, asked_email, asked_access,"
    " asked_payment_mode, message, access, payment_mode, version, client_name, partner_name,"
    " created_at, sent_at, expires_at, started_at, client_id, partner_id)"
    " OVERRIDING SYSTEM VALUE"
    " SELECT n, 'limited' || n, 'active', 'partner', 'person-' || {partners} + n ||"
    " '@bench.example', 'limited', '', '', 'limited', 'client', 1, client.name, partner.name,"
    f" {SURELY}, {SURELY}, {SURELY}, {SURELY} + n * interval '1 minute', client.id, partner.id"
    " FROM generate_series(1, {limited}) n"
    " JOIN access_organisation client ON client.id = {partners} + n"
    f" JOIN access_organisation partner ON partner.id = {LIMITED_PARTNER}",
    "INSERT INTO clients_partnership (id, public_id, state, opened_by, asked_email, asked_access,"
    " asked_payment_mode, message, access, payment_mode, version, client_name, partner_name,"
    " created_at, sent_at, expires_at, started_at, client_id, partner_id)"
    " OVERRIDING SYSTEM VALUE"
    " SELECT {limited} + n, 'full' || n, 'active', 'partner', 'person-' || {partners} + n ||"
    " '@bench.example', 'full', 'client', '', 'full', 'client', 1, client.name, partner.name,"
    f" {SURELY}, {SURELY}, {SURELY}, {SURELY} + n * interval '1 minute', client.id, partner.id"
    " FROM generate_series(1, {full}) n"
    " JOIN access_organisation client ON client.id = {partners} + n"
    f" JOIN access_organisation partner ON partner.id = {FULL_PARTNER}",
    "INSERT INTO clients_product (id, public_id, name, notes, technical_contact, state, period,"
    " started_on, renews_on, auto_renewal, created_at, organisation_id, product_type_id)"
    " OVERRIDING SYSTEM VALUE"
    f" SELECT n, 'product' || n, {SERVICES} || ' ' || n, '', '',"
    " CASE WHEN n %% 50 = 0 THEN 'suspended' ELSE 'active' END, 'yearly', DATE '2024-01-01',"
    f" DATE '2030-01-01' + n %% 365, true, {SURELY}, {OWNER}, 1 + n %% {{types}}"
    " FROM generate_series(1, {products}) n",
    "INSERT INTO access_productgrouppermission (granted_at, content_object_id, granted_by_id,"
    " group_id, partnership_id, permission_id)"
    f" SELECT {SURELY}, product.id, NULL, link.partner_id, link.id, permission.id"
    " FROM clients_product product JOIN clients_partnership link"
    " ON link.client_id = product.organisation_id AND link.access = 'limited',"
    " auth_permission permission WHERE permission.codename = 'manage_product'",
    "INSERT INTO access_organisationgrouppermission (granted_at, content_object_id,"
    " granted_by_id, group_id, partnership_id, permission_id)"
    f" SELECT {SURELY}, link.client_id, NULL, link.partner_id, link.id, permission.id"
    " FROM clients_partnership link, auth_permission permission"
    " WHERE link.access = 'full' AND permission.codename = 'manage_organisation'",
    "INSERT INTO access_organisationuserpermission (granted_at, content_object_id,"
    " granted_by_id, membership_id, permission_id, user_id)"
    f" SELECT {SURELY}, link.client_id, NULL, member.id, permission.id, member.user_id"
    " FROM access_membership member JOIN LATERAL (SELECT client_id FROM clients_partnership"
    " WHERE partner_id = member.organisation_id ORDER BY id LIMIT 5) link ON true,"
    " auth_permission permission WHERE member.role = 'collaborator'"
    " AND permission.codename = 'manage_organisation'",
)
COUNTED = (
    *("clients_category", "clients_producttype", "auth_group", "access_organisation"),
    *("access_user", "access_membership", "clients_partnership", "clients_product"),
)
"""Tables whose keys are given here: their sequences go on after them."""
MARK = "bench_world"


def build(connection: Any, sizes: Sizes) -> None:
    """Writes the world into an empty, migrated database, which wants a VACUUM ANALYZE then.

    `connection` is a psycopg connection that commits each statement; its role may put triggers
    to sleep.
    """
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(COUNTED)} CASCADE")
        for statement in STATEMENTS:
            cursor.execute(statement.format(**sizes.values).replace("%%", "%"))
        for table in COUNTED:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
            )
        cursor.execute(f"CREATE TABLE {MARK} AS SELECT '{sizes!r}'::text AS sizes")


def built(connection: Any, sizes: Sizes) -> bool:
    """Whether the database already holds this world."""
    if connection.execute("SELECT to_regclass(%s)", [MARK]).fetchone()[0] is None:
        return False
    found = connection.execute(f"SELECT sizes FROM {MARK}").fetchone()
    return bool(found and found[0] == repr(sizes))
