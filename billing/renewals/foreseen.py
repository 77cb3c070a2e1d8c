"""What renewals would do, worked out by the same rules without a lock or a trace: the dry run, and
the reminders before (M5)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from access import jobs
from billing.models import RenewalRun
from billing.renewals import settling
from billing.renewals.due import EVER, Group, look, next_clients
from billing.renewals.facts import Known, PriceList, count_units, read
from billing.renewals.planning import Order, Plan, plan
from billing.states import PaymentMethod, RenewalFault
from clients.models import Product

NO_RUN = 0


type Refuse = Callable[[int, Exception], None]


def foresee(
    day: date, *, since: date = EVER, refused: Refuse | None = None
) -> Iterator[tuple[Plan, Known]]:
    """The plans for all that renews from `since` to `day`, a chunk of clients at a time. Of a
    product that is several terms behind, the first term only. `refused` gets the client (primary
    key) whose plan can't be made; without it the error is raised."""
    prices, after = PriceList(day), 0
    found: list[tuple[Plan, Known]] = []

    def look_at(clients: Sequence[int]) -> int:
        groups = look(clients, day, NO_RUN, since=since)
        known = read(groups)
        found.append((plan(groups, known, prices, _count), known))
        return len(clients)

    while clients := next_clients(day, NO_RUN, after=after, since=since):
        after = clients[-1]
        if refused is None:
            look_at(clients)
        else:
            jobs.together(clients, look_at, refused=refused)
        yield from found
        found.clear()


def _count(wanted: dict[tuple[int, int], int]) -> dict[tuple[int, int], int]:
    return count_units({payer for payer, _ in wanted})


@dataclass(slots=True)
class PayersPart:
    """What one organisation would pay, in its currency, excluding VAT."""

    name: str
    currency: str
    orders: int = 0
    products: int = 0
    net: Decimal = Decimal("0.00")
    prepaid: int = 0


@dataclass(slots=True)
class Foreseen:
    """A dry run: by payer, and what could not be renewed."""

    day: date
    payers: dict[int, PayersPart] = field(default_factory=dict)
    cashback: Counter[str] = field(default_factory=Counter)
    discount: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[str, str, Group, RenewalFault]] = field(default_factory=list)
    """Client, product type, group and reason."""

    def sums(self) -> dict[str, Decimal]:
        """The net total by currency."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for part in self.payers.values():
            found[part.currency] += part.net
        return dict(sorted(found.items()))

    @property
    def orders(self) -> int:
        return sum(part.orders for part in self.payers.values())

    @property
    def products(self) -> int:
        return sum(part.products for part in self.payers.values())

    def add(self, order: Order) -> None:
        part = self.payers.setdefault(order.payer.pk, PayersPart(order.payer.name, order.currency))
        part.orders += 1
        part.products += sum(line.group.quantity for line in order.lines)
        part.net += order.net
        part.prepaid += order.method == PaymentMethod.PREPAID
        self.cashback[order.currency] += order.cashback  # type: ignore[assignment]
        self.discount[order.currency] += order.discount  # type: ignore[assignment]


def dry_run(day: date) -> Foreseen:
    """What `renew_due` would do on `day` as things are now; changes nothing. A day to come is
    allowed."""
    found = Foreseen(day)
    prices = PriceList(day)
    names = {key: kind.name for key, kind in prices.types.items()}
    purses: dict[settling.Owner, settling.Purse] = {}
    for chunk, known in foresee(day):
        concerned = settling.concerned(chunk.orders, known) - purses.keys()
        purses |= settling.lock(concerned, for_update=False)
        settling.settle(chunk.orders, known, purses, names)
        for order in chunk.orders:
            found.add(order)
        for group, fault in chunk.faults:
            client = known.organisations[group.client].name
            found.faults.append((client, names[group.product_type], group, fault))
    return found


def failed_products(run: RenewalRun) -> list[Product]:
    """What the run could not renew, by name."""
    rows = Product.objects.filter(renewal_failures__run=run)
    return list(rows.select_related("organisation", "product_type").order_by("name", "pk"))
