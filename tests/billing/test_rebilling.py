"""From orders to a draft to a bill: the verbs of rebilling (B12)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from access.models import Act
from billing.errors import (
    AmountWrong,
    MarkupTaken,
    NothingToBill,
    PeriodWrong,
    QuantityWrong,
    SenderMissing,
    WrongCurrency,
)
from billing.models import Rebill, RebillLine, RebillMarkup
from billing.services import rebilling
from billing.states import OrderState
from clients.rules import Side
from tests.billing.making import make_order
from tests.billing.rebilled import (
    ALPINE,
    HOTEL,
    RHONE,
    VIGNE,
    bill,
    day,
    draft,
    issue,
    lea,
    markup,
    ordered,
    sender,
)
from tests.journey import end
from tests.world import World

pytestmark = pytest.mark.django_db


# ---- From orders to a draft -------------------------------------------------------------------


def test_a_draft_holds_what_the_partner_paid(world: World) -> None:
    sender(world)
    ordered(world, 35)
    ordered(world, 1, type="mail-service", name="staff mail")
    markup(world, "percent", "20", type="web-hosting")
    made = draft(world)
    first, second = rebilling.lines_of(made)
    assert (first.cost, first.unit_price, first.net) == (
        Decimal("208.32"),
        Decimal("7.1424"),
        Decimal("249.98"),
    )
    assert second.cost == second.net
    assert made.net == first.net + second.net
    assert made.cost == first.cost + second.cost
    assert made.total == made.net + made.vat
    assert "staff mail" in second.text


def test_it_costs_the_same_whoever_ordered(world: World) -> None:
    """M3: at the public price with cashback, or at the partner price."""
    sender(world)
    ordered(world, 35, ordered_by=Side.CLIENT)
    ordered(world, 35)
    assert rebilling.to_bill(lea(world))[0].cost == Decimal("416.64")
    costs = [line.cost for line in rebilling.lines_of(draft(world))]
    assert costs == [Decimal("208.32"), Decimal("208.32")]


def test_the_words_are_in_the_clients_language(world: World) -> None:
    sender(world)
    ordered(world, 1)
    world.person("hugo").__class__.objects.filter(email__startswith="hugo@").update(language="de")
    assert rebilling.lines_of(draft(world))[0].text == "Webhosting"


def test_what_is_not_billed(world: World) -> None:
    """Not its own orders, others' clients', what the client pays, waits, was cancelled or lies
    outside of the period."""
    sender(world)
    hotel, alpine = world.organisation(HOTEL), world.partner(ALPINE)
    hosting = world.product_type("web-hosting")
    make_order(alpine.organisation, alpine.organisation, None, hosting, 1)
    make_order(hotel, hotel, alpine, hosting, 1)
    ordered(world, 2, slug=VIGNE)
    ordered(world, 3, state=OrderState.CANCELLED)
    ordered(world, 4, state=OrderState.WAITING)
    ordered(world, 5, placed_on=day(-41))
    with pytest.raises(NothingToBill, match="Hôtel Bellevue"):
        draft(world)
    with pytest.raises(NothingToBill):
        draft(world, slug=VIGNE)
    ordered(world, 6, placed_on=day(-40))
    ordered(world, 7, ordered_by=Side.CLIENT)  # the partner's cost, too (M3, row 4)
    assert [line.quantity for line in rebilling.lines_of(draft(world))] == [6, 7]


def test_an_order_line_is_billed_once(world: World) -> None:
    """T15: by the service, and by the database without it."""
    sender(world)
    ordered(world)
    line = rebilling.lines_of(draft(world))[0]
    with pytest.raises(NothingToBill):
        draft(world)
    ordered(world, 1)
    second = draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        RebillLine.objects.create(
            bill=second,
            position=9,
            order_line=line.order_line,
            text="again",
            quantity=1,
            unit_price=1,
            net=1,
        )


def test_a_discarded_draft_frees_its_lines(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    rebilling.discard(bill=made, by=lea(world))
    assert not Rebill.objects.exists()
    assert draft(world).cost == Decimal("208.32")


@pytest.mark.parametrize(
    ("start", "until", "error"),
    [(0, -1, PeriodWrong), (-4000, 0, PeriodWrong), (-30, -20, NothingToBill)],
)
def test_wrong_periods(world: World, start: int, until: int, error: type[Exception]) -> None:
    sender(world)
    ordered(world)
    with pytest.raises(error):
        draft(world, start=day(start), until=day(until))


def test_another_currency_stands_on_no_bill(world: World) -> None:
    """T20."""
    sender(world)
    ordered(world, currency="EUR")
    with pytest.raises(WrongCurrency, match="in EUR, and your account is in CHF"):
        draft(world)
    ordered(world, 2)
    assert [line.quantity for line in rebilling.lines_of(draft(world))] == [2]


def test_without_a_sender_there_is_no_draft(world: World) -> None:
    ordered(world)
    with pytest.raises(SenderMissing):
        draft(world)


def test_after_the_end_the_partner_bills_what_it_paid(world: World) -> None:
    sender(world)
    ordered(world)
    end(world, world.partnership(HOTEL, ALPINE), by=lea(world), side=Side.PARTNER)
    issued = issue(world, draft(world))
    assert issued.client == world.organisation(HOTEL)
    assert issued in Rebill.objects.visible_to_client(world.actor("hugo", HOTEL))
    assert issued in Rebill.objects.visible_to_partner(lea(world))


# ---- The draft ------------------------------------------------------------------------------


def test_lines_are_changed_added_and_removed(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    first = rebilling.lines_of(made)[0]
    rebilling.change_line(
        line=first, text="Web", detail="", quantity=10, unit_price=Decimal("9.90"), by=lea(world)
    )
    free = rebilling.add_line(
        bill=made, text="Set up", detail="", quantity=2, unit_price=Decimal(50), by=lea(world)
    )
    made.refresh_from_db()
    assert (made.net, made.cost) == (Decimal("199.00"), Decimal("208.32"))
    rebilling.remove_line(line=first, by=lea(world))
    made.refresh_from_db()
    assert (made.net, made.cost) == (Decimal("100.00"), Decimal("0.00"))
    assert [line.pk for line in rebilling.lines_of(made)] == [free.pk]
    assert draft(world).cost == Decimal("208.32")  # the removed one waits again


def test_markups_are_applied_again(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    markup(world, "fixed", "1", client=HOTEL)
    rebilling.apply_markups(bill=made, by=lea(world))
    made.refresh_from_db()
    assert made.net == Decimal("243.32")


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000, 2**40])
def test_quantities_out_of_the_limits(world: World, quantity: int) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    with pytest.raises(QuantityWrong, match="between 1 and 100,000"):
        rebilling.add_line(
            bill=made, text="x", detail="", quantity=quantity, unit_price=Decimal(1), by=lea(world)
        )


@pytest.mark.parametrize("price", ["-0.01", "1000000.01", "1.23456"])
def test_prices_out_of_the_limits(world: World, price: str) -> None:
    sender(world)
    ordered(world)
    line = rebilling.lines_of(draft(world))[0]
    with pytest.raises(AmountWrong):
        rebilling.change_line(
            line=line, text="x", detail="", quantity=1, unit_price=Decimal(price), by=lea(world)
        )


# ---- Mark-ups -------------------------------------------------------------------------------


def test_one_markup_for_a_client_and_a_type(world: World) -> None:
    general = markup(world, "percent", "10")
    markup(world, "percent", "20", client=HOTEL)
    with pytest.raises(MarkupTaken):
        markup(world, "fixed", "1")
    with pytest.raises(MarkupTaken):
        markup(world, "fixed", "1", client=HOTEL)
    markup(world, "fixed", "3", markup=general)
    rebilling.remove_markup(markup=general, by=lea(world))
    assert RebillMarkup.objects.count() == 1


def test_below_zero_only_when_it_is_meant(world: World) -> None:
    with pytest.raises(AmountWrong, match="less than it costs you"):
        markup(world, "percent", "-5")
    assert markup(world, "percent", "-5", meant=True).value == -5


@pytest.mark.parametrize(
    ("kind", "value"), [("percent", "-101"), ("percent", "1001"), ("fixed", "1000001")]
)
def test_markups_out_of_the_limits(world: World, kind: str, value: str) -> None:
    with pytest.raises(AmountWrong, match="between"):
        markup(world, kind, value, meant=True)


# ---- Who sees what -------------------------------------------------------------------------


def test_who_sees_bills(world: World) -> None:
    """T43, M4: the partner its own, the client what was issued to it, nobody else any."""
    sender(world)
    ordered(world)
    made = draft(world)
    hugo = world.actor("hugo", HOTEL)
    assert not Rebill.objects.visible_to_client(hugo).exists()
    issue(world, made)
    assert Rebill.objects.visible_to_client(hugo).count() == 1
    assert not Rebill.objects.visible_to_client(world.actor("lea", HOTEL)).exists()
    assert not Rebill.objects.visible_to_client(world.actor("bruno", "boulangerie-du-lac")).exists()
    assert not Rebill.objects.visible_to_partner(world.actor("remi", RHONE)).exists()
    assert not Rebill.objects.visible_to_partner(hugo).exists()
    assert Rebill.objects.visible_to_partner(world.actor("adam", ALPINE)).count() == 1


def test_a_collaborator_bills_assigned_clients_only(world: World) -> None:
    """O5: Cora is assigned to the bakery, and holds no accounting right at first."""
    bill(world)
    membership = world.membership("cora", ALPINE)
    cora = world.actor("cora", ALPINE)
    assert not cora.may("clients.rebill")
    membership.accounting = True
    membership.save()
    cora = world.actor("cora", ALPINE)
    assert cora.may("clients.rebill")
    assert not Rebill.objects.visible_to_partner(cora).exists()
    assert not rebilling.to_bill(cora)


def test_each_act_is_in_the_partners_log(world: World) -> None:
    issued = bill(world)
    rebilling.mark_paid(bill=issued, paid_on=day(), by=lea(world))
    acts = Act.objects.filter(organisation__slug=ALPINE, act__startswith="rebill.")
    assert {"rebill.sender", "rebill.draft", "rebill.issue", "rebill.paid"} == {
        act.act for act in acts
    }
    assert not Act.objects.filter(organisation__slug=HOTEL, act__startswith="rebill.").exists()


def test_margins(world: World) -> None:
    markup(world, "percent", "20")
    first = bill(world)
    rebilling.mark_paid(bill=first, paid_on=day(), by=lea(world))
    second = bill(world, 1)
    third = bill(world, 2)
    rebilling.cancel(bill=third, reason="", by=lea(world))
    row = rebilling.margins(lea(world), None, None).get()
    assert row.cost == first.cost + second.cost
    assert row.margin == row.billed - row.cost
    assert (row.paid, row.open) == (first.total, second.total)
    sums = rebilling.totals(lea(world), day(), day())
    assert (sums.cost, sums.margin.amount, sums.margin.percent) == (
        row.cost,
        row.margin,
        row.percent,
    )
    assert rebilling.totals(lea(world), None, day(-1)).billed == 0
    assert not rebilling.margins(world.actor("remi", RHONE), None, None).exists()


def test_what_waits_to_be_billed(world: World) -> None:
    sender(world)
    ordered(world)
    ordered(world, 1, placed_on=day(-3))
    [row] = rebilling.to_bill(lea(world))
    assert (row.client.slug, row.lines, row.first, row.last) == (HOTEL, 2, day(-3), day())
