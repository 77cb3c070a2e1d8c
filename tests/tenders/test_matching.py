"""Which partners want a tender (T2): each dimension, with a wish that must not match."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.errors import ActForbidden
from partners.services.programme import suspend
from tenders.models import Tender, TenderPreference
from tenders.services.preferences import set_preference
from tests.tenders.requesting import published
from tests.world import World

ALPINE = "alpine-web"


def wish(world: World, slug: str = ALPINE, name: str = "lea", **changed: Any) -> TenderPreference:
    """A partner that wants web tenders in English and German from Switzerland and France."""
    wanted: dict[str, Any] = {
        "categories": [world.category("web-domains")],
        "languages": ["en", "de"],
        "countries": ["CH", "FR"],
        "address": f"tenders@{slug}.example",
        "mail_language": "en",
    }
    return set_preference(by=world.actor(name, slug), **wanted | changed)


def matched(tender: Tender) -> list[str]:
    found = TenderPreference.objects.matching(tender).order_by("partner__organisation__slug")
    return [wish.partner.organisation.slug for wish in found]


def test_opt_in(world: World) -> None:
    """T2: who has chosen nothing hears of nothing."""
    tender = published(world)
    assert matched(tender) == []
    wish(world)
    assert matched(tender) == [ALPINE]


@pytest.mark.parametrize(
    ("wanted", "asked", "matches"),
    [
        # category: one in common is enough
        ({"category": ["web-domains"]}, {"category": ["web-domains"]}, True),
        ({"category": ["web-domains", "streaming"]}, {"category": ["streaming"]}, True),
        ({"category": ["web-domains"]}, {"category": ["streaming", "web-domains"]}, True),
        ({"category": ["web-domains"]}, {"category": ["streaming"]}, False),
        ({"category": []}, {"category": ["streaming"]}, False),
        # language
        ({"languages": ["en"]}, {"language": "en"}, True),
        ({"languages": ["de", "en"]}, {"language": "en"}, True),
        ({"languages": ["de"]}, {"language": "en"}, False),
        ({"languages": []}, {"language": "en"}, False),
        # country; none is all
        ({"countries": ["CH"]}, {"country": "CH"}, True),
        ({"countries": ["FR"]}, {"country": "CH"}, False),
        ({"countries": []}, {"country": "JP"}, True),
        # budget: reaches the least; one that is not named passes
        ({"least_budget": Decimal(5000)}, {"budget_to": Decimal(5000)}, True),
        ({"least_budget": Decimal(5000)}, {"budget_to": Decimal("4999.99")}, False),
        ({"least_budget": Decimal(5000)}, {}, True),
        ({"least_budget": Decimal(5000)}, {"budget_from": Decimal(100)}, True),
        ({}, {"budget_to": Decimal(1)}, True),
        # another currency counts by the same figure
        (
            {"least_budget": Decimal(5000)},
            {"budget_to": Decimal(5000), "currency": "EUR"},
            True,
        ),
        # a pause
        ({"wanted": False}, {}, False),
    ],
)
def test_each_dimension(
    world: World, wanted: dict[str, Any], asked: dict[str, Any], matches: bool
) -> None:
    """T2"""
    for side in (wanted, asked):
        if "category" in side:
            side["categories"] = [world.category(slug) for slug in side.pop("category")]
    wish(world, **wanted)
    assert matched(published(world, **asked)) == ([ALPINE] if matches else [])


def test_only_approved_partners(world: World) -> None:
    """P5, T45: a suspended partner's wish stays, and matches nothing."""
    wish(world)
    wish(world, "rhone-digital", "remi")
    tender = published(world)
    assert matched(tender) == [ALPINE, "rhone-digital"]
    suspend(partner=world.partner(ALPINE), by=None, reason="Unpaid invoices")
    assert matched(tender) == ["rhone-digital"]


def test_two_categories_in_common_are_one_match(world: World) -> None:
    both = [world.category("web-domains"), world.category("streaming")]
    wish(world, categories=both)
    assert matched(published(world, categories=both)) == [ALPINE]


# ---- The page -----------------------------------------------------------------------------------


def url(slug: str = ALPINE) -> str:
    return reverse("tender_preferences", args=[slug])


def chosen(**changed: Any) -> dict[str, Any]:
    return {
        "wanted": "on",
        "categories": ["web-domains"],
        "languages": ["en", "fr"],
        "countries": ["CH"],
        "least_budget": "1500",
        "address": "tenders@alpineweb.example",
        "mail_language": "fr",
    } | changed


def test_a_partner_chooses_pauses_and_goes_on(world: World) -> None:
    browser = world.client("lea")
    assert browser.get(url()).status_code == 200
    assert TenderPreference.objects.count() == 0, "GET never writes"
    assert browser.post(url(), chosen()).status_code == 302
    kept = TenderPreference.objects.get()
    assert (kept.languages, kept.countries, kept.least_budget) == (["en", "fr"], ["CH"], 1500)
    assert (kept.address, kept.mail_language) == ("tenders@alpineweb.example", "fr")
    paused = chosen()
    del paused["wanted"]
    browser.post(url(), paused)
    kept.refresh_from_db()
    assert not kept.wanted
    assert kept.languages == ["en", "fr"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("categories", []),
        ("categories", ["no-such-category"]),
        ("languages", []),
        ("languages", ["tlh"]),
        ("countries", ["XX"]),
        ("least_budget", "-1"),
        ("least_budget", "many"),
        ("address", "nobody"),
        ("address", '"a,b"@elsewhere.example'),
        ("address", "a@b.example\r\nBcc: all@b.example"),
        ("mail_language", "tlh"),
    ],
)
def test_bad_input_stands_beside_its_field(world: World, field: str, value: Any) -> None:
    answer = world.client("lea").post(url(), chosen(**{field: value}))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert TenderPreference.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "slug", "status"),
    [
        ("lea", ALPINE, 200),
        ("adam", ALPINE, 200),
        ("cora", ALPINE, 403),
        ("remi", ALPINE, 404),
        ("bruno", ALPINE, 404),
        ("bruno", "boulangerie-du-lac", 404),
        ("nina", "nova-hosting", 404),
    ],
)
def test_who_may_choose(world: World, name: str, slug: str, status: int) -> None:
    """Section 6; T43: elsewhere it does not exist."""
    browser: Client = world.client(name)
    assert browser.get(url(slug)).status_code == status
    assert browser.post(url(slug), chosen()).status_code == (302 if status == 200 else status)


def test_the_service_asks_the_table(world: World) -> None:
    with pytest.raises(ActForbidden):
        wish(world, name="cora")


def test_the_choice_stands_in_the_log_once(world: World) -> None:
    """A2"""
    wish(world)
    wish(world)
    acts = world.organisation(ALPINE).acts.filter(act="tender.settings")
    assert acts.count() == 1
