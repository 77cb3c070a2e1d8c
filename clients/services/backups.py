"""Where backup products sit: one console account of the partner, one unit for each client (C4)."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from access import grants
from access.models import Organisation
from access.policy import Actor
from clients.errors import BackupStays
from clients.models import ConsoleAccount, ConsoleUnit, Product

type NewAccount = Callable[[Organisation], str]
type NewUnit = Callable[[ConsoleAccount, Organisation], str]


@transaction.atomic
def put_into_console(
    *,
    product: Product,
    new_account: NewAccount,
    new_unit: NewUnit,
    owner: Organisation | None = None,
) -> Product:
    """Gives a backup product its place: the unit of its client in the console account of its
    manager (L7), or in the client's own account when nobody manages it (C4). `owner` is whose
    account it is for one that sat in the console before the portal knew it.

    `new_account` and `new_unit` ask the vendor's systems for the number of what is not there yet;
    what they answer is kept before anything else can fail. A product that has its place keeps it,
    so this may run again.
    """
    product = Product.objects.select_for_update(of=("self",), no_key=True).get(pk=product.pk)
    if product.console_unit_id is not None:
        return product
    if owner is None:
        holder = grants.managers([product]).get(product.pk)
        owner = holder.partner.organisation if holder else product.organisation
    owner = Organisation.objects.select_for_update(no_key=True).get(pk=owner.pk)
    account = account_of(owner)
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


def account_of(organisation: Organisation) -> ConsoleAccount | None:
    """The organisation's own account in the backup console, if it has one."""
    return ConsoleAccount.objects.filter(organisation=organisation).first()


def move_backup(*, product: Product, account: ConsoleAccount | None, by: Actor | None) -> None:
    """Refuses with the reason: neither a backup nor a client's unit moves between two accounts
    (C4). The database refuses it as well.

    `account` is where it should go, None when there is none yet; `by` asks for it, None is staff.
    The number of an account is named only to the organisation whose account it is, and to staff.
    Raises BackupStays, unless it is there already.
    """
    unit = product.console_unit
    if unit is None:
        raise BackupStays(
            _(
                "%(product)s has no place in the backup console yet. It gets one by itself when it "
                "is set up, and stays there."
            )
            % {"product": product.name}
        )
    if account is not None and unit.account_id == account.pk:
        return
    if by is None or unit.account.organisation_id == by.organisation.pk:
        where = _("in the console account %(account)s") % {"account": unit.account.number}
    else:
        where = _("in the console account in which it was made")
    raise BackupStays(
        _(
            "%(product)s stays %(where)s: the backup console cannot move a backup, or a client's "
            "unit, to another account. Order a new backup in the other account, let it take its "
            "first copy, then cancel this one."
        )
        % {"product": product.name, "where": where}
    )
