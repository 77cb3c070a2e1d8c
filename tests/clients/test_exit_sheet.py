"""The exit sheet: what the partner left, kept for both sides and for ever (L6, L7, T10, T22)."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import OutgoingMail, ProductGroupPermission
from access.services import add_member
from clients import services
from clients.models import ExitLine, Partnership, Product
from clients.rules import Offer, Side
from tests.journey import (
    ALPINE,
    GARAGE,
    RHONE,
    accept,
    ask,
    change,
    end,
    grant,
    invite,
    limited,
    logged,
)
from tests.world import World

pytestmark = pytest.mark.django_db
CLINIC, BAKERY, HOTEL = "clinique-belmont", "boulangerie-du-lac", "hotel-bellevue"
PRODUCT = "garage-nord.example"


def ended(world: World, slug: str = CLINIC, by: str = "clara") -> Partnership:
    return end(world, world.partnership(slug, ALPINE), by=world.actor(by, slug), side=Side.CLIENT)


def sheet(partnership: Partnership) -> set[str]:
    return set(
        ExitLine.objects.filter(partnership=partnership).values_list("product_name", flat=True)
    )


def pages(partnership: Partnership) -> dict[str, str]:
    """The sheet's address for each side."""
    return {
        "client": reverse(
            "partnership_exit", args=[partnership.client.slug, partnership.public_id]
        ),
        "partner": reverse(
            "client_exit", args=[partnership.partner.organisation.slug, partnership.public_id]
        ),
    }


def csv(response) -> str:
    return b"".join(response.streaming_content).decode()


# ---- What is written -------------------------------------------------------------------------


