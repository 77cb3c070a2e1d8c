"""The client's partners: list, details, CSV, and what waits (L3, L5, O4, A2, T7, T10)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Act
from access.rules import Role
from clients.models import Partnership
from clients.rules import Offer, PartnershipState
from partners.models import Partner
from tests.journey import ALPINE, GARAGE, RHONE, accept, ask, change, end, grant, invite, limited

pytestmark = pytest.mark.django_db

BELMONT, BELLEVUE = "clinique-belmont", "hotel-bellevue"


def url(slug=BELMONT, name="partners", *keys):
    return reverse(name, args=[slug, *keys])


def details(world, slug=BELMONT, partner=ALPINE, name="partnership"):
    return url(slug, name, world.partnership(slug, partner).public_id)


def shown(response):
    return [(row.partner_name, state, number) for row, state, number in response.context["rows"]]


# ---- the list ------------------------------------------------------------------------------------


def test_each_partner_shows_access_payer_and_state(world):
    page = world.client("clara").get(url())
    assert shown(page) == [("Alpine Web Sàrl", "active", 3)]
    for words in ("Limited access", "3 products", "Clinique Belmont", "Stop the collaboration"):
        assert words in page.text
    page = world.client("hugo").get(url(BELLEVUE))
    assert "Whole organisation" in page.text
    assert page.text.count("Alpine Web Sàrl</td>") == 1  # the payer


def test_a_client_without_partner_reads_what_to_do(world):
    page = world.client("gina").get(url(GARAGE))
    assert "No partner yet" in page.text
    assert page.text.count(reverse("partner_authorise", args=[GARAGE])) == 2


def test_an_administrator_sees_the_table_and_is_not_offered_the_acts(world):
    """O4"""
    world.add_member(BELMONT, "ada", Role.ADMINISTRATOR)
    browser = world.client("ada")
    pages = [browser.get(url()), browser.get(details(world))]
    for page in pages:
        assert page.status_code == 200
        assert "Alpine Web Sàrl" in page.text
        for words in ("Stop the collaboration", "Change the access", "Authorise a partner"):
            assert words not in page.text


def test_a_suspended_partner_is_told_apart(world):
    Partner.objects.filter(organisation__slug=ALPINE).update(state="suspended")
    assert shown(world.client("clara").get(url()))[0][1] == "suspended"
    assert "Suspended" in world.client("clara").get(details(world)).text


def test_invitations_wait_apart_and_can_be_sent_again_or_withdrawn(world):
    invited = invite(world, limited(world, GARAGE, "garage-nord.example"))
    page = world.client("gina").get(url(GARAGE), {"tab": "waiting"})
    assert shown(page) == [("Rhône Digital SAS", "invited", 1)]
    for name in ("partnership_resend", "partnership_withdraw"):
        assert url(GARAGE, name, invited.public_id) in page.text
    assert page.context["counts"] == {"active": 0, "waiting": 1, "ending": 0, "ended": 0}


def test_what_is_over_stays_readable(world):
    """L8: an invitation past its time is over, though no job wrote it down yet."""
    refused = invite(world)
    world.client("gina").post(url(GARAGE, "partnership_withdraw", refused.public_id))
    late = invite(world, partner=ALPINE)
    Partnership.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(days=1))
    page = world.client("gina").get(url(GARAGE), {"tab": "ended"})
    assert {(name, str(state)) for name, state, _number in shown(page)} == {
        ("Alpine Web Sàrl", "expired"),
        ("Rhône Digital SAS", "withdrawn"),
    }
    page = world.client("gina").get(details(world, GARAGE, RHONE))
    assert "It was withdrawn" in page.text


def test_a_request_to_the_reader_stands_out(world):
    """Only for the address asked: not for another representative of the organisation (T2)."""
    asked = ask(world)
    answer = reverse("request_answer", args=[asked.public_id])
    page = world.client("gina").get(url(GARAGE))
    assert "Alpine Web Sàrl asks for access to your products." in page.text
    assert answer in page.text
    world.add_member(GARAGE, "rep", Role.LEGAL_REPRESENTATIVE)
    page = world.client("rep").get(url(GARAGE))
    assert "Alpine" not in page.text
    assert answer not in page.text


def test_search_and_sort(world):
    accept(world, invite(world, limited(world, GARAGE, "garage-nord.example")))
    accept(world, invite(world, partner=ALPINE), by="lea")
    browser = world.client("gina")

    def names(**query):
        return [name for name, _s, _n in shown(browser.get(url(GARAGE), query))]

    assert names() == ["Alpine Web Sàrl", "Rhône Digital SAS"]
    assert names(sort="-partner") == ["Rhône Digital SAS", "Alpine Web Sàrl"]
    assert names(sort="access") == ["Alpine Web Sàrl", "Rhône Digital SAS"]
    assert names(q="DIGITAL") == ["Rhône Digital SAS"]
    assert names(q="Garage Nord") == []
    assert "No partner fits" in browser.get(url(GARAGE), {"q": "zzz"}).text


@pytest.mark.parametrize("query", ["tab=none", "sort=nonsense", "page=x", "q=%00%27", "tab=%00"])
def test_a_wrong_address_still_answers(world, query):
    assert world.client("clara").get(f"{url()}?{query}").status_code == 200


def test_thirty_partners_cost_as_many_queries_as_one(world):
    client = world.organisation(BELMONT)

    def cost(tab):
        with CaptureQueriesContext(connection) as queries:
            page = world.client("clara").get(url(), {"tab": tab})
        return len(queries), len(page.context["rows"])

    before = {tab: cost(tab)[0] for tab in ("active",)}
    now = timezone.now()
    for state in ("active", "invited", "ended"):
        Partnership.objects.bulk_create(
            Partnership(
                client=client,
                partner=partner,
                state=PartnershipState(state),
                opened_by="client",
                access="limited",
                payment_mode="client",
                sent_at=now,
                started_at=now,
                expires_at=now + timedelta(days=3),
            )
            for partner in world.add_partners(30)
        )
    assert cost("active") == (before["active"], 31)
    assert cost("waiting")[1] == cost("ended")[1] == 30


def test_csv_holds_all_of_them_and_no_formula(world):
    """M11, T32"""
    partner = world.partner(ALPINE).organisation
    partner.name = "=1+1 Alpine"
    partner.save()
    answer = world.client("clara").get(url(BELMONT, "partners_csv"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Partner;State;Access;Who pays;Products")
    assert lines[1].startswith("'=1+1 Alpine;Active;Limited access;Client pays;3;")
    assert len(lines) == 2


# ---- details -------------------------------------------------------------------------------------


def test_the_details_name_what_was_granted(world):
    page = world.client("clara").get(details(world))
    granted = [one.name for one in page.context["granted"].products]
    assert len(granted) == 3
    for words in (*granted, "Clinique Belmont pays", "Change the access", "History"):
        assert words in page.text
    hidden = {one.name for one in world.products(BELMONT)} - set(granted)
    assert not [name for name in hidden if name in page.text]


def test_many_products_come_page_by_page(world):
    world.add_products(world.organisation(GARAGE), 60)
    keys = [one.pk for one in world.products(GARAGE)]
    invite(world, Offer.limited(keys))
    browser = world.client("gina")
    first = browser.get(details(world, GARAGE, RHONE))
    second = browser.get(details(world, GARAGE, RHONE), {"page": 2})
    assert "64 products" in first.text
    shown = [
        [one.name for _category, found in page.context["groups"] for one in found]
        for page in (first, second)
    ]
    assert [len(names) for names in shown] == [50, 14]
    assert not set(shown[0]) & set(shown[1])


def test_the_payment_mode_has_its_pencil(world):
    page = world.client("hugo").get(details(world, BELLEVUE))
    assert "Alpine Web Sàrl pays" in page.text
    assert f"{details(world, BELLEVUE, name='partnership_change')}?step=payment" in page.text
    assert "?step=payment" not in world.client("clara").get(details(world)).text


def test_what_was_asked_stands_beside_what_was_granted(world):
    """T7"""
    grant(world, ask(world), limited(world, GARAGE, "garage-nord.example"))
    page = world.client("gina").get(details(world, GARAGE, ALPINE))
    assert "What was asked" in page.text
    assert "You granted other rights than those asked." in page.text


def test_the_history_tells_each_change_and_survives_the_end(world):
    """A2"""
    partnership = grant(world, ask(world))
    change(world, partnership, limited(world, GARAGE, "garage-nord.example"))
    end(world, partnership, by=world.actor("lea", ALPINE), side="partner")
    page = world.client("gina").get(details(world, GARAGE, ALPINE))
    acts = [str(entry.what) for entry in page.context["entries"]]
    assert acts == [
        "The collaboration was stopped",
        "The client changed the access",
        "The client accepted and granted access",
        "Access was asked for",
    ]
    assert "Léa Favre" in page.text
    assert "reaches nothing here" in page.text
    assert "Change the access" not in page.text


# ---- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lea", "adam", "cora", "remi", "gina", "colin", "nina", "staff"])
@pytest.mark.parametrize("page", ["partners", "partners_csv", "partnership"])
def test_nobody_else_finds_them(world, name, page):
    """Neither the partner's people, nor a collaborator, nor strangers."""
    address = details(world) if page == "partnership" else url(BELMONT, page)
    assert world.client(name).get(address).status_code == 404


