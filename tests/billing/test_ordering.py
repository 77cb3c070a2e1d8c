"""Quotes and orders on the named cast: who pays, how much, and what the partner gets (M1-M3)."""

from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404

from access.errors import ActForbidden
from access.models import OutgoingMail
from billing import provisioning
from billing.errors import (
    NotAllowedHere,
    NotOffered,
    PartnerSuspended,
    QuantityWrong,
    QuoteChanged,
)
from billing.models import Invoice, LineProduct, Order, OrderLimit, ProvisioningTask
from billing.rules import Rule
from billing.services.ordering import new_key, place_order
from billing.services.quoting import Wish
from clients.models import Product
from clients.rules import Offer, PaymentMode
from partners import services as programme
from tests.billing.ordering import (
    ALPINE,
    BAKERY,
    CLINIC,
    GARAGE,
    HOTEL,
    VIGNE,
    confirmed,
    hostings,
    order,
    quoted,
)
from tests.journey import change, logged
from tests.world import World


def money(text: str) -> Decimal:
    return Decimal(text)


def test_the_client_of_nobody_pays_the_public_price(world: World) -> None:
    found = quoted(world.actor("gina", GARAGE), hostings(world))
    assert (found.here.payer.slug, found.here.rule, found.here.partner) == (
        GARAGE,
        Rule.NONE_CLIENT,
        None,
    )
    assert (found.net, found.cashback, found.discount) == (money("260.40"), 0, 0)
    assert found.vat.percent == money("8.10")
    assert found.gross == money("281.49")


def test_cashback_when_the_client_pays(world: World) -> None:
    """M2: 260.40 paid, 208.32 is the partner price, 52.08 the cashback; for either orderer."""
    for name, rule in (("bruno", Rule.FULL_CLIENT_CLIENT), ("lea", Rule.FULL_CLIENT_PARTNER)):
        found = quoted(world.actor(name, BAKERY), hostings(world))
        assert (found.here.payer.slug, found.here.rule) == (BAKERY, rule)
        assert (found.net, found.cashback) == (money("260.40"), money("52.08"))


def test_discount_when_the_partner_pays(world: World) -> None:
    """The hotel's 35 count for the tier, and with them what comes (M2)."""
    found = quoted(world.actor("lea", HOTEL), hostings(world))
    assert (found.here.payer.slug, found.here.rule) == (ALPINE, Rule.FULL_PARTNER_PARTNER)
    assert (found.net, found.discount, found.cashback) == (money("208.32"), money("52.08"), 0)
    assert found.lines[0].sums.units == 70


def test_the_partners_currency_counts(world: World) -> None:
    found = quoted(world.actor("remi", VIGNE), hostings(world))
    assert (found.currency, found.net) == ("EUR", money("120.75"))


def test_all_lines_of_a_type_count_for_its_tier(world: World) -> None:
    by = world.actor("gina", GARAGE)
    found = quoted(by, hostings(world, 20), hostings(world, 15))
    assert [line.sums.units for line in found.lines] == [36, 36]  # one runs already
    assert [line.sums.tier.percent for line in found.lines] == [25, 25]


def test_who_may_not_order(world: World) -> None:
    wish = hostings(world, 1)
    with pytest.raises(ActForbidden):
        quoted(world.actor("lea", CLINIC), wish)  # limited access
    with pytest.raises(ActForbidden):
        quoted(world.actor("colin", CLINIC), wish)
    with pytest.raises(Http404):
        world.actor("remi", CLINIC)


def test_a_suspended_partner_orders_nothing(world: World) -> None:
    """T45, P5: its people are refused, its client pays the public price, it gains nothing."""
    programme.suspend(partner=world.partner(ALPINE), by=None)
    with pytest.raises(PartnerSuspended):
        quoted(world.actor("lea", BAKERY), hostings(world))
    found = quoted(world.actor("bruno", BAKERY), hostings(world))
    assert (found.net, found.cashback, found.discount) == (money("260.40"), 0, 0)
    found = quoted(world.actor("hugo", HOTEL), hostings(world))
    assert (found.here.payer.slug, found.net) == (ALPINE, money("260.40"))
    assert (found.cashback, found.discount) == (0, 0)


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000])
def test_a_quantity_out_of_its_limits(world: World, quantity: int) -> None:
    with pytest.raises(QuantityWrong):
        quoted(world.actor("gina", GARAGE), hostings(world, quantity))


def test_what_has_no_price_or_is_withdrawn(world: World) -> None:
    by, kind = world.actor("gina", GARAGE), world.product_type("web-hosting")
    kind.is_offered = False
    with pytest.raises(NotOffered):
        quoted(by, Wish(kind, 1, "monthly"))
    with pytest.raises(QuantityWrong):
        quoted(by)
    with pytest.raises(QuantityWrong):
        quoted(by, hostings(world, 3, names=("a", "b")))


# ---- Placing ---------------------------------------------------------------------------------


