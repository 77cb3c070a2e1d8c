"""Where backup products sit: one console account of the partner, one unit for each client (C4)."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from access import grants
from access.models import Organisation
from clients.errors import BackupStays
from clients.models import ConsoleAccount, ConsoleUnit, Product

type NewAccount = Callable[[Organisation], str]
type NewUnit = Callable[[ConsoleAccount, Organisation], str]


@transaction.atomic
def put_into_console(*, product: Product, new_account: NewAccount, new_unit: NewUnit) -> Product:
    """Gives a backup product its place: the unit of its client in the console account of its
    manager (L7), or in the client's own account when nobody manages it (C4).

    `new_account` and `new_unit` ask the vendor's systems for the number of what is not there yet;
    what they answer is kept before anything else can fail. A product that has its place keeps it,
    so this may run again.
    """
    product = Product.objects.select_for_update(of=("self",), no_key=True).get(pk=product.pk)
    if product.console_unit_id is not None:
        return product
    holder = grants.managers([product]).get(product.pk)
    owner = holder.partner.organisation if holder else product.organisation
    owner = Organisation.objects.select_for_update(no_key=True).get(pk=owner.pk)
    account = ConsoleAccount.objects.filter(organisation=owner).first()
    if account is None:
        account = ConsoleAccount.objects.create(organisation=owner, number=new_account(owner))
    client = product.organisation
    unit = ConsoleUnit.objects.filter(account=account, client=client).first()
    if unit is None:
        unit = ConsoleUnit.objects.create(
            account=account, client=client, number=new_unit(account, client)
        )
    product.console_unit = unit
    product.save(update_fields=["console_unit"])
    return product


def move_backup(*, product: Product, account: ConsoleAccount) -> None:
    """Refuses with the reason: neither a backup nor a client's unit moves between two accounts
    (C4). The database refuses it as well."""
    unit = product.console_unit
    if unit is not None and unit.account_id == account.pk:
        return
    raise BackupStays(
        _(
            "%(product)s stays in the console account %(account)s: the backup console cannot move "
            "a backup, or a client's unit, to another account. Order a new backup in the other "
            "account, let it take its first copy, then cancel this one."
        )
        % {"product": product.name, "account": unit.account.number if unit else "–"}
    )
