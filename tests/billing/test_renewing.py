"""Nightly renewals: by the table M3, at the renewal day's prices, once (M5, T15, T16, T17)."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from access import letters
from access.models import Act, OutgoingMail
from billing.models import (
    Entry,
    Invoice,
    LineProduct,
    Order,
    OrderLine,
    PartnerRate,
    Price,
    ProvisioningTask,
    RenewalFailure,
    RenewalRun,
)
from billing.services.renewing import end_what_is_over, remind_of_renewals, renew_due
from clients.models import Partnership, Product
from partners.models import Partner
from tests.world import World

HOTEL, BAKERY, CLINIC, GARAGE, VIGNE = (
    *("hotel-bellevue", "boulangerie-du-lac", "clinique-belmont", "garage-nord"),
    "atelier-vigne",
)


def make_due(slug: str, day: date | None = None, **which: Any) -> list[Product]:
    """The organisation's active products are due on this day (today), and no others are."""
    day = day or timezone.localdate()
    Product.objects.update(renews_on=day + timedelta(days=400))
    rows = Product.objects.filter(organisation__slug=slug, state="active", **which)
    rows.update(renews_on=day, started_on=None, auto_renewal=True)
    return list(rows.order_by("pk"))


def renewals() -> Any:
    return Order.objects.filter(kind="renewal")


def test_35_hostings_renew_at_208_32(world: World) -> None:
    """M1, M5: rounding is per line."""
    products = make_due(HOTEL, product_type__slug="web-hosting")
    assert len(products) == 35
    done = renew_due()
    assert (done.products, done.orders, done.failures) == (35, 1, 0)
    line = OrderLine.objects.get(order__kind="renewal")
    assert (line.quantity, line.units) == (35, 35)
    assert (line.list_total, line.after_rate, line.net) == (
        Decimal("347.20"),
        Decimal("277.76"),
        Decimal("208.32"),
    )
    assert line.rule == "full-partner-partner"
    assert line.discount > 0
    assert line.cashback == 0
    invoice = Invoice.objects.get(lines__order_line=line)
    assert invoice.payer == world.organisation("alpine-web")
    assert LineProduct.objects.filter(line=line).count() == 35


def test_35_hostings_in_euro(world: World) -> None:
    """M1 in EUR: 201.25, 161.00, 120.75."""
    make_due(VIGNE, product_type__slug="web-hosting")
    renew_due()
    line = OrderLine.objects.get(order__kind="renewal")
    assert (line.list_total, line.after_rate, line.net) == (
        Decimal("201.25"),
        Decimal("161.00"),
        Decimal("120.75"),
    )
    assert line.order.currency == "EUR"


def test_the_client_pays_until_the_partner_has_confirmed(world: World) -> None:
    """M10: nothing is charged to a partner without its word."""
    make_due(HOTEL, product_type__slug="web-hosting")
    partnership = world.partnership(HOTEL, "alpine-web")
    Partnership.objects.filter(pk=partnership.pk).update(payment_confirmed_at=None)
    renew_due()
    order = renewals().get()
    assert order.payer == world.organisation(HOTEL)
    assert order.partner_id == partnership.partner_id
    assert (order.net, order.discount) == (Decimal("260.40"), 0)
    assert order.cashback == Decimal("52.08")
    assert order.lines.get().rule == "full-client-client"


def test_a_limited_partner_gets_its_cashback_for_its_products_only(world: World) -> None:
    """L7, T16: money follows the manager of each product."""
    make_due(CLINIC)
    partnership = world.partnership(CLINIC, "alpine-web")
    granted = Product.objects.filter(partner_grants__partnership=partnership, state="active")
    renew_due()
    by_rule = {order.lines.all()[0].rule: order for order in renewals()}
    assert set(by_rule) == {"limited-client", "none-client"}
    limited = LineProduct.objects.filter(line__order=by_rule["limited-client"])
    assert set(limited.values_list("product", flat=True)) == set(
        granted.values_list("pk", flat=True)
    )
    assert by_rule["none-client"].cashback == 0
    assert by_rule["none-client"].partner is None


def test_a_suspended_partner_stays_payer_without_gain(world: World) -> None:
    """P5: by its word it pays, at the public price."""
    make_due(HOTEL, product_type__slug="web-hosting")
    Partner.objects.filter(organisation__slug="alpine-web").update(state="suspended")
    renew_due()
    order = renewals().get()
    assert order.payer == world.organisation("alpine-web")
    assert (order.net, order.discount, order.cashback) == (Decimal("260.40"), 0, 0)


