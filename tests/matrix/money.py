"""The money of the matrix: orders, invoices, entries, requests and bills of each side.

Every amount stands in one place only, like the canary words: whoever reads it has seen that figure.
All amounts are in CHF.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from access.models import Membership, Organisation
from billing.models import Entry, Invoice, InvoiceCounter, Order, Rebill
from billing.models.rebilling import RebillMarkup
from billing.rules import Terms
from billing.services import rebilling, requests
from billing.services.invoicing import invoice_order
from billing.services.paying import record_transfer
from billing.states import OrderState
from clients.models import Product
from clients.rules import Side
from partners.models import Partner
from tests.billing.accounts import filled, moved
from tests.billing.making import make_order
from tests.billing.rebilled import IBAN
from tests.matrix.cast import CLIENT, FOREIGN, OWNED, PARTNER, PEOPLE, RIVAL, SECOND, Cast
from tests.matrix.rows import EVER
from tests.world import World

ACCOUNTING = frozenset({"client external", "partner collaborator"})
"""Who of the assisting people holds the accounting right."""
FIRST_NUMBER, PREFIX = 777000, "ZQBILL"


def made_of(price: str, partner: str, difference: str) -> dict[str, str]:
    """The figures of an order: public price, partner price, and cashback or discount."""
    return {"public": price, "partner": partner, "gain": difference}


ORDERS = {
    "client": made_of("773.31", "618.65", "154.66"),  # the client pays, the partner gains
    "partner": made_of("881.17", "704.94", "176.23"),  # the partner pays for the client
    "waiting": made_of("662.29", "529.83", "132.46"),  # the client ordered, the partner would pay
    "second": made_of("553.37", "442.70", "110.67"),  # the client pays, another partner gains
    "owned": made_of("444.83", "355.86", "88.97"),  # the same at another client of the partner
    "own": made_of("333.19", "", ""),  # what the partner runs itself
}
# Of each invoice: its VAT, its total, the last digits of its number.
INVOICES = {
    "client": ("62.64", "835.95", "777001"),
    "own": ("26.99", "360.18", "777002"),
    "owned": ("36.03", "480.86", "777003"),
    "second": ("44.82", "598.19", "777004"),
    "partner": ("57.10", "762.04", "777005"),
}
TOP_UPS = {CLIENT: "941.41", PARTNER: "952.53"}
ASKED = {CLIENT: "621.17", PARTNER: "632.23"}
PAY_OUT = "47.59"
VAT_NUMBER = "CHE-107.787.577 MWST"
# Of the bill: net, VAT and total that the client reads, and the margin of the partner.
BILL, MARGIN = ("775.43", "62.81", "838.24"), "70.49"
DRAFT, DRAFT_PRICE = "zqlinedraft", "222.47"


def line_word(key: str) -> str:
    return f"zqline{key}"


WORDS = {*map(line_word, ORDERS), DRAFT, PREFIX.lower()}
AMOUNTS = {
    *(figure for figures in ORDERS.values() for figure in figures.values() if figure),
    *(part for parts in INVOICES.values() for part in parts),
    *(*TOP_UPS.values(), *ASKED.values(), PAY_OUT, *BILL, MARGIN, DRAFT_PRICE),
}
EVERY_FIGURE = WORDS | AMOUNTS
FIGURE = re.compile(
    r"(?<![\d])(" + "|".join(amount.replace(".", "[.,]") for amount in sorted(AMOUNTS)) + r")(?!\d)"
)


def figures_in(text: str) -> set[str]:
    """The amounts and numbers of the matrix in a text, whatever its decimal sign."""
    return {found.replace(",", ".") for found in FIGURE.findall(text)}


def fund(world: World, cast: Cast, state: str, accounting: frozenset[str] = ACCOUNTING) -> None:
    """Makes the money of a state, and gives the cast its keys in addresses."""
    for persona in PEOPLE:
        right = persona in accounting
        Membership.objects.filter(user=cast.people[persona]).update(accounting=right)
    due = timezone.localdate() + timedelta(days=20)
    Product.objects.filter(pk__in=[one.pk for one in cast.products.values()]).update(
        started_on=due - timedelta(days=30), renews_on=due
    )
    InvoiceCounter.objects.update_or_create(
        year=timezone.localdate().year, defaults={"last": FIRST_NUMBER}
    )
    found: dict[tuple[str, str], Any] = {}
    both = state in EVER
    _accounts(cast, found)
    set_sender(cast.actor("partner boss"))
    found["markup", "general"] = markup(cast.actor("partner boss"), None, "10")
    for key in ("client", "own", "owned", "second", *(["partner"] if both else [])):
        order = _order(world, cast, key, both=both)
        found["order", key] = order
        found["invoice", key] = _invoice(order)
    if both:
        found["order", "waiting"] = _order(world, cast, "waiting", both=both)
        _bills(cast, found)
    _settle(found["invoice", "client"])
    _settle(found["invoice", "owned"])
    cast.money = {name: one.public_id for name, one in found.items()}


def _order(world: World, cast: Cast, key: str, *, both: bool) -> Order:
    where, payer, partner = {
        "client": (CLIENT, CLIENT, PARTNER if both else ""),
        "partner": (CLIENT, PARTNER, PARTNER),
        "waiting": (CLIENT, PARTNER, PARTNER),
        "second": (CLIENT, CLIENT, SECOND),
        "owned": (OWNED, OWNED, PARTNER),
        "own": (PARTNER, PARTNER, ""),
    }[key]
    percent = Decimal(20) if partner else Decimal(0)
    return make_order(
        cast.organisations[where],
        cast.organisations[payer],
        Partner.objects.get(organisation__slug=partner) if partner else None,
        world.product_type("web-hosting"),
        name=line_word(key).title(),
        terms=Terms(Decimal(ORDERS[key]["public"]), percent),
        ordered_by=Side.PARTNER if key == "partner" else Side.CLIENT,
        state=OrderState.WAITING if key == "waiting" else OrderState.PLACED,
    )


def _invoice(order: Order) -> Invoice:
    """The order's invoice, not printed yet: no reader may keep what is printed for it."""
    invoice = invoice_order(order=order)
    assert invoice is not None
    return invoice


