"""A partner's list of tenders (T2, T3, T5, P5): tabs, search, filters, counts, no contact word."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.services.programme import suspend
from tenders.models import Tender
from tenders.services.choosing import choose
from tenders.services.closing import cancel, hide
from tenders.services.proposing import save_proposal, withdraw_proposal
from tests.tenders.requesting import opened, proposed, published, submitted
from tests.tenders.test_matching import ALPINE, wish
from tests.tenders.test_spreading import CANARY, canaries_in
from tests.world import World

BOARD = reverse("tenders", args=[ALPINE])
TABS = ("open", "opened", "proposals", "won", "closed")


@pytest.fixture(autouse=True)
def _many_a_day(settings: Any) -> None:
    settings.TENDERS_A_DAY = 100


def titles(browser: Client, query: str = "") -> list[str]:
    return [row.extract_title for row in browser.get(f"{BOARD}{query}").context["page"]]


def counts(browser: Client) -> dict[str, int]:
    return {name: count for name, _label, count in browser.get(BOARD).context["tabs"]}


def tender(world: World, title: str, **fields: Any) -> Tender:
    return published(world, title=title, need=f"About {title}.", **fields)


def test_each_tab_holds_its_own(world: World) -> None:
    """T3, T4, T5"""
    lea = world.actor("lea", ALPINE)
    tender(world, "Untouched")
    opened(world, tender(world, "Opened"))
    drafted = tender(world, "Drafted")
    opened(world, drafted)
    save_proposal(tender=drafted, by=lea, text="Draft")
    proposed(world, tender(world, "Sent"))
    choose(proposal=proposed(world, tender(world, "Won")), person=None)
    lost = tender(world, "Lost")
    proposed(world, lost)
    choose(proposal=proposed(world, lost, by="remi", partner="rhone-digital"), person=None)
    withdrawn = tender(world, "Withdrawn")
    withdraw_proposal(proposal=proposed(world, withdrawn), by=lea)
    over = tender(world, "Cancelled answered")
    proposed(world, over)
    cancel(tender=over)
    unanswered = tender(world, "Cancelled opened")
    opened(world, unanswered)
    cancel(tender=unanswered)
    hide(tender=tender(world, "Hidden"), by=None, reason="Spam")
    submitted(world, title="Unconfirmed", need="None.")
    browser = world.client("lea")
    found = {name: sorted(titles(browser, f"?tab={name}")) for name in TABS}
    assert found == {
        "open": ["Drafted", "Opened", "Sent", "Untouched", "Withdrawn"],
        "opened": ["Drafted", "Opened", "Sent", "Withdrawn"],
        "proposals": ["Drafted", "Sent"],
        "won": ["Won"],
        "closed": ["Cancelled answered", "Lost", "Withdrawn"],
    }
    assert counts(browser) == {name: len(rows) for name, rows in found.items()}


def test_gone_at_once(world: World) -> None:
    """T25: lists, counts and search; a date that has passed counts without any job."""
    browser = world.client("lea")
    first, second = tender(world, "First shop"), tender(world, "Second shop")
    assert counts(browser)["open"] == 2
    cancel(tender=first)
    Tender.objects.filter(pk=second.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert counts(browser)["open"] == 0
    assert titles(browser, "?q=shop") == []


def test_what_is_over_is_not_found_by_its_text(world: World) -> None:
    """T25: who answered a tender that was cancelled sees its title, and searches no more."""
    browser = world.client("lea")
    over = published(world, title="First shop", need="Twelve bakeries want to sell bread online.")
    proposed(world, over)
    assert titles(browser, "?tab=proposals&q=twelve") == ["First shop"]
    cancel(tender=over)
    assert titles(browser, "?tab=closed&q=twelve") == []
    assert titles(browser, "?tab=closed&q=first") == ["First shop"]


def test_a_suspended_partner_sees_only_its_own(world: World) -> None:
    """P5, T45"""
    tender(world, "Other")
    opened(world, tender(world, "Opened"))
    proposed(world, tender(world, "Sent"))
    suspend(partner=world.partner(ALPINE), by=None, reason="")
    browser = world.client("lea")
    assert counts(browser) == {"open": 0, "opened": 0, "proposals": 1, "won": 0, "closed": 0}
    page = browser.get(BOARD).content.decode()
    assert "is not an approved partner at present" in page
    assert "Other" not in page


# ---- Search, filters, sorting -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=bakery", ["Bakery"]),
        ("?q=ABOUT", ["Bakery", "Festival", "Mail"]),
        ("?q=nothing", []),
        ("?category=streaming", ["Festival"]),
        ("?category=web-domains", ["Bakery", "Mail"]),
        ("?language=fr", ["Festival"]),
        ("?country=FR", ["Mail"]),
        ("?budget=5000", ["Bakery", "Festival"]),
        ("?budget=20000", ["Festival"]),
        ("?language=en&country=CH", ["Bakery"]),
        # what the address says wrongly is ignored
        ("?category=x&language=tlh&country=ZZ&budget=-1&sort=x&page=99&tab=x", None),
    ],
)
def test_search_and_filters(world: World, query: str, found: list[str] | None) -> None:
    tender(world, "Bakery", budget_to=Decimal(5000))
    tender(world, "Festival", language="fr", categories=[world.category("streaming")])
    tender(world, "Mail", country="FR", budget_to=Decimal(900), currency="EUR")
    everything = ["Bakery", "Festival", "Mail"]
    assert sorted(titles(world.client("lea"), query)) == (everything if found is None else found)


def test_only_the_extract_is_searched(world: World) -> None:
    """T24: a word of the contact finds nothing, or searching would tell it."""
    published(world, **CANARY)
    browser = world.client("lea")
    for word in ("Kanarienvogel", "vogelnest", "765 43 21", "kanarie@"):
        assert browser.get(BOARD, {"q": word}).context["listing"].total == 0, word
    assert browser.get(BOARD, {"q": "budget"}).context["listing"].total == 1


def test_sorting(world: World) -> None:
    for title, budget in (("B", 1000), ("A", 3000), ("C", 2000)):
        tender(world, title, budget_to=Decimal(budget))
    browser = world.client("lea")
    assert titles(browser) == ["C", "A", "B"], "the newest first"
    assert titles(browser, "?sort=title") == ["A", "B", "C"]
    assert titles(browser, "?sort=-budget") == ["A", "C", "B"]


def test_the_country_filter_offers_what_the_rows_have(world: World) -> None:
    """T28: choices per request, of the partner's own rows only."""
    tender(world, "Swiss")
    cancel(tender=tender(world, "Japanese", country="JP"))
    page = world.client("lea").get(BOARD)
    offered = [code for code, _name in page.context["listing"].filters.fields["country"].choices]
    assert offered == ["", "CH"]


