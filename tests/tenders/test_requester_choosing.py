"""Choosing a proposal, and the invitation with limited access that it may begin (T4, L3)."""

from typing import Any

import pytest
from django.test import Client

from clients.models import Partnership
from partners.services.programme import suspend
from tenders.errors import ProposalOver, TenderOver
from tenders.models import Proposal, Tender
from tenders.rules import LinkPurpose
from tenders.services.choosing import choose, invite_chosen
from tenders.services.closing import cancel
from tests.tenders.requesting import arrive, letters, page, proposed, published, text_of
from tests.world import World

pytestmark = pytest.mark.django_db


def at(proposal: Proposal) -> str:
    return page(proposal.tender, f"proposals/{proposal.public_id}/choose/")


def visitor(world: World, tender: Tender, name: str | None = None) -> Client:
    browser = world.client(name)
    arrive(browser, tender, LinkPurpose.PRIVATE)
    return browser


def ticked(world: World, slug: str, count: int = 2) -> dict[str, Any]:
    products = [product.public_id for product in world.products(slug)[:count]]
    return {"organisation": slug, f"products_{slug}": products}


def test_without_an_account_the_partner_is_told_and_sign_up_offered(world: World) -> None:
    """T4"""
    tender = published(world)
    won = proposed(world, tender)
    lost = proposed(world, tender, by="remi", partner="rhone-digital")
    browser = visitor(world, tender)
    asked = text_of(browser.get(at(won)))
    assert "Choosing needs no account" in asked
    text = text_of(browser.post(at(won), follow=True))
    states = {won.pk: "chosen", lost.pk: "lost"}
    assert dict(Proposal.objects.values_list("pk", "state")) == states
    assert Tender.objects.get().state == "chosen"
    assert [mail.context["proposal"] for mail in letters("chosen")] == [won.pk]
    assert [mail.context["proposal"] for mail in letters("lost")] == [lost.pk]
    assert "/accounts/signup/?email=nora%40cafe-du-port.example&amp;next=/en/tenders/mine/" in text
    assert (
        browser.get("/accounts/signup/?email=nora%40cafe-du-port.example")
        .context["form"]["email"]
        .value()
        == "nora@cafe-du-port.example"
    )
    assert not Partnership.objects.filter(client__slug="garage-nord").exists()


def test_a_legal_representative_invites_in_the_same_form(world: World) -> None:
    """L3: limited access to the products ticked, and the partner is asked."""
    tender = published(world, organisation=world.organisation("garage-nord"))
    proposal = proposed(world, tender)
    gina = visitor(world, tender, "gina")
    answer = gina.post(at(proposal), ticked(world, "garage-nord"))
    assert answer.url == page(tender)
    proposal.refresh_from_db()
    assert (proposal.partnership.state, proposal.partnership.access) == ("invited", "limited")
    assert proposal.partnership.client.slug == "garage-nord"
    assert set(proposal.partnership.offered_products.all()) == set(
        world.products("garage-nord")[:2]
    )
    assert "was invited" in text_of(gina.get(page(tender)))


def test_a_partner_that_is_not_listed_is_invited_all_the_same(world: World) -> None:
    """It turned to the client itself (T27)."""
    tender = published(world)
    proposal = proposed(world, tender)
    partner = world.partner("alpine-web")
    partner.listed = False
    partner.save()
    visitor(world, tender, "gina").post(at(proposal), ticked(world, "garage-nord"))
    proposal.refresh_from_db()
    assert proposal.partnership is not None


@pytest.mark.parametrize("name", [None, "gina"])
def test_a_suspended_partner_wins_nothing(world: World, name: str | None) -> None:
    """P5, T45: nor by a choice without an invitation."""
    tender = published(world)
    proposal = proposed(world, tender)
    suspend(partner=world.partner("alpine-web"), by=None, reason="Unpaid invoices")
    typed = {"organisation": "later"} if name else {}
    answer = visitor(world, tender, name).post(at(proposal), typed)
    assert "takes no new clients at present" in text_of(answer)
    proposal.refresh_from_db()
    assert (proposal.state, Tender.objects.get().state) == ("sent", "open")
    assert not letters("chosen")


def test_the_invitation_keeps_no_contact_detail_of_the_tender(world: World) -> None:
    """T25: the invitation stays for ever, and what was typed into the title does not."""
    tender = published(world, title="Web shop, call 021 555 01 02")
    proposal = proposed(world, tender)
    visitor(world, tender, "gina").post(at(proposal), ticked(world, "garage-nord"))
    proposal.refresh_from_db()
    assert "Web shop" in proposal.partnership.message
    assert "555" not in proposal.partnership.message


