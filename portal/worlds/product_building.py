"""Building the catalogue of a world, and where its backups sit (C1, C4)."""

from access.errors import Refused
from access.models import Organisation
from clients.models import Category, Product, ProductType
from clients.services.backups import put_into_console
from portal.worlds.format import BackupEntry, CategoryEntry, ProductTypeEntry


def make_category(entry: CategoryEntry) -> None:
    Category.objects.create(
        slug=entry.slug,
        name=entry.name,
        names=entry.names,
        icon=entry.icon,
        position=entry.position,
    )


def make_product_type(entry: ProductTypeEntry) -> None:
    ProductType.objects.create(
        slug=entry.slug,
        name=entry.name,
        names=entry.names,
        category=Category.objects.get(slug=entry.category),
        period=entry.period,
        is_backup=entry.backup,
        is_offered=entry.offered,
        position=entry.position,
    )


def place_backup(
    entry: BackupEntry, organisation: Organisation, *, owner: Organisation | None
) -> None:
    """Puts a backup where the file says that it sits; `owner` is whose account it is, None is
    whoever manages it. Raises Refused when the organisation has no such product."""
    product = Product.objects.filter(organisation=organisation, name=entry.product).first()
    if product is None:
        raise Refused(f"“{organisation.slug}” has no product “{entry.product}”.")
    put_into_console(
        product=product,
        new_account=lambda _owner: entry.account,
        new_unit=lambda _account, _client: entry.unit,
        owner=owner,
    )
