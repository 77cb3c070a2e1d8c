"""What the client reads of its partner's bills, and that nobody else does (B12, M4, T43)."""

import pytest

from access.models import Act, User
from billing.models import RebillMarkup
from billing.services import rebilling
from clients.models import Partnership
from clients.rules import Offer, Side
from clients.services import change_access, end_partnership
from tests.billing.rebilled import (
    ALPINE,
    HOTEL,
    RHONE,
    bill,
    browser,
    draft,
    lea,
    markup,
    ordered,
    sender,
    url,
)
from tests.world import World

pytestmark = pytest.mark.django_db


# ---- The client's side ----------------------------------------------------------------------


def test_the_client_never_sees_a_cost(world: World) -> None:
    """B12: by list, page, search and file; the amounts are chosen so that only costs match."""
    markup(world, "percent", "20")
    issued = bill(world)
    hugo = browser(world, "hugo")
    pages = [
        hugo.get(url("partner_bills", slug=HOTEL)).text,
        hugo.get(url("partner_bill", issued, HOTEL)).text,
    ]
    for page in pages:
        text = page[page.index("<main") :]
        assert issued.number in text
        for secret in ("208.32", "41.66", "5.95", "16.67", "Cost", "argin"):
            assert secret not in text
    assert "249.98" in pages[1]
    assert "CH93 0076 2011 6238 5295 7" in pages[1]
    assert "No bill fits" in hugo.get(url("partner_bills", slug=HOTEL) + "?q=208.32").text


def test_the_clients_empty_page(world: World) -> None:
    assert (
        "No bill from a partner"
        in browser(world, "hugo").get(url("partner_bills", slug=HOTEL)).text
    )


def test_a_draft_does_not_exist_for_the_client(world: World) -> None:
    sender(world)
    ordered(world)
    made = draft(world)
    assert browser(world, "hugo").get(url("partner_bill", made, HOTEL)).status_code == 404


def test_the_client_reads_the_credit(world: World) -> None:
    issued = bill(world)
    credit = rebilling.cancel(bill=issued, reason="The wrong month", by=lea(world))
    hugo = browser(world, "hugo")
    assert "you do not owe it" in hugo.get(url("partner_bill", issued, HOTEL)).text
    assert "The wrong month" in hugo.get(url("partner_bill", credit, HOTEL)).text


# ---- Foreign is unknown ----------------------------------------------------------------------

ABOUT_BILLS = [
    ("rebill", "get"),
    ("rebill_pdf", "get"),
    ("rebill_details", "post"),
    ("rebill_line_new", "post"),
    ("rebill_reprice", "post"),
    ("rebill_issue", "post"),
    ("rebill_discard", "post"),
    ("rebill_paid", "post"),
    ("rebill_unpaid", "post"),
    ("rebill_cancel", "post"),
    ("rebill_remind", "post"),
]


@pytest.mark.parametrize(("name", "method"), ABOUT_BILLS)
def test_others_bills_do_not_exist(world: World, name: str, method: str) -> None:
    """T43: another partner, the client and a stranger get what an unknown id gets."""
    issued = bill(world)
    for who, slug in (("remi", RHONE), ("hugo", HOTEL), ("remi", ALPINE), ("cora", ALPINE)):
        answer = getattr(browser(world, who), method)(url(name, issued, slug))
        assert answer.status_code == 404, (who, slug)
    issued.refresh_from_db()
    assert issued.state == "open"


def test_others_lines_and_markups_do_not_exist(world: World) -> None:
    """T43."""
    sender(world)
    ordered(world)
    line, row = draft(world).lines.get(), markup(world, "percent", "5")
    remi = browser(world, "remi")
    for name, about in (
        ("rebill_line", line),
        ("rebill_line_remove", line),
        ("rebill_markup", row),
        ("rebill_markup_remove", row),
    ):
        assert remi.post(url(name, about, RHONE)).status_code == 404
    assert RebillMarkup.objects.exists()


def test_others_received_bills_do_not_exist(world: World) -> None:
    """T43, M4: neither for another organisation nor for the partner's people in the client's."""
    issued = bill(world)
    for who, slug in (("lea", HOTEL), ("bruno", "boulangerie-du-lac"), ("remi", HOTEL)):
        for name in ("partner_bill", "partner_bill_pdf"):
            assert browser(world, who).get(url(name, issued, slug)).status_code == 404
    assert browser(world, "lea").get(url("partner_bills", slug=HOTEL)).status_code == 404


def test_without_the_accounting_right(world: World) -> None:
    issued = bill(world)
    world.add_member(HOTEL, "cook")
    world.add_member(HOTEL, "books", accounting=True)
    assert browser(world, "cook").get(url("partner_bills", slug=HOTEL)).status_code == 404
    assert browser(world, "books").get(url("partner_bill", issued, HOTEL)).status_code == 200


def test_get_writes_nothing(world: World) -> None:
    issued = bill(world)
    acts = Act.objects.count()
    for name in ("rebill_paid", "rebill_unpaid", "rebill_remind", "rebill_reprice"):
        assert browser(world).get(url(name, issued)).status_code == 405
    for name in ("rebill_cancel", "rebill_issue", "rebill_discard"):
        browser(world).get(url(name, issued))
    assert Act.objects.count() == acts


@pytest.mark.parametrize("case", ["full", "limited", "ended", "without a name"])
def test_the_client_s_people_are_named_as_far_as_section_6_goes(world: World, case: str) -> None:
    """Who is mailed: names with full access; nobody with limited access or none; no address."""
    hugo = User.objects.filter(pk=world.person("hugo").pk)
    hugo.update(name="" if case == "without a name" else "Hugo Zqfavre")
    sender(world)
    ordered(world)
    made = draft(world)
    live, by = Partnership.objects.get(client__slug=HOTEL), world.actor("hugo", HOTEL)
    if case == "limited":
        offer = Offer.limited([world.products(HOTEL)[0].pk])
        change_access(partnership=live, offer=offer, version=live.version, by=by)
    if case == "ended":
        end_partnership(partnership=live, side=Side.CLIENT, by=by)
    page = browser(world).get(url("rebill_issue", made)).text
    assert ("Hugo Zqfavre" in page) is (case == "full")
    assert ("people who read bills" in page) is (case != "full")
    assert hugo.get().email not in page