def test_limited_access_leaves_its_products(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    held = ProductGroupPermission.objects.filter(partnership=partnership)
    names = {row.content_object.name for row in held}
    ended(world)
    assert sheet(partnership) == names
    assert len(names) == 3
    for line in ExitLine.objects.filter(partnership=partnership):
        product = Product.objects.get(public_id=line.product_key)
        assert (line.renews_on, line.state) == (product.renews_on, product.state)
        assert line.next_payer == partnership.client
        assert line.next_manager is None


def test_full_access_leaves_everything_in_few_queries(world: World) -> None:
    """35 hostings and more are one statement."""
    world.add_products(world.organisation(HOTEL), 200)
    with CaptureQueriesContext(
        connection,
    ) as many:
        partnership = ended(world, HOTEL, "hugo")
    assert sheet(partnership) == {one.name for one in world.products(HOTEL)}
    writing = [query for query in many if 'INSERT INTO "clients_exitline"' in query["sql"]]
    assert len(writing) == 1


def test_what_another_partner_manages_is_not_on_it(world: World) -> None:
    """L7: a grant on the product wins against full access."""
    grant(world, ask(world))
    accept(world, invite(world, limited(world, GARAGE, PRODUCT)))
    partnership = world.partnership(GARAGE, ALPINE)
    end(world, partnership, by=world.actor("gina", GARAGE), side=Side.CLIENT)
    assert sheet(partnership) == {one.name for one in world.products(GARAGE)} - {PRODUCT}


def test_who_manages_and_pays_next_is_the_clients_affair(world: World) -> None:
    """L7, T10: the partner that left is not told of the other one."""
    grant(world, ask(world), limited(world, GARAGE, PRODUCT))
    accept(world, invite(world, Offer.full("partner")))
    partnership = world.partnership(GARAGE, ALPINE)
    end(world, partnership, by=world.actor("gina", GARAGE), side=Side.CLIENT)
    [line] = ExitLine.objects.filter(partnership=partnership)
    assert (line.next_manager.slug, line.next_payer.slug) == (RHONE, RHONE)
    at = pages(partnership)
    assert "managed by Rhône Digital SAS" in world.client("gina").get(at["client"]).text
    lea = world.client("lea")
    assert "Rhône" not in lea.get(at["partner"]).text
    exported = csv(lea.get(at["partner"].rstrip("/") + ".csv"))
    assert "Rhône" not in exported
    assert "Garage Nord" in exported


def test_time_writes_it_too(world: World) -> None:
    """L9"""
    partnership = world.partnership(CLINIC, ALPINE)
    Partnership.objects.filter(pk=partnership.pk).update(ends_at=timezone.now())
    waiting = world.client("clara").get(pages(partnership)["client"])
    assert "listed here within some minutes" in waiting.text
    services.lapse(partnership=partnership)
    assert len(sheet(partnership)) == 3


def test_nothing_changes_it(world: World) -> None:
    """Frozen: renamed, renewed, moved on; and the database refuses to rewrite it."""
    partnership = ended(world)
    before = sheet(partnership)
    Product.objects.filter(organisation__slug=CLINIC).update(name="Renamed", renews_on=None)
    assert sheet(partnership) == before
    for way in (lambda rows: rows.update(product_name="Mine"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            way(ExitLine.objects.filter(partnership=partnership))


def test_a_partnership_that_never_began_has_none(world: World) -> None:
    invited = invite(world)
    services.withdraw(partnership=invited, by=world.actor("gina", GARAGE))
    assert sheet(invited) == set()
    answer = world.client("gina").get(pages(invited)["client"])
    assert answer.status_code == 302


# ---- The pages -------------------------------------------------------------------------------


def test_both_sides_read_it_for_ever(world: World) -> None:
    """L6: products, renewals, who pays; asked, granted, each change, by whom."""
    asked = ask(world)
    partnership = grant(world, asked, limited(world, GARAGE, PRODUCT))
    change(world, partnership, Offer.full("client"))
    end(world, partnership, by=world.actor("lea", ALPINE), side=Side.PARTNER)
    at = pages(partnership)
    for name, page in [("gina", at["client"]), ("lea", at["partner"])]:
        text = world.client(name).get(page).text
        for words in (
            PRODUCT,
            "Then paid by",
            "at the public price",
            "Access was asked for",
            "The client accepted and granted access",
            "The client changed the access",
            "The collaboration was stopped",
            "Léa Favre",
            "Gina Romano",
        ):
            assert words in text, (name, words)
        # L6: what is still to come is the partner's to read; the client learns nothing of it
        assert ("cashback" in text.lower()) == (name == "lea"), name


def test_the_end_leads_there_and_so_does_the_mail(world: World) -> None:
    partnership = ended(world)
    at = pages(partnership)
    clara = world.client("clara")
    assert at["client"] in clara.get(at["client"].removesuffix("exit/")).text
    assert at["client"] in clara.get(f"/o/{CLINIC}/partners/?tab=ended").text
    lea = world.client("lea")
    assert at["partner"] in lea.get(at["partner"].removesuffix("exit/")).text
    assert at["partner"] in lea.get(f"/o/{ALPINE}/reseller/clients/former/").text


def test_while_it_is_active_there_is_no_sheet(world: World) -> None:
    partnership = world.partnership(CLINIC, ALPINE)
    answer = world.client("clara").get(pages(partnership)["client"])
    assert answer.url == pages(partnership)["client"].removesuffix("exit/")


def test_nobody_else_reads_it(world: World) -> None:
    """T43, O5: other clients, other partners, and collaborators of both."""
    partnership = ended(world)
    at = pages(partnership)
    own = {"clara", "lea", "adam"}
    for name in ("bruno", "remi", "cora", "colin", "gina", "staff"):
        for page in at.values():
            for address in (page, page.rstrip("/") + ".csv"):
                assert world.client(name).get(address).status_code == 404, (name, address)
    foreign = reverse("partnership_exit", args=[BAKERY, partnership.public_id])
    assert world.client("bruno").get(foreign).status_code == 404
    assert own


def test_it_is_searched_sorted_and_exported(world: World) -> None:
    partnership = ended(world, HOTEL, "hugo")
    hugo, page = world.client("hugo"), pages(partnership)["client"]
    found = hugo.get(page, {"q": "site-1.", "sort": "-renewal"})
    assert [line.product_name for line in found.context["page"]] == [
        "site-1.hotel-bellevue.example"
    ]
    exported = csv(hugo.get(page.rstrip("/") + ".csv"))
    assert exported.count("\n") == 1 + len(sheet(partnership))
    assert "Hôtel Bellevue" in exported


def test_its_queries_do_not_grow(world: World) -> None:
    world.add_products(world.organisation(BAKERY), 1)
    hugo, bruno = world.client("hugo"), world.client("bruno")
    few, many = ended(world, BAKERY, "bruno"), ended(world, HOTEL, "hugo")
    counts = []
    for browser, partnership in [(bruno, few), (hugo, many)]:
        page = pages(partnership)["client"]
        browser.get(page)
        with CaptureQueriesContext(connection) as captured:
            browser.get(page)
        counts.append(len(captured))
    assert counts[1] <= counts[0]


def test_what_goes_on_waiting_is_listed_before_the_end(world: World) -> None:
    """T21"""
    services.request_access(
        email="clara@clinique-belmont.example",
        access="full",
        payment_mode="client",
        another_organisation=True,
        by=world.actor("lea", ALPINE),
    )
    partnership = Partnership.objects.active().get(client__slug=CLINIC)
    page = world.client("clara").get(
        reverse("partnership_end", args=[CLINIC, partnership.public_id])
    )
    assert "Another request of Alpine Web Sàrl to clara@clinique-belmont.example" in page.text


# ---- What dies with it (T22) -----------------------------------------------------------------


def test_open_sessions_files_and_links_die_in_the_same_transaction(world: World) -> None:
    """T21, T22: products, settings, CSV and pages, in tabs opened before."""
    partnership = world.partnership(CLINIC, ALPINE)
    product = Product.objects.filter(partner_grants__partnership=partnership).first()
    tabs = [
        f"/o/{CLINIC}/",
        f"/o/{CLINIC}/products/",
        f"/o/{CLINIC}/products/products.csv",
        f"/o/{CLINIC}/products/{product.public_id}/",
        f"/o/{CLINIC}/products/{product.public_id}/settings/",
    ]
    own = [
        f"/o/{ALPINE}/reseller/clients/{partnership.public_id}/",
        f"/o/{ALPINE}/reseller/clients/{partnership.public_id}/products.csv",
    ]
    browsers = [world.client(name) for name in ("lea", "adam")]
    for browser in browsers:
        assert {browser.get(tab).status_code for tab in tabs} == {200}
    ended(world)
    for browser in browsers:
        assert {browser.get(tab).status_code for tab in tabs} == {404}
        assert browser.post(tabs[-1], {"name": "Mine"}).status_code == 404
        assert product.name not in csv(browser.get(own[1]))
        page = browser.get(own[0])
        assert page.status_code == 200
        assert "you reach nothing here any more" in page.text
    product.refresh_from_db()
    assert product.name != "Mine"


def test_an_old_link_opens_nothing_again(world: World) -> None:
    """T4, T22: the mail that once invited shows what became of it."""
    invited = invite(world)
    link = invited.links.get()
    accept(world, invited)
    end(world, invited, by=world.actor("gina", GARAGE), side=Side.CLIENT)
    remi = world.client("remi")
    page = remi.get(f"/invitations/{link.token}/", follow=True)
    assert "has ended" in page.text
    accepting = reverse("client_accept", args=[RHONE, invited.public_id])
    remi.post(accepting, {"version": invited.version})
    invited.refresh_from_db()
    assert invited.state == "ended"
    assert remi.get(f"/o/{GARAGE}/").status_code == 404


# ---- Taking over (L4) ------------------------------------------------------------------------


def test_the_client_reads_who_is_taken_over_before_it_grants(world: World) -> None:
    """L4: shown in the summary, and written to both logs by name."""
    from tests.clients.filling import Filled

    garage = world.organisation(GARAGE)
    world.add_member(RHONE, "carl", role="collaborator")
    for name in ("remi", "carl"):
        add_member(organisation=garage, user=world.person(name), role="external_user", by=None)
    page = Filled(
        world.client("gina"), reverse("partner_authorise", args=[GARAGE]) + f"?partner={RHONE}"
    )
    page = page.press("next", partner=RHONE).press("next", access="full")
    page = page.press("next", payment_mode="client")
    assert page.step == "summary"
    for words in ("2 people of Rhône Digital SAS are external users", "Rémi", "Carl"):
        assert words in page.text
    page.press("finish")
    accept(world, world.partnership(GARAGE, RHONE))
    assert logged(GARAGE).count("partnership.take_over") == 1
    history = world.client("gina").get(
        reverse("partnership", args=[GARAGE, world.partnership(GARAGE, RHONE).public_id])
    )
    assert "Memberships as external users ended" in history.text
    assert OutgoingMail.objects.filter(kind="clients.accepted").exists()


def test_nobody_to_take_over_is_not_spoken_of(world: World) -> None:
    from tests.clients.filling import Filled

    page = Filled(
        world.client("gina"), reverse("partner_authorise", args=[GARAGE]) + f"?partner={RHONE}"
    )
    page = page.press("next", partner=RHONE).press("next", access="full")
    page = page.press("next", payment_mode="client")
    assert "external user" not in page.text
