"""The reseller's lists, one client's page, and their CSV (L1, O4, O5, T7, T10, T11)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Act
from clients.rules import Offer
from clients.services import end_partnership, grant_request, invite_partner, request_access
from partners.services import suspend

pytestmark = pytest.mark.django_db

ALPINE, BELMONT, GARAGE = "alpine-web", "clinique-belmont", "garage-nord"


def url(name="clients", *keys):
    return reverse(name, args=[ALPINE, *keys])


def names(response):
    return [row.client_name or row.asked_email for row in response.context["page"]]


def end(world, client, by="lea"):
    actor = world.actor(by, ALPINE)
    return end_partnership(partnership=world.partnership(client, ALPINE), side="partner", by=actor)


def invite(world, offer=None):
    return invite_partner(
        partner=world.partner(ALPINE),
        offer=offer or Offer.full("client"),
        by=world.actor("gina", GARAGE),
    )


# ---- active clients ----------------------------------------------------------------------------


def test_each_active_client_shows_its_access_payer_and_products(world):
    response = world.client("lea").get(url())
    rows = [
        (row.client_name, row.access, row.payment_mode, int(cells["reached"]))
        for row, cells in zip(response.context["page"], response.context["rows"], strict=True)
    ]
    assert rows == [
        ("Boulangerie du Lac", "full", "client", len(world.products("boulangerie-du-lac"))),
        ("Clinique Belmont", "limited", "client", 3),
        ("Hôtel Bellevue", "full", "partner", len(world.products("hotel-bellevue"))),
    ]
    assert reverse("home", args=[BELMONT]) in response.text


def test_a_collaborator_sees_only_the_clients_assigned(world):
    """O5: neither the others nor how many they are, and nothing that waits."""
    response = world.client("cora").get(url())
    assert names(response) == ["Boulangerie du Lac"]
    assert response.context["counts"] == {"active": 1, "ending": 0}
    assert "Waiting" not in response.text
    assert "Belmont" not in response.text


@pytest.mark.parametrize("stranger", ["remi", "bruno", "clara", "staff", "gina", "marc"])
@pytest.mark.parametrize("page", ["clients", "clients_waiting", "clients_over", "clients_csv"])
def test_strangers_find_nothing(world, stranger, page):
    assert world.client(stranger).get(url(page)).status_code == 404


@pytest.mark.parametrize("page", ["clients", "clients_waiting", "clients_over"])
def test_an_organisation_that_is_no_partner_has_no_reseller_space(world, page):
    for person, slug in (("gina", GARAGE), ("nina", "nova-hosting")):
        assert world.client(person).get(reverse(page, args=[slug])).status_code == 404


@pytest.mark.parametrize("page", ["clients_waiting", "clients_over", "clients_waiting_csv"])
def test_a_collaborator_has_no_waiting_and_no_ended_list(world, page):
    assert world.client("cora").get(url(page)).status_code == 404


@pytest.mark.parametrize("page", ["clients", "clients_waiting", "clients_over", "clients_csv"])
def test_lists_are_read_only(world, page):
    assert world.client("lea").post(url(page)).status_code == 405


def test_search_filter_and_sort(world):
    browser = world.client("lea")
    assert names(browser.get(url(), {"q": "BELM"})) == ["Clinique Belmont"]
    assert names(browser.get(url(), {"access": "limited"})) == ["Clinique Belmont"]
    assert names(browser.get(url(), {"payment_mode": "partner"})) == ["Hôtel Bellevue"]
    assert names(browser.get(url(), {"sort": "-client"}))[0] == "Hôtel Bellevue"
    assert "No client fits" in browser.get(url(), {"q": "nothing like it"}).text


@pytest.mark.parametrize(
    "query",
    ["sort=x", "page=999", "page=x", "access=%00", "payment_mode=none", "q=%00%27", "tab=x"],
)
def test_a_wrong_address_still_answers(world, query):
    response = world.client("lea").get(url() + "?" + query)
    assert response.status_code == 200


@pytest.mark.parametrize("page", ["clients", "clients_waiting", "clients_over"])
def test_one_row_costs_as_many_queries_as_thirty(world, page):
    browser, partner = world.client("lea"), world.partner(ALPINE)
    end(world, "hotel-bellevue")
    browser.get(url(page))

    def rows_and_queries(query):
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url(page), query)
        return len(names(response)), len(queries)

    first = names(browser.get(url(page)))[0]
    one, few = rows_and_queries({"q": first})
    made = world.add_clients(partner, 30, access="limited") if page != "clients_waiting" else []
    for asked in world.add_requests(partner, 30 if page == "clients_waiting" else 0):
        asked.asked_access, asked.asked_payment_mode = "limited", ""
        asked.save()
        asked.asked_categories.set([world.category("web-domains")])
    if page == "clients_over":
        type(made[0]).objects.filter(pk__in=[one.pk for one in made]).update(
            ends_at=timezone.now() - timedelta(days=1)
        )
    more, many = rows_and_queries({})
    assert one == 1
    assert more > 30
    assert few == many


def test_only_a_legal_representative_is_offered_to_add_and_to_stop(world):
    lea, adam = world.client("lea").get(url()).text, world.client("adam").get(url()).text
    partnership = world.partnership(BELMONT, ALPINE)
    for offered in (url("client_add"), url("client_end", partnership.public_id)):
        assert offered in lea
        assert offered not in adam


def test_a_suspended_partner_reads_that_and_is_not_offered_to_add(world):
    suspend(partner=world.partner(ALPINE), by=None)
    response = world.client("lea").get(url())
    assert "is not an approved partner at present" in response.text
    assert url("client_add") not in response.text
    assert len(names(response)) == 3


def test_who_has_no_client_reads_what_to_do_next(world):
    [newcomer] = world.add_partners(1)
    boss = newcomer.organisation.memberships.get().user
    browser = world.client()
    browser.force_login(boss)
    slug = newcomer.organisation.slug
    response = browser.get(reverse("clients", args=[slug]))
    assert "No client yet" in response.text
    assert reverse("client_add", args=[slug]) in response.text
    for page in ("clients_waiting", "clients_over"):
        assert "Nothing" in browser.get(reverse(page, args=[slug])).text


def test_a_client_past_its_end_date_is_no_longer_active(world):
    """L9: without any job."""
    partnership = world.partnership(BELMONT, ALPINE)
    type(partnership).objects.filter(pk=partnership.pk).update(
        ends_at=timezone.now() - timedelta(minutes=1)
    )
    browser = world.client("lea")
    assert "Clinique Belmont" not in names(browser.get(url()))
    over = browser.get(url("clients_over"))
    assert names(over) == ["Clinique Belmont"]
    assert over.context["page"][0].reached == 0
    page = browser.get(url("client", partnership.public_id))
    assert page.context["state"] == "ended"
    assert not page.context["granted"].products
    assert "Appointments server" not in page.text.split("History")[0]


# ---- waiting and ended -------------------------------------------------------------------------


def test_waiting_shows_requests_and_invitations(world):
    invite(world, Offer.limited([product.pk for product in world.products(GARAGE)[:2]]))
    response = world.client("lea").get(url("clients_waiting"))
    rows = {row.client_name or row.asked_email: row for row in response.context["page"]}
    assert set(rows) == {"Garage Nord", "marc@musee-du-jura.example"}
    assert rows["Garage Nord"].offered == 2
    assert url("client_accept", rows["Garage Nord"].public_id) in response.text
    asked = rows["marc@musee-du-jura.example"]
    assert url("client_resend", asked.public_id) in response.text
    assert url("client_accept", asked.public_id) not in response.text
    only = world.client("lea").get(url("clients_waiting"), {"state": "invited"})
    assert names(only) == ["Garage Nord"]
    assert "invites you" in world.client("lea").get(url()).text


def test_an_administrator_sees_what_waits_and_is_offered_nothing(world):
    invited = invite(world)
    response = world.client("adam").get(url("clients_waiting"))
    assert len(names(response)) == 2
    asked = world.partnership("musee-du-jura", ALPINE)
    for name, one in (("client_accept", invited), ("client_resend", asked)):
        assert url(name, one.public_id) not in response.text


def test_what_nobody_answered_in_time_is_over(world):
    """L8: without any job."""
    asked = world.partnership("musee-du-jura", ALPINE)
    type(asked).objects.filter(pk=asked.pk).update(expires_at=timezone.now())
    browser = world.client("lea")
    assert names(browser.get(url("clients_waiting"))) == []
    over = browser.get(url("clients_over"), {"state": "expired"})
    assert [row.shown_state for row in over.context["page"]] == ["expired"]


@pytest.mark.parametrize(("state", "found"), [("ended", 1), ("refused", 0), ("", 1)])
def test_ended_ones_stay_readable(world, state, found):
    end(world, "hotel-bellevue")
    response = world.client("adam").get(url("clients_over"), {"state": state})
    assert names(response) == ["Hôtel Bellevue"][:found]


# ---- one client --------------------------------------------------------------------------------


def test_the_page_shows_what_is_granted_and_what_happened(world):
    partnership = world.partnership(BELMONT, ALPINE)
    response = world.client("lea").get(url("client", partnership.public_id))
    shown = {product.name for product in response.context["granted"].products}
    hidden = {product.name for product in world.products(BELMONT)} - shown
    assert len(shown) == 3
    assert not [name for name in hidden if name in response.text]
    assert "The client invited the partner" in response.text
    assert "Clara Meyer" in response.text


def test_what_was_granted_otherwise_than_asked_is_marked(world):
    """T7: asked full and partner pays, granted one product, paid by the client."""
    asked = request_access(
        email="gina@garage-nord.example",
        access="full",
        payment_mode="partner",
        by=world.actor("lea", ALPINE),
    )
    grant_request(
        partnership=asked,
        client=world.organisation(GARAGE),
        offer=Offer.limited([world.products(GARAGE)[0].pk]),
        by=world.person("gina"),
    )
    response = world.client("adam").get(url("client", asked.public_id))
    difference = response.context["difference"]
    assert (difference.access, difference.payer) == (True, True)
    assert "granted other rights than you asked for" in response.text
    assert response.text.count("other than asked") == 2


def test_categories_asked_without_a_product_and_products_unasked_are_marked(world):
    asked = world.partnership("musee-du-jura", ALPINE)
    wanted = {category.slug for category in asked.asked_categories.all()}
    other = next(
        product
        for product in world.products("musee-du-jura")
        if product.product_type.category.slug not in wanted
    )
    grant_request(
        partnership=asked,
        client=world.organisation("musee-du-jura"),
        offer=Offer.limited([other.pk]),
        by=world.person("marc"),
    )
    difference = world.client("lea").get(url("client", asked.public_id)).context["difference"]
    assert not difference.access
    assert {category.slug for category in difference.missing} == wanted
    assert difference.unasked == [other]


def test_what_is_as_asked_carries_no_mark(world):
    partnership = world.partnership("boulangerie-du-lac", ALPINE)
    response = world.client("lea").get(url("client", partnership.public_id))
    assert not response.context["difference"]
    assert "other than asked" not in response.text


@pytest.mark.parametrize("client", ["musee-du-jura", BELMONT, "boulangerie-du-lac"])
def test_each_state_has_its_page_and_its_actions(world, client):
    partnership = world.partnership(client, ALPINE)
    page = url("client", partnership.public_id)
    stop = url("client_end", partnership.public_id)
    withdraw = url("client_withdraw", partnership.public_id)
    lea, adam = world.client("lea").get(page).text, world.client("adam").get(page).text
    assert (stop in lea, withdraw in lea) == (bool(partnership.client), not partnership.client)
    assert stop not in adam
    assert withdraw not in adam


def test_an_ended_client_shows_its_history_and_no_product(world):
    partnership = end(world, "boulangerie-du-lac")
    response = world.client("lea").get(url("client", partnership.public_id))
    assert response.status_code == 200
    assert "This is over since" in response.text
    assert "The collaboration was stopped" in response.text
    assert reverse("home", args=["boulangerie-du-lac"]) not in response.text


def test_a_refused_try_stands_in_the_history(world):
    partnership = world.partnership(BELMONT, ALPINE)
    adam = world.client("adam")
    assert adam.post(url("client_end", partnership.public_id)).status_code == 403
    assert Act.objects.filter(allowed=False, object_id=partnership.public_id).count() == 1
    assert "Tried, but was not allowed" in adam.get(url("client", partnership.public_id)).text


def test_a_collaborator_reads_the_page_without_the_log(world):
    browser = world.client("cora")
    own = world.partnership("boulangerie-du-lac", ALPINE)
    response = browser.get(url("client", own.public_id))
    assert response.status_code == 200
    assert "History" not in response.text
    for other in (BELMONT, "musee-du-jura"):
        key = world.partnership(other, ALPINE).public_id
        assert browser.get(url("client", key)).status_code == 404


@pytest.mark.parametrize("page", ["client", "client_products_csv"])
def test_another_partners_client_and_an_unknown_one_are_the_same(world, page):
    browser = world.client("lea")
    foreign = world.partnership("atelier-vigne", "rhone-digital")
    answers = [browser.get(url(page, key)) for key in (foreign.public_id, "nothinglikethis")]
    assert [answer.status_code for answer in answers] == [404, 404]
    own = world.partnership(BELMONT, ALPINE).public_id
    for stranger in ("remi", "clara", "staff"):
        assert world.client(stranger).get(url(page, own)).status_code == 404


# ---- CSV ---------------------------------------------------------------------------------------


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return [line.split(";") for line in text.splitlines()]


def test_the_csv_holds_the_rows_of_the_list(world):
    rows = rows_of(world.client("lea").get(url("clients_csv"), {"access": "full"}))
    assert [row[0] for row in rows] == ["Client", "Boulangerie du Lac", "Hôtel Bellevue"]
    assert rows[1][2:5] == ["Active", "Full access", "Client pays"]
    assert rows[1][5] == str(len(world.products("boulangerie-du-lac")))
    waiting = rows_of(world.client("lea").get(url("clients_waiting_csv")))
    assert [row[:4] for row in waiting[1:]] == [
        ["", "marc@musee-du-jura.example", "Requested", "Limited access"]
    ]
    end(world, "hotel-bellevue")
    ended = rows_of(world.client("lea").get(url("clients_over_csv")))
    assert [(row[0], row[2], row[5]) for row in ended[1:]] == [("Hôtel Bellevue", "Ended", "0")]


def test_a_collaborators_csv_holds_only_the_clients_assigned(world):
    rows = rows_of(world.client("cora").get(url("clients_csv")))
    assert [row[0] for row in rows[1:]] == ["Boulangerie du Lac"]


def test_one_clients_csv_holds_what_the_partner_reaches_now(world):
    """T10, T22."""
    partnership = world.partnership(BELMONT, ALPINE)
    browser, address = world.client("lea"), url("client_products_csv", partnership.public_id)
    shown = [row[0] for row in rows_of(browser.get(address))[1:]]
    assert len(shown) == 3
    assert shown == [
        product.name
        for product in world.client("lea")
        .get(url("client", partnership.public_id))
        .context["granted"]
        .products
    ]
    end(world, BELMONT)
    assert rows_of(browser.get(address))[1:] == []
    waiting = world.partnership("musee-du-jura", ALPINE)
    assert rows_of(browser.get(url("client_products_csv", waiting.public_id)))[1:] == []


def test_a_name_that_looks_like_a_formula_is_neutralised(world):
    """T32."""
    organisation = world.organisation(BELMONT)
    organisation.name = "=cmd|'/c calc'!A1"
    organisation.save()
    rows = rows_of(world.client("lea").get(url("clients_csv"), {"q": "cmd"}))
    assert rows[1][0] == "'=cmd|'/c calc'!A1"


def test_a_page_past_the_last_shows_the_last_with_its_numbers(world):
    first, last = (
        world.client("lea").get("/o/alpine-web/reseller/clients/", {"page": page})
        for page in ("1", "99")
    )
    rows = [[(row["id"], row["reached"]) for row in page.context["rows"]] for page in (first, last)]
    assert rows[0] == rows[1] != []