def _settle(invoice: Invoice) -> None:
    """The transfer came: the partner has its cashback."""
    record_transfer(
        invoice=invoice, amount=invoice.total, received_on=timezone.localdate(), by=None
    )


def last_month() -> datetime:
    return timezone.now().replace(day=1) - timedelta(days=3)


def _accounts(cast: Cast, found: dict[tuple[str, str], Any]) -> None:
    """A balance since last month, and what was asked of it."""
    for side, slug in (("client", CLIENT), ("partner", PARTNER)):
        account = filled(cast.organisations[slug], TOP_UPS[slug])
        entry = Entry.objects.get(account=account)
        found["entry", side] = moved(entry, last_month())
        boss = cast.actor(f"{side} boss")
        found["asked", side] = requests.request_top_up(
            by=boss, amount=Decimal(ASKED[slug]), key=requests.new_key()
        )
    found["asked", "pay out"] = requests.request_pay_out(
        by=cast.actor("partner boss"), amount=Decimal(PAY_OUT), iban=IBAN, key=requests.new_key()
    )


def _bills(cast: Cast, found: dict[tuple[str, str], Any]) -> None:
    """The partner bills the client what it paid for it, with ten percent, and begins a draft."""
    boss = cast.actor("partner boss")
    client = cast.organisations[CLIENT]
    found["bill", "issued"] = _bill(cast, client)
    found["bill line", "issued"] = found["bill", "issued"].lines.get()
    found["markup", "of the client"] = markup(boss, client, "12")
    found["bill", "draft"] = draft = empty_draft(boss, client)
    found["bill line", "draft"] = add_line(boss, draft)


def add_line(boss: Any, draft: Rebill) -> Any:
    return rebilling.add_line(
        bill=draft,
        text=DRAFT.title(),
        detail="",
        quantity=1,
        unit_price=Decimal(DRAFT_PRICE),
        by=boss,
    )


def set_sender(boss: Any) -> None:
    """How a partner bills."""
    suggested = rebilling.new_sender(boss)
    values = {name: getattr(suggested, name) for name in rebilling.settings.FIELDS}
    values |= {"iban": IBAN, "prefix": PREFIX}
    values |= {"vat_percent": Decimal("8.1"), "vat_number": VAT_NUMBER}
    rebilling.save_sender(values=values, next_sequence=1, by=boss, logo=(b"\x89PNG", "image/png"))


def _bill(cast: Cast, client: Organisation) -> Rebill:
    boss, today = cast.actor("partner boss"), timezone.localdate()
    draft = rebilling.start_draft(client=client, period_from=today, period_until=today, by=boss)
    draft.refresh_from_db()
    return rebilling.issue(bill=draft, version=draft.version, by=boss)


def empty_draft(boss: Any, client: Organisation) -> Rebill:
    """A draft as `start_draft` leaves it when its lines were taken off."""
    today = timezone.localdate()
    return Rebill.objects.create(
        partner_id=boss.organisation.pk,
        client=client,
        currency="CHF",
        period_from=today,
        period_until=today,
        language="en",
        payment_days=30,
        vat_percent=Decimal("8.1"),
        created_by=boss.person,
    )


def markup(boss: Any, client: Organisation | None, value: str) -> RebillMarkup:
    return rebilling.save_markup(
        markup=None,
        client=client,
        product_type=None,
        kind="percent",
        value=Decimal(value),
        meant=False,
        by=boss,
    )


def foreign_money(world: World, cast: Cast) -> dict[str, str]:
    """An object of each kind that belongs to another partner and its client: their keys."""
    client, rival = cast.organisations[FOREIGN], cast.actor("rival boss")
    order = make_order(
        client,
        client,
        Partner.objects.get(organisation=cast.organisations[RIVAL]),
        world.product_type("web-hosting"),
    )
    invoice = _invoice(order)
    account = filled(client, "20.00")
    asked = requests.request_top_up(
        by=cast.actor("foreign boss"), amount=Decimal(30), key=requests.new_key()
    )
    set_sender(rival)
    draft = empty_draft(rival, client)
    found = {
        "order": order,
        "client order": order,
        "invoice": invoice,
        "open invoice": invoice,
        "entry": Entry.objects.get(account=account),
        "asked": asked,
        "bill": draft,
        "received": draft,
        "bill line": add_line(rival, draft),
        "markup": markup(rival, None, "5"),
    }
    return {thing: one.public_id for thing, one in found.items()}