def test_products_are_installed_where_the_client_is(world: World) -> None:
    """C3, M4: Léa orders for the hotel, her partner pays, the products are the hotel's."""
    placed = order(world.actor("lea", HOTEL), hostings(world, 3, names=("a", "b", "c")))
    assert (placed.state, placed.payer.slug, placed.partner_id) == (
        "placed",
        ALPINE,
        world.organisation(ALPINE).pk,
    )
    products = Product.objects.filter(line_products__line__order=placed).order_by("pk")
    assert [product.name for product in products] == ["a", "b", "c"]
    assert {product.organisation.slug for product in products} == {HOTEL}
    assert {product.state for product in products} == {"ordered"}
    assert provisioning.run_due_tasks() == 3
    assert {product.state for product in products.all()} == {"active"}
    assert Invoice.objects.get().payer.slug == ALPINE
    assert logged(HOTEL)[0] == "order.place" == logged(ALPINE)[0]


def test_the_figures_are_kept(world: World) -> None:
    """M7: every figure of the arithmetic stands in the line."""
    line = order(world.actor("bruno", BAKERY), hostings(world)).lines.get()
    assert (line.price, line.list_total) == (money("9.92"), money("347.20"))
    assert (line.partner_percent, line.after_rate) == (20, money("277.76"))
    assert (line.tier_percent, line.public_total) == (25, money("260.40"))
    assert (line.partner_total, line.cashback) == (money("208.32"), money("52.08"))
    assert line.rule == Rule.FULL_CLIENT_CLIENT


def test_the_same_key_twice_is_one_order(world: World) -> None:
    """T15"""
    by, key = world.actor("gina", GARAGE), new_key()
    first = order(by, hostings(world, 2), key=key)
    assert order(by, hostings(world, 5), key=key) == first
    assert Order.objects.filter(organisation=first.organisation).count() == 1
    assert LineProduct.objects.filter(line__order=first).count() == 2
    assert ProvisioningTask.objects.count() == 2


def test_the_payer_changed_meanwhile(world: World) -> None:
    """T13: what was shown no longer holds, so nothing is ordered."""
    by, wish = world.actor("bruno", BAKERY), hostings(world)
    shown = quoted(by, wish)
    change(world, world.partnership(BAKERY, ALPINE), Offer.full("partner"))
    with pytest.raises(QuoteChanged):
        place_order(
            by=by,
            wishes=[wish],
            method="transfer",
            key=new_key(),
            version=shown.version,
            digest=shown.digest,
        )
    assert not Order.objects.exists()


def test_a_partners_person_spends_no_balance_of_the_client(world: World) -> None:
    with pytest.raises(NotAllowedHere):
        order(world.actor("lea", BAKERY), hostings(world, 1), method="prepaid")


# ---- Waiting for the partner -----------------------------------------------------------------


def test_the_clients_order_waits_for_the_partner(world: World) -> None:
    """M3, T14: until the partner sets a limit it is 0."""
    placed = order(world.actor("hugo", HOTEL), hostings(world, 1))
    assert (placed.state, placed.payer.slug) == ("waiting", ALPINE)
    assert not LineProduct.objects.exists()
    assert not Invoice.objects.exists()
    mails = OutgoingMail.objects.filter(kind="billing.order_waiting")
    assert {mail.address.partition("@")[0] for mail in mails} == {"hugo", "lea", "adam"}
    facts = {mail.address.partition("@")[0]: mail.context for mail in mails}
    assert facts["hugo"]["net"] is None
    assert facts["lea"]["net"] == str(placed.net)


def test_below_the_limit_it_does_not_wait(world: World) -> None:
    partnership = confirmed(world.partnership(HOTEL, ALPINE))
    by = world.actor("hugo", HOTEL)
    OrderLimit.objects.create(partnership=partnership, amount=quoted(by, hostings(world, 1)).net)
    assert not quoted(by, hostings(world, 1)).needs_approval
    assert quoted(by, hostings(world, 2)).needs_approval
    confirmed(partnership, yes=False)
    assert quoted(by, hostings(world, 1)).needs_approval  # M10: without its word, nothing


def test_the_mode_of_the_demo_is_confirmed(world: World) -> None:
    for slug, partner in ((HOTEL, ALPINE), (VIGNE, "rhone-digital")):
        partnership = world.partnership(slug, partner)
        assert partnership.payment_mode == PaymentMode.PARTNER
        assert partnership.payment_confirmed_at is not None


def test_the_fingerprint_of_a_quote_is_keyed(world: World, settings: Any) -> None:
    """M4: a client whose partner pays reads it in the form, and cannot try figures against it."""
    by = world.actor("gina", GARAGE)
    before = quoted(by, hostings(world)).digest
    assert quoted(by, hostings(world)).digest == before
    settings.SECRET_KEY = "another key than before, for tests only, and long enough for all"
    assert quoted(by, hostings(world)).digest != before