def test_later_is_an_answer(world: World) -> None:
    tender = published(world)
    proposal = proposed(world, tender)
    gina = visitor(world, tender, "gina")
    gina.post(at(proposal), {"organisation": "later"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.partnership) == ("chosen", None)
    assert "Invite Alpine Web" in text_of(gina.get(page(tender)))
    gina.post(at(proposal), ticked(world, "garage-nord"))
    proposal.refresh_from_db()
    assert proposal.partnership.state == "invited"
    with pytest.raises(ProposalOver):
        invite_chosen(proposal=proposal, by=world.actor("gina", "garage-nord"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"organisation": "garage-nord"}, "Choose at least one product"),
        ({"organisation": ""}, "required"),
        ({"organisation": "hotel-bellevue"}, "valid choice"),
        ({"organisation": "garage-nord", "products_garage-nord": ["nothing"]}, "left the organ"),
    ],
)
def test_a_mistake_chooses_nothing(world: World, typed: dict[str, Any], words: str) -> None:
    tender = published(world)
    proposal = proposed(world, tender)
    answer = visitor(world, tender, "gina").post(at(proposal), typed)
    assert words in str(answer.context["form"].errors)
    assert Tender.objects.get().state == "open"
    assert not letters("chosen")


def test_products_of_others_are_refused(world: World) -> None:
    """T43"""
    tender = published(world)
    proposal = proposed(world, tender)
    foreign = world.products("hotel-bellevue")[0].public_id
    typed = {"organisation": "garage-nord", "products_garage-nord": [foreign]}
    visitor(world, tender, "gina").post(at(proposal), typed)
    assert Tender.objects.get().state == "open"


def test_a_partner_that_is_there_already_is_named(world: World) -> None:
    """AlreadyLinked: in words, and nothing is chosen; without an invitation it goes on."""
    tender = published(world)
    proposal = proposed(world, tender)
    hugo = visitor(world, tender, "hugo")
    answer = hugo.post(at(proposal), ticked(world, "hotel-bellevue"))
    assert "already" in str(answer.context["form"].errors)
    assert (Tender.objects.get().state, len(letters("chosen"))) == ("open", 0)
    hugo.post(at(proposal), {"organisation": "later"})
    assert Tender.objects.get().state == "chosen"


def test_a_product_that_another_partner_manages_is_named(world: World) -> None:
    """L7"""
    tender = published(world)
    proposal = proposed(world, tender, by="remi", partner="rhone-digital")
    held = Partnership.objects.get(client__slug="clinique-belmont", state="active")
    from access import grants

    product = grants.granted_products(held).first()
    typed = {
        "organisation": "clinique-belmont",
        "products_clinique-belmont": [product.public_id],
    }
    answer = visitor(world, tender, "clara").post(at(proposal), typed)
    assert "Alpine Web" in str(answer.context["form"].errors)
    assert Tender.objects.get().state == "open"


def test_who_is_no_legal_representative_reads_who_is(world: World) -> None:
    """O4: chooses, but invites nobody."""
    tender = published(world)
    proposal = proposed(world, tender)
    colin = visitor(world, tender, "colin")
    text = text_of(colin.get(at(proposal)))
    assert "only a legal representative can invite" in text
    assert world.person("clara").name in text
    colin.post(at(proposal), ticked(world, "clinique-belmont"))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.partnership) == ("chosen", None)


def test_an_organisation_without_products_may_choose_all_the_same(world: World) -> None:
    world.add_organisation("cafe-du-port")
    tender = published(world)
    proposal = proposed(world, tender)
    boss = world.client()
    boss.force_login(world.person("boss"))
    arrive(boss, tender, LinkPurpose.PRIVATE)
    answer = boss.post(at(proposal), {"organisation": "cafe-du-port"})
    assert "no product" in str(answer.context["form"].errors)
    boss.post(at(proposal), {"organisation": "later"})
    assert Tender.objects.get().state == "chosen"


def test_one_is_chosen_once(world: World) -> None:
    tender = published(world)
    first = proposed(world, tender)
    second = proposed(world, tender, by="remi", partner="rhone-digital")
    choose(proposal=first, person=None)
    with pytest.raises(TenderOver):
        choose(proposal=second, person=None)
    answer = visitor(world, tender).post(at(second), follow=True)
    assert "already chosen" in text_of(answer)


def test_nothing_is_chosen_of_what_is_over(world: World) -> None:
    """T5"""
    tender = published(world)
    proposal = proposed(world, tender)
    cancel(tender=tender)
    with pytest.raises(TenderOver):
        choose(proposal=proposal, person=None)


def test_the_choice_is_in_the_clients_log(world: World) -> None:
    """A2"""
    from access.models import Act

    tender = published(world)
    proposal = proposed(world, tender)
    visitor(world, tender, "gina").post(at(proposal), ticked(world, "garage-nord"))
    acts = Act.objects.filter(organisation__slug="garage-nord").values_list("act", flat=True)
    assert {"tender.choose", "partnership.invite"} <= set(acts)
