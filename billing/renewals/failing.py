"""Products that cannot be renewed: kept with the reason, mailed once, tried again next time."""

from collections import defaultdict
from collections.abc import Sequence

from access.mail import Recipient, queue_mail
from billing.models import RenewalRun
from billing.renewals import sql
from billing.renewals.due import Cursor, Group, keyed
from billing.renewals.facts import Known
from billing.renewals.mails import SHOWN, accountants
from billing.renewals.planning import deal_of
from billing.states import RenewalFault
from clients.models import Product

type Faults = Sequence[tuple[Group, RenewalFault]]


def keep(cursor: Cursor, run: RenewalRun, faults: Faults, known: Known) -> None:
    """Writes the failures and takes their products out of the chunk; whoever would have paid is
    told of those that failed for the first time."""
    if not faults:
        return
    values = keyed((group, fault.value) for group, fault in faults)
    cursor.execute(sql.FAILED, values | {"run": run.pk})
    new = {product for product, first in cursor.fetchall() if first}
    cursor.execute(sql.FORGET_FAILED, values)
    _tell(run, new, faults, known)


def _tell(run: RenewalRun, new: set[int], faults: Faults, known: Known) -> None:
    """One mail for each payer and client."""
    rows = Product.objects.filter(pk__in=new).order_by("name", "pk")
    names: dict[int, list[str]] = defaultdict(list)
    for client, name in rows.values_list("organisation", "name"):
        names[client].append(name)
    payers = {
        group.client: deal_of(group.client, known.partnerships.get(group.partnership)).payer
        for group, _ in faults
        if names[group.client]
    }
    readers = accountants(set(payers.values()), known.profiles)
    for client, payer in payers.items():
        people: list[Recipient] = readers[payer]
        queue_mail(
            kind="billing.renewal_failed",
            key=f"billing.renewal_failed:{run.pk}:{client}:{payer}",
            to=people,
            context={
                "client": known.organisations[client].name,
                "own": client == payer,
                "slug": known.organisations[payer].slug,
                "products": names[client][:SHOWN],
                "more": max(len(names[client]) - SHOWN, 0),
                "day": run.day.isoformat(),
            },
        )
