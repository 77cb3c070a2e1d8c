"""Bills of partners once they are issued: frozen, mailed, paid, cancelled (B12)."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.models import OutgoingMail
from billing import references
from billing.errors import (
    AlreadySettled,
    AmountWrong,
    BillChanged,
    NoDraft,
    NothingToBill,
    NumberTaken,
    TooSoon,
)
from billing.models import Order, Rebill, RebillLine
from billing.services import rebilling
from billing.states import OrderState
from tests.billing.rebilled import (
    HOTEL,
    QR_IBAN,
    RHONE,
    VIGNE,
    bill,
    day,
    draft,
    issue,
    lea,
    make_due,
    markup,
    ordered,
    sender,
)
from tests.world import World

pytestmark = pytest.mark.django_db


# ---- Issued ----------------------------------------------------------------------------------


def test_issued_it_has_number_dates_parties_and_reference(world: World) -> None:
    issued = bill(world)
    year = timezone.localdate().year
    assert issued.number == f"AW-{year}-0001"
    assert issued.due_on == day(30)
    assert (issued.seller["name"], issued.buyer["name"]) == ("Alpine Web Sàrl", "Hôtel Bellevue")
    assert issued.vat == Decimal("16.87")
    found = references.numbered(issued.reference)
    assert found == references.Numbered(references.Purpose.REBILL, year, 1)
    assert references.kind_of(issued.reference) == references.ReferenceKind.SCOR


def test_a_qr_iban_gets_a_qr_reference(world: World) -> None:
    sender(world, iban=QR_IBAN)
    issued = bill(world)
    assert references.kind_of(issued.reference) == references.ReferenceKind.QRR


def test_numbers_go_on_by_partner_and_year(world: World) -> None:
    sender(world, next_sequence=500)
    first, second = bill(world), bill(world, 2)
    assert (first.sequence, second.sequence) == (500, 501)
    remi = world.actor("remi", RHONE)
    sender(world, by=remi, prefix="RD", iban="FR7630006000011234567890189")
    ordered(world, slug=VIGNE)
    other = issue(world, draft(world, slug=VIGNE, by=remi), by=remi)
    assert (other.number, other.currency) == (f"RD-{day().year}-0001", "EUR")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [(1, "used already"), (3, "gap"), (99_999_999, "between 1 and"), (-1, "between 1 and")],
)
def test_a_next_number_that_cannot_be(world: World, wanted: int, said: str) -> None:
    bill(world)
    with pytest.raises(NumberTaken, match=said):
        sender(world, next_sequence=wanted)


def test_a_draft_that_changed_is_not_issued(world: World) -> None:
    """T13: what its reader saw counts."""
    sender(world)
    ordered(world)
    made = draft(world)
    shown = made.version
    rebilling.add_line(
        bill=made, text="More", detail="", quantity=1, unit_price=Decimal(5), by=lea(world)
    )
    with pytest.raises(BillChanged):
        rebilling.issue(bill=made, version=shown, by=lea(world))
    assert issue(world, made).sequence == 1
    with pytest.raises(NoDraft):
        issue(world, made)


def test_a_line_of_a_cancelled_order_is_not_issued(world: World) -> None:
    sender(world)
    order = ordered(world)
    made = draft(world)
    Order.objects.filter(pk=order.pk).update(state=OrderState.CANCELLED)
    with pytest.raises(NothingToBill, match="cancelled meanwhile"):
        issue(world, made)


def test_nothing_to_pay_is_not_issued(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    line = rebilling.lines_of(made)[0]
    free = {"text": "x", "detail": "", "quantity": 1, "unit_price": Decimal(0)}
    rebilling.change_line(line=line, by=lea(world), **free)
    with pytest.raises(AmountWrong, match="nothing to pay"):
        issue(world, made)
    rebilling.remove_line(line=line, by=lea(world))
    with pytest.raises(NothingToBill, match="no line"):
        issue(world, made)


def test_vat_needs_a_vat_number(world: World) -> None:
    sender(world, vat_number="")
    ordered(world)
    with pytest.raises(AmountWrong, match="VAT number"):
        issue(world, draft(world))


@pytest.mark.parametrize(
    "change",
    [
        {"net": 1, "total": 1, "vat": 0},
        {"number": "X"},
        {"client_id": 1},
        {"seller": {}},
        {"reference": ""},
        {"cost": 0},
        {"due_on": None},
    ],
)
def test_the_database_freezes_an_issued_bill(world: World, change: dict[str, object]) -> None:
    issued = bill(world)
    with pytest.raises(DatabaseError), transaction.atomic():
        Rebill.objects.filter(pk=issued.pk).update(**change)


def test_the_database_freezes_its_lines_and_keeps_it(world: World) -> None:
    issued = bill(world)
    line = issued.lines.get()
    for act in (
        lambda: RebillLine.objects.filter(pk=line.pk).update(net=1, unit_price=1, quantity=1),
        lambda: RebillLine.objects.filter(pk=line.pk).delete(),
        lambda: Rebill.objects.filter(pk=issued.pk)._raw_delete("default"),
        lambda: RebillLine.objects.create(
            bill=issued, position=2, text="x", quantity=1, unit_price=1, net=1
        ),
        lambda: Rebill.objects.filter(pk=issued.pk).update(state="draft"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_later_change_of_sender_and_markups_changes_no_bill(world: World) -> None:
    """M7."""
    issued = bill(world)
    before = {**issued.seller}, issued.net
    sender(world, name="Other Sàrl", vat_percent=Decimal(0))
    markup(world, "percent", "50")
    issued.refresh_from_db()
    assert (issued.seller, issued.net) == before


# ---- Mails -----------------------------------------------------------------------------------


def test_the_client_is_mailed(world: World) -> None:
    world.add_member(HOTEL, "books", accounting=True)
    world.add_member(HOTEL, "cook")
    issued = bill(world)
    mails = OutgoingMail.objects.filter(kind="billing.rebill_issued")
    assert {mail.address for mail in mails} == {
        "hugo@hotel-bellevue.example",
        "books@hotel-bellevue.example",
    }
    assert issued.public_id in str(mails[0].context)
    assert "208.32" not in str(mails[0].context)  # the cost is the partner's


def test_a_reminder_once_a_day_and_not_before_it_is_due(world: World) -> None:
    sender(world, payment_days=0)
    issued = bill(world)
    with pytest.raises(TooSoon, match="may be paid until"):
        rebilling.remind(bill=issued, by=lea(world))
    make_due(issued)
    rebilling.remind(bill=issued, by=lea(world))
    with pytest.raises(TooSoon, match="tomorrow"):
        rebilling.remind(bill=issued, by=lea(world))
    assert OutgoingMail.objects.filter(kind="billing.rebill_reminder").count() == 1


# ---- Paid, and cancelled ------------------------------------------------------------------


def test_paid_and_not_after_all(world: World) -> None:
    issued = bill(world)
    for wrong in (day(1), day(-1)):
        with pytest.raises(AmountWrong):
            rebilling.mark_paid(bill=issued, paid_on=wrong, by=lea(world))
    assert rebilling.mark_paid(bill=issued, paid_on=day(), by=lea(world)).state == "paid"
    with pytest.raises(AlreadySettled):
        rebilling.mark_paid(bill=issued, paid_on=day(), by=lea(world))
    assert rebilling.mark_unpaid(bill=issued, by=lea(world)).state == "open"


def test_a_cancelled_bill_gets_a_credit_and_frees_its_lines(world: World) -> None:
    issued = bill(world)
    credit = rebilling.cancel(bill=issued, reason="Wrong price", by=lea(world))
    issued.refresh_from_db()
    assert (issued.state, credit.state, credit.corrects) == ("cancelled", "credit", issued)
    assert credit.sequence == issued.sequence + 1
    assert (credit.net, credit.total) == (issued.net, issued.total)
    assert [line.text for line in credit.lines.all()] == [line.text for line in issued.lines.all()]
    assert OutgoingMail.objects.filter(kind="billing.rebill_cancelled").count() == 1
    with pytest.raises(AlreadySettled):
        rebilling.cancel(bill=issued, reason="", by=lea(world))
    with pytest.raises(AlreadySettled):
        rebilling.cancel(bill=credit, reason="", by=lea(world))
    assert draft(world).cost == issued.cost


def test_a_paid_bill_can_be_cancelled(world: World) -> None:
    issued = bill(world)
    rebilling.mark_paid(bill=issued, paid_on=day(), by=lea(world))
    rebilling.cancel(bill=issued, reason="", by=lea(world))
    issued.refresh_from_db()
    assert issued.state == "cancelled"