# ---- Leaks, cost, empty states ------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_no_contact_word_in_any_list(world: World, tab: str) -> None:
    """T24: neither before nor after it was opened, answered or won."""
    made = [published(world, **CANARY | {"need": f"Need {number}."}) for number in range(4)]
    opened(world, made[1])
    proposed(world, made[2])
    choose(proposal=proposed(world, made[3]), person=None)
    over = published(world, **CANARY | {"need": "Need 5."})
    proposed(world, over)
    cancel(tender=over)
    page = world.client("lea").get(f"{BOARD}?tab={tab}")
    assert page.context["page"].object_list
    assert canaries_in(page.content.decode()) == []


@pytest.mark.parametrize("tab", ["open", "opened", "proposals"])
def test_as_many_queries_for_one_row_as_for_three(world: World, tab: str) -> None:
    browser = world.client("lea")
    asked = []
    for number in (1, 2):
        for title in range(number):
            proposed(world, tender(world, f"Tender {number} {title}"))
        browser.get(BOARD)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(f"{BOARD}?tab={tab}")
        asked.append((len(page.context["page"].object_list), len(queries)))
    assert [rows for rows, _queries in asked] == [1, 3]
    assert asked[0][1] == asked[1][1]


def test_empty_states_say_what_to_do_next(world: World) -> None:
    browser = world.client("lea")
    page = browser.get(BOARD).content.decode()
    assert "No tender is open at present" in page
    assert reverse("tender_preferences", args=[ALPINE]) in page
    for tab in TABS[1:]:
        page = browser.get(f"{BOARD}?tab={tab}").content.decode()
        assert "See open tenders" in page
    wish(world, wanted=False)
    assert "You have paused" in browser.get(BOARD).content.decode()


@pytest.mark.parametrize(
    ("name", "slug", "status"),
    [
        ("lea", ALPINE, 200),
        ("adam", ALPINE, 200),
        ("cora", ALPINE, 403),
        ("remi", ALPINE, 404),
        ("bruno", "boulangerie-du-lac", 404),
        ("nina", "nova-hosting", 404),
    ],
)
def test_who_sees_it(world: World, name: str, slug: str, status: int) -> None:
    address = reverse("tenders", args=[slug])
    assert world.client(name).get(address).status_code == status
    assert world.client(name).post(address).status_code == 405


def test_a_title_is_text(world: World) -> None:
    """T32, T34: what somebody typed is shown, not run."""
    published(world, title="<script>alert(1)</script>", need="<b>=cmd|' /C calc'!A0</b>")
    page = world.client("lea").get(BOARD).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