def test_a_lapsed_partnership_counts_no_more(world: World) -> None:
    """L9, T16: its end date has passed, whether or not a job has closed it."""
    make_due(HOTEL)
    partnership = world.partnership(HOTEL, "alpine-web")
    now = timezone.now()
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=now - timedelta(minutes=1))
    renew_due()
    assert set(renewals().values_list("payer__slug", "partner")) == {(HOTEL, None)}


def test_only_what_is_due(world: World) -> None:
    """Later days, switched off, suspended and ended products are left alone."""
    products = make_due(GARAGE)
    today = timezone.localdate()
    later, off, *rest = products
    Product.objects.filter(pk=later.pk).update(renews_on=today + timedelta(days=1))
    Product.objects.filter(pk=off.pk).update(auto_renewal=False)
    for product, state in zip(rest, ("suspended", "ended"), strict=False):
        Product.objects.filter(pk=product.pk).update(state=state)
    assert renew_due().products == len(rest[2:])
    with pytest.raises(ValueError, match="later"):
        renew_due(day=today + timedelta(days=1))


def test_twice_is_once(world: World) -> None:
    """T15: the second run of a day finds nothing."""
    number = len(make_due(GARAGE))
    assert renew_due().products == number
    assert renew_due().products == 0
    assert renew_due(again=False).products == 0
    assert LineProduct.objects.filter(line__order__kind="renewal").count() == number
    assert ProvisioningTask.objects.filter(act="renew").count() == number


def test_several_terms_behind(world: World) -> None:
    """A run catches up: each term is a line, with the rates of its own day."""
    day = timezone.localdate() - timedelta(days=70)
    (product, *_others) = make_due(GARAGE, day)
    Product.objects.exclude(pk=product.pk).update(auto_renewal=False)
    Product.objects.filter(pk=product.pk).update(period="monthly", started_on=day)
    kind = product.product_type
    if not Price.objects.filter(product_type=kind, period="monthly", currency="CHF").exists():
        Price.objects.create(
            product_type=kind, period="monthly", currency="CHF", amount=5, valid_from=day
        )
    renew_due()
    lines = OrderLine.objects.filter(order__kind="renewal").order_by("starts_on")
    assert len(lines) == 3
    assert [line.order.rates_of for line in lines] == [line.starts_on for line in lines]
    product.refresh_from_db()
    assert product.renews_on is not None
    assert product.renews_on > timezone.localdate()
    for one, following in pairwise(lines):
        assert one.ends_on == following.starts_on


def test_the_rates_of_the_renewal_day(world: World) -> None:
    """M5: rates that begin later change nothing; those of the day count."""
    today = timezone.localdate()
    make_due(HOTEL, product_type__slug="web-hosting")
    kind = world.product_type("web-hosting")
    PartnerRate.objects.create(product_type=kind, percent=35, valid_from=today + timedelta(days=1))
    PartnerRate.objects.update_or_create(
        product_type=kind, valid_from=today, defaults={"percent": 10}
    )
    renew_due()
    line = OrderLine.objects.get(order__kind="renewal")
    assert line.partner_percent == 10


def test_without_a_price(world: World) -> None:
    """Not renewed, listed, mailed once, tried again by the next run."""
    product = make_due(GARAGE)[0]
    kind = world.product_type("web-hosting").__class__.objects.create(
        slug="odd", name="Odd", category=product.product_type.category
    )
    Product.objects.exclude(pk=product.pk).update(auto_renewal=False)
    Product.objects.filter(pk=product.pk).update(product_type=kind)
    before = OutgoingMail.objects.filter(kind="billing.renewal_failed").count()
    done = renew_due()
    assert (done.products, done.failures, done.finished) == (0, 1, True)
    failure = RenewalFailure.objects.get()
    assert (failure.product, failure.fault) == (product, "no_price")
    told = OutgoingMail.objects.filter(kind="billing.renewal_failed").count()
    assert told > before
    assert renew_due().failures == 1
    assert OutgoingMail.objects.filter(kind="billing.renewal_failed").count() == told
    assert RenewalFailure.objects.get().run == RenewalRun.objects.order_by("-pk").first()
    for period in ("monthly", "yearly"):
        Price.objects.create(
            product_type=kind,
            currency="CHF",
            period=period,
            amount=7,
            valid_from=timezone.localdate(),
        )
    assert renew_due().products == 1


