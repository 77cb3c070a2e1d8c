"""A partner's backups sit in one console account, one unit for each client, for good (C4)."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from billing import provisioning
from billing.services.quoting import Wish
from clients.errors import BackupStays
from clients.models import ConsoleAccount, ConsoleUnit, Product
from clients.rules import Side
from clients.services.backups import move_backup
from tests.billing.ordering import ALPINE, BAKERY, GARAGE, HOTEL, order
from tests.journey import end
from tests.world import World


def backup(world: World, *names: str) -> Wish:
    kind = world.product_type("backup")
    assert kind.is_backup
    return Wish(kind, len(names), kind.period, names)


def backed_up(world: World, person: str, slug: str, *names: str) -> list[Product]:
    order(world.actor(person, slug), backup(world, *names))
    provisioning.run_due_tasks()
    found = Product.objects.filter(organisation__slug=slug, name__in=names).order_by("name")
    return list(found.select_related("console_unit__account__organisation"))


def place(product: Product) -> tuple[str, str]:
    assert product.console_unit is not None
    unit = product.console_unit
    return unit.account.organisation.slug, unit.number


def test_one_account_and_a_unit_for_each_client(world: World) -> None:
    first, second = backed_up(world, "bruno", BAKERY, "nas", "server")
    (other,) = backed_up(world, "lea", HOTEL, "till")
    assert {place(item)[0] for item in (first, second, other)} == {ALPINE}
    assert place(first) == place(second) != place(other)
    assert ConsoleAccount.objects.count() == 1
    assert ConsoleUnit.objects.count() == 2


def test_without_a_partner_it_is_the_clients_own(world: World) -> None:
    (product,) = backed_up(world, "gina", GARAGE, "nas")
    assert place(product)[0] == GARAGE


def test_it_stays_when_the_partner_goes(world: World) -> None:
    (old,) = backed_up(world, "bruno", BAKERY, "nas")
    end(
        world,
        world.partnership(BAKERY, ALPINE),
        by=world.actor("bruno", BAKERY),
        side=Side.CLIENT,
    )
    (new,) = backed_up(world, "bruno", BAKERY, "new")
    old.refresh_from_db()
    assert (place(old)[0], place(new)[0]) == (ALPINE, BAKERY)


def test_a_move_is_refused_with_the_reason(world: World) -> None:
    (product,) = backed_up(world, "bruno", BAKERY, "nas")
    (elsewhere,) = backed_up(world, "gina", GARAGE, "nas")
    assert elsewhere.console_unit is not None
    assert product.console_unit is not None
    with pytest.raises(BackupStays, match="stays in the console account"):
        move_backup(product=product, account=elsewhere.console_unit.account, by=None)
    for values in ({"console_unit": elsewhere.console_unit}, {"console_unit": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Product.objects.filter(pk=product.pk).update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsoleUnit.objects.filter(pk=product.console_unit.pk).update(
            account=elsewhere.console_unit.account
        )


class Fails(provisioning.Provisioner):
    asked = 0

    def console_account(self, organisation: Any) -> str:
        Fails.asked += 1
        return f"BA-{Fails.asked}"

    def activate(self, product: Product, facts: dict[str, Any]) -> None:
        raise ConnectionError


def test_what_the_vendor_gave_is_kept_when_the_rest_fails(world: World, settings: Any) -> None:
    settings.PROVISIONER = f"{__name__}.Fails"
    order(world.actor("bruno", BAKERY), backup(world, "nas", "server"))
    provisioning.run_due_tasks()
    assert ConsoleAccount.objects.get().number == "BA-1"
    assert Fails.asked == 1


def test_the_page_tells_it_to_those_concerned(world: World) -> None:
    (product,) = backed_up(world, "bruno", BAKERY, "nas")
    page = f"/o/{BAKERY}/products/{product.public_id}/"
    for name in ("bruno", "lea"):
        assert place(product)[1].encode() in world.client(name).get(page).content