def test_another_clients_partnership_and_none_answer_alike(world):
    """T43"""
    other = world.partnership(BELLEVUE, ALPINE).public_id
    browser = world.client("clara")
    for key in (other, "nonesuch", str(world.partnership(BELMONT, ALPINE).pk)):
        for name in ("partnership", "partnership_change", "partnership_end"):
            assert browser.get(url(BELMONT, name, key)).status_code == 404
        for name in ("partnership_resend", "partnership_withdraw"):
            assert browser.post(url(BELMONT, name, key)).status_code == 404


@pytest.mark.parametrize("name", ["partners", "partners_csv", "partnership"])
def test_pages_to_read_take_no_post(world, name):
    address = details(world) if name == "partnership" else url(BELMONT, name)
    assert world.client("clara").post(address).status_code == 405


# ---- what waits ----------------------------------------------------------------------------------


def test_send_again_and_withdraw(world):
    invited = invite(world)
    browser = world.client("gina")
    answer = browser.post(url(GARAGE, "partnership_resend", invited.public_id), follow=True)
    assert "Sent again to Rhône Digital SAS" in answer.text
    assert invited.links.filter(replaced_at=None).count() == 1
    address = url(GARAGE, "partnership_withdraw", invited.public_id)
    assert "stops working at once" in browser.get(address).text
    answer = browser.post(address, follow=True)
    assert "Rhône Digital SAS was told" in answer.text
    assert world.partnership(GARAGE, RHONE).state == "withdrawn"
    assert browser.post(address, follow=True).status_code == 200  # once more: told, not done
    assert Act.objects.filter(act="partnership.withdraw", organisation__slug=GARAGE).count() == 1


def test_sending_again_needs_a_button(world):
    invited = invite(world)
    assert (
        world.client("gina").get(url(GARAGE, "partnership_resend", invited.public_id)).status_code
        == 405
    )


def test_only_a_legal_representative_sends_again_or_withdraws(world):
    """O4"""
    invited = invite(world)
    world.add_member(GARAGE, "ada", Role.ADMINISTRATOR)
    for name in ("partnership_resend", "partnership_withdraw"):
        answer = world.client("ada").post(url(GARAGE, name, invited.public_id))
        assert answer.status_code == 403
        assert "Gina Romano" in answer.text
        for stranger in ("remi", "lea", "clara"):
            answer = world.client(stranger).post(url(GARAGE, name, invited.public_id))
            assert answer.status_code == 404
    assert world.partnership(GARAGE, RHONE).state == "invited"


def test_an_accepted_one_cannot_be_withdrawn(world):
    accepted = accept(world, invite(world, Offer.full("client")))
    address = url(GARAGE, "partnership_withdraw", accepted.public_id)
    answer = world.client("gina").post(address, follow=True)
    assert "already accepted" in answer.text
    assert world.partnership(GARAGE, RHONE).state == "active"