def test_log_tasks_and_mail(world: World) -> None:
    """One act in the client's log, a task for each product, one mail to each who may read it."""
    products = make_due(BAKERY)
    renew_due()
    acts = Act.objects.filter(act="order.renew", organisation__slug=BAKERY)
    assert acts.count() == renewals().count()
    assert acts[0].object_id in set(renewals().values_list("public_id", flat=True))
    assert ProvisioningTask.objects.filter(act="renew").count() == len(products)
    mail = OutgoingMail.objects.filter(kind="billing.renewed").first()
    assert mail is not None
    assert mail.address == "bruno@boulangerie-du-lac.example"
    written = letters.write(mail.kind, mail.context, language="en", name=mail.name)
    assert written is not None
    assert "Renewed on" in written.subject
    line = OrderLine.objects.filter(order__public_id=mail.context["order"]).first()
    assert Invoice.objects.get(lines__order_line=line).number in written.text


def test_the_client_reads_nothing_of_what_its_partner_pays(world: World) -> None:
    """M4: mails go to the payer's people only."""
    make_due(HOTEL)
    remind_of_renewals(day=timezone.localdate() - timedelta(days=7))
    renew_due()
    addresses = set(
        OutgoingMail.objects.filter(kind__startswith="billing.renew").values_list(
            "address", flat=True
        )
    )
    assert addresses
    assert all(address.endswith("@alpineweb.example") for address in addresses)


@pytest.mark.parametrize("notice", [30, 7])
def test_reminders(world: World, notice: int) -> None:
    """One mail for each payer and notice, however often it is asked for."""
    today = timezone.localdate()
    make_due(GARAGE, today + timedelta(days=notice))
    for _ in range(2):
        remind_of_renewals()
    mail = OutgoingMail.objects.get(kind="billing.renewal_soon")
    assert mail.address == "gina@garage-nord.example"
    written = letters.write(mail.kind, mail.context, language="en", name=mail.name)
    assert written is not None
    assert "CHF" in written.text
    assert not renewals().exists()


def test_the_end_at_the_term(world: World) -> None:
    """Switched off, it ends on its day, once, and its owner is told."""
    products = make_due(GARAGE)
    Product.objects.filter(pk__in=[one.pk for one in products]).update(auto_renewal=False)
    assert renew_due().products == 0
    assert end_what_is_over() == len(products)
    assert end_what_is_over() == 0
    assert set(
        Product.objects.filter(organisation__slug=GARAGE).values_list("state", flat=True)
    ) == {"ended"}
    assert ProvisioningTask.objects.filter(act="cancel").count() == len(products)
    mail = OutgoingMail.objects.get(kind="billing.products_ended")
    written = letters.write(mail.kind, mail.context, language="en", name=mail.name)
    assert written is not None
    assert "ended" in written.subject


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("renew", *arguments, stdout=out)
    return out.getvalue()


def test_the_dry_run_says_what_the_run_does(world: World) -> None:
    """Payers, orders and sums are those of the run that follows, and nothing was changed."""
    make_due(HOTEL)
    counted = {model: model.objects.count() for model in (Order, Invoice, Entry, RenewalRun)}
    foreseen = json.loads(command("--dry-run", "--json"))
    words = command("--dry-run")
    assert counted == {model: model.objects.count() for model in counted}
    assert "Nothing was changed." in words
    assert "Alpine Web" in words
    done = json.loads(command("--json"))
    for name in ("products", "orders", "net"):
        assert foreseen[name] == done[name]
    assert foreseen["discount"]["CHF"] == str(sum(order.discount for order in renewals()))
    assert [payer["name"] for payer in foreseen["payers"]] == ["Alpine Web Sàrl"]


def test_the_command_refuses_days_to_come(world: World) -> None:
    later = timezone.localdate() + timedelta(days=3)
    with pytest.raises(CommandError):
        command("--date", later.isoformat())
    with pytest.raises(CommandError):
        command("--date", "tomorrow")
    assert "Nothing was changed." in command("--date", later.isoformat(), "--dry-run")
