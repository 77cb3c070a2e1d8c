"""What `bench.renewals` lets do in processes of their own: migrate, fill, renew."""

import json
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

CLIENTS_OF, PARTNERS, TYPES, KINDS = 25, 100, 20, 4
"""Products and kinds of products of each client, partners, product types."""
BEGIN = date(2020, 1, 1)


def run() -> list[dict[str, Any]]:
    """Nothing to measure here: `bench.renewals` does."""
    return []


def main() -> None:
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    verb, *values = sys.argv[1:]
    verbs: dict[str, Any] = {"migrate": migrate, "fill": fill, "renew": renew}
    sys.stdout.write(json.dumps(verbs[verb](*map(int, values))) + "\n")


def migrate() -> dict[str, Any]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {}


def renew() -> dict[str, Any]:
    from django.db import connection

    from billing.services.renewing import renew_together

    connection.ensure_connection()
    begun = time.perf_counter()
    done = renew_together()
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "products": done.products, "peak": peak()}


def peak() -> float:
    """The most memory that this program has had, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


# ---- Filling ---------------------------------------------------------------------------------


def fill(products: int) -> dict[str, Any]:
    """Clients with so many products that are due today, a tenth without a partner, a tenth with a
    limited one, and of the others every second paid by its partner; half of the payers have money
    on their account."""
    from django.db import connection, transaction

    with transaction.atomic():
        types = catalogue()
        partners = organisations("partner", PARTNERS)
        clients = organisations("client", products // CLIENTS_OF)
        partnerships = manage(clients, partners)
        install(clients, types, partnerships)
        money([*partners, *clients])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {}


def catalogue() -> list[Any]:
    from billing.models import PartnerRate, Price, TierTable, VatRate, VolumeTier
    from clients.models import Category, ProductType

    category = Category.objects.create(slug="all", name="All")
    types = ProductType.objects.bulk_create(
        ProductType(slug=f"type-{number}", name=f"Type {number}", category=category)
        for number in range(TYPES)
    )
    Price.objects.bulk_create(
        Price(product_type=kind, currency="CHF", period="monthly", amount="9.92", valid_from=BEGIN)
        for kind in types
    )
    PartnerRate.objects.bulk_create(
        PartnerRate(product_type=kind, percent=20, valid_from=BEGIN) for kind in types
    )
    tables = TierTable.objects.bulk_create(
        TierTable(product_type=kind, valid_from=BEGIN) for kind in types
    )
    VolumeTier.objects.bulk_create(
        VolumeTier(table=table, units=30, percent=25) for table in tables
    )
    VatRate.objects.create(country="CH", percent="8.1", valid_from=BEGIN)
    return types


def organisations(kind: str, number: int) -> list[Any]:
    from access.models import Membership, Organisation, User

    owners = Organisation.objects.bulk_create(
        Organisation(name=f"{kind.title()} {n}", slug=f"{kind}-{n}", country="CH", currency="CHF")
        for n in range(number)
    )
    people = User.objects.bulk_create(
        User(email=f"boss@{kind}-{n}.example", name=f"Boss {n}", password="!")  # noqa: S106 - nobody signs in
        for n in range(number)
    )
    Membership.objects.bulk_create(
        Membership(user=person, organisation=owner, role="legal_representative")
        for person, owner in zip(people, owners, strict=True)
    )
    return owners


def manage(clients: list[Any], partners: list[Any]) -> list[Any]:
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from access.models import Organisation
    from clients.models import Partnership
    from partners.models import Partner

    now = timezone.now()
    groups = Group.objects.bulk_create(Group(name=f"reseller {p.pk}") for p in partners)
    for partner, group in zip(partners, groups, strict=True):
        partner.reseller_group = group
    Organisation.objects.bulk_update(partners, ["reseller_group"])
    Partner.objects.bulk_create(
        Partner(organisation=partner, state="approved", approved_at=now) for partner in partners
    )
    return Partnership.objects.bulk_create(
        Partnership(
            client=client,
            partner_id=partners[n % PARTNERS].pk,
            state="active",
            opened_by="client",
            access="limited" if n % 10 == 1 else "full",
            payment_mode="partner" if n % 2 == 0 else "client",
            payment_confirmed_at=now if n % 2 == 0 else None,
            started_at=now,
            sent_at=now,
            expires_at=now,
        )
        for n, client in enumerate(clients)
        if n % 10 != 9
    )


def install(clients: list[Any], types: list[Any], partnerships: list[Any]) -> None:
    from django.utils import timezone

    from clients.models import Product

    today = timezone.localdate()
    products = Product.objects.bulk_create(
        (
            Product(
                organisation=client,
                product_type=types[(n + number % KINDS) % TYPES],
                name=f"Product {number}",
                state="active",
                period="monthly",
                started_on=today - timedelta(days=365),
                renews_on=today,
            )
            for n, client in enumerate(clients)
            for number in range(CLIENTS_OF)
        ),
        batch_size=5000,
    )
    grant({product.organisation_id: product for product in reversed(products)}, partnerships)


def grant(first: dict[int, Any], partnerships: list[Any]) -> None:
    """Limited partners get the first product of their client, the others the whole of it."""
    from django.contrib.auth.models import Permission

    from access.models import OrganisationGroupPermission, ProductGroupPermission

    permission = Permission.objects.get(codename="manage_product")
    whole = Permission.objects.get(codename="manage_organisation")
    groups = {p.pk: p.partner.organisation.reseller_group_id for p in partnerships}
    ProductGroupPermission.objects.bulk_create(
        ProductGroupPermission(
            content_object=first[p.client_id],
            permission=permission,
            group_id=groups[p.pk],
            partnership=p,
        )
        for p in partnerships
        if p.access == "limited"
    )
    OrganisationGroupPermission.objects.bulk_create(
        OrganisationGroupPermission(
            content_object_id=p.client_id, permission=whole, group_id=groups[p.pk], partnership=p
        )
        for p in partnerships
        if p.access == "full"
    )


def money(owners: list[Any]) -> None:
    from billing.models import Account

    Account.objects.bulk_create(
        Account(organisation=owner, currency="CHF", balance=1_000_000 if n % 2 else 0)
        for n, owner in enumerate(owners)
    )


if __name__ == "__main__":
    main()
