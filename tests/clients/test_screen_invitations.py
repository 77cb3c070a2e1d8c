"""The mailed links: T1-T6, L2, L8, and what each reader may know."""

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.models import Act, OutgoingMail
from clients.models import InvitationLink, Partnership
from clients.rules import Offer
from clients.services import invite_partner, request_access, resend, withdraw
from clients.views.invitations import masked

pytestmark = pytest.mark.django_db

ALPINE, GARAGE = "alpine-web", "garage-nord"
GONE = reverse("invitation_gone")


@pytest.fixture
def asked(world):
    return world.partnership("musee-du-jura", ALPINE)


@pytest.fixture
def invited(world):
    offer = Offer.limited([product.pk for product in world.products(GARAGE)[:2]])
    return invite_partner(
        partner=world.partner(ALPINE), offer=offer, by=world.actor("gina", GARAGE)
    )


def link_of(partnership):
    return partnership.links.get(replaced_at=None)


def page_of(link):
    return reverse("invitation", args=[link.public_id])


def opened(browser, link):
    """What a reader of the mail gets who presses its link."""
    return browser.get(reverse("invitation_link", args=[link.token]), follow=True)


def everything():
    return (
        list(Partnership.objects.order_by("pk").values()),
        list(InvitationLink.objects.order_by("pk").values()),
        Act.objects.count(),
        OutgoingMail.objects.count(),
    )


# ---- the token -----------------------------------------------------------------------------------


def test_the_token_leaves_the_address_at_once(world, asked):
    """T4: it is in no page, and no Referer carries it."""
    link = link_of(asked)
    browser = world.client()
    response = browser.get(reverse("invitation_link", args=[link.token]))
    assert response.url == page_of(link)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    page = browser.get(response.url)
    assert link.token not in page.text
    assert link.token not in str(dict(browser.session))


@pytest.mark.parametrize("token", ["nothing", "0" * 64, "a" * 5000])
def test_an_unknown_token_is_told_so_without_standing_in_an_address(world, token):
    response = world.client().get(reverse("invitation_link", args=[token]))
    assert response.url == GONE
    assert response.headers["Referrer-Policy"] == "no-referrer"
    page = world.client().get(GONE)
    assert page.status_code == 404
    assert "not, or no longer, valid" in page.text


def test_the_page_needs_the_link_or_the_address(world, asked):
    """Whoever only knows the id in the address gets what an unknown id gets."""
    link = link_of(asked)
    for reader in (None, "gina", "lea"):
        known = world.client(reader).get(page_of(link))
        unknown = world.client(reader).get(reverse("invitation", args=["nothinglikethis"]))
        assert (known.status_code, unknown.status_code) == (404, 404)
        assert "marc" not in known.text
        assert "asks for access" not in known.text
    assert world.client("marc").get(page_of(link)).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("reader", [None, "marc", "lea", "gina"])
def test_a_scanner_that_follows_every_link_changes_nothing(world, asked, invited, method, reader):
    """T1"""
    browser, before = world.client(reader), everything()
    for link in (link_of(asked), link_of(invited)):
        for address in (reverse("invitation_link", args=[link.token]), page_of(link)):
            getattr(browser, method)(address)
    assert everything() == before


def test_links_take_no_form(world, asked):
    """T1, T3: there is nothing to post here."""
    link = link_of(asked)
    browser = world.client("marc")
    for address in (reverse("invitation_link", args=[link.token]), page_of(link), GONE):
        assert browser.post(address).status_code == 405


# ---- who reads what ------------------------------------------------------------------------------


def test_a_reader_of_the_mail_reads_who_asks_for_what_and_how_to_answer(world, asked):
    page = opened(world.client(), link_of(asked))
    assert "Alpine Web Sàrl asks for access to your organisation" in page.text
    assert "Limited access" in page.text
    assert "m•••@musee-du-jura.example" in page.text
    assert "marc@musee" not in page.text
    assert "summer exhibition" not in page.text
    back = f"?next={page_of(link_of(asked))}"
    assert reverse("account_login") + back in page.text
    assert reverse("account_signup") + back in page.text
    assert reverse("request_answer", args=[asked.public_id]) not in page.text


def test_the_person_asked_is_led_to_the_answer(world, asked):
    page = opened(world.client("marc"), link_of(asked))
    assert reverse("request_answer", args=[asked.public_id]) in page.text
    assert reverse("request_refuse", args=[asked.public_id]) in page.text
    assert "summer exhibition" in page.text


def test_a_forwarded_link_shows_nothing_to_another_account(world, asked):
    """T2: a neutral page with a masked address; the request stays open."""
    page = opened(world.client("gina"), link_of(asked))
    assert page.status_code == 200
    assert "m•••@musee-du-jura.example" in page.text
    assert "Alpine" not in page.text
    assert reverse("request_answer", args=[asked.public_id]) not in page.text
    assert Partnership.objects.get(pk=asked.pk).state == "requested"


def test_an_address_that_is_not_proven_is_another_account(world, asked):
    """T5: signed up with the invited address, never confirmed."""
    marc = world.person("marc")
    marc.emailaddress_set.update(verified=False)
    page = opened(world.client("marc"), link_of(asked))
    assert "This link is for another address" in page.text
    assert world.client("marc").get(page_of(link_of(asked))).status_code == 404


def test_a_second_proven_address_of_the_person_counts(world, asked):
    gina = world.person("gina")
    gina.emailaddress_set.create(email="Marc@Musee-du-Jura.example", verified=True)
    page = opened(world.client("gina"), link_of(asked))
    assert reverse("request_answer", args=[asked.public_id]) in page.text


def test_signing_out_leads_to_the_sign_in_and_back(world, asked):
    """After which the address itself is the proof: the session of before is gone."""
    link, browser = link_of(asked), world.client("gina")
    opened(browser, link)
    back = f"{reverse('account_login')}?next={page_of(link)}"
    response = browser.post(reverse("account_logout"), {"next": back})
    assert response.url == back
    browser.force_login(world.person("marc"))
    assert "Choose what to grant" in browser.get(page_of(link)).text


def test_who_has_no_account_is_led_from_the_sign_up_to_the_answer(world):
    """L2: sign up, confirm the address, sign in; then the answer asks for an organisation."""
    new = "zoe@fresh.example"
    asked = request_access(
        email=new, access="full", payment_mode="client", by=world.actor("lea", ALPINE)
    )
    browser, password = world.client(), "a long Password of hers"
    opened(browser, link_of(asked))
    sign_up = {"name": "Zoé", "email": new, "password1": password, "password2": password}
    browser.post(reverse("account_signup"), sign_up | {"next": page_of(link_of(asked))})
    address = EmailAddress.objects.get(email=new)
    assert not address.verified
    browser.post(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))
    signed_in = {"login": new, "password": password}
    response = browser.post(reverse("account_login"), signed_in, follow=True)
    assert response.redirect_chain[-1][0] == reverse("request_answer", args=[asked.public_id])
    assert "Create your organisation" in response.text


# ---- invitations of clients ----------------------------------------------------------------------


def test_the_partners_representative_is_led_to_the_reseller_space(world, invited):
    response = opened(world.client("lea"), link_of(invited))
    address = reverse("client_accept", args=[ALPINE, invited.public_id])
    assert response.redirect_chain[-1][0] == address
    assert "Garage Nord invites Alpine Web Sàrl" in response.text


def test_to_a_reader_of_the_mail_products_are_a_number(world, invited):
    page = opened(world.client(), link_of(invited))
    assert "Garage Nord invites Alpine Web Sàrl" in page.text
    assert "2 products" in page.text
    assert not [one.name for one in world.products(GARAGE) if one.name in page.text]


def test_who_no_longer_represents_the_partner_reads_who_can(world, invited):
    """L2"""
    membership = world.membership("lea", ALPINE)
    type(membership).objects.filter(pk=membership.pk).update(role="administrator")
    boss = world.add_member(ALPINE, "boris", "legal_representative")
    page = opened(world.client("lea"), link_of(invited))
    assert "only a legal representative of Alpine Web Sàrl can" in page.text
    assert boss.name in page.text
    membership.delete()
    page = opened(world.client("lea"), link_of(invited))
    assert "only a legal representative of Alpine Web Sàrl can" in page.text
    assert boss.name not in page.text


# ---- replays -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", [None, "marc", "gina"])
def test_a_withdrawn_request_tells_the_outcome(world, asked, reader):
    link = link_of(asked)
    withdraw(partnership=asked, by=world.actor("lea", ALPINE))
    before = everything()
    page = opened(world.client(reader), link)
    assert "This was withdrawn meanwhile" in page.text
    assert reverse("request_answer", args=[asked.public_id]) not in page.text
    assert everything() == before


def test_a_link_sent_before_the_last_one_leads_nowhere(world, asked):
    link = link_of(asked)
    resend(partnership=asked, by=world.actor("lea", ALPINE))
    for reader in (None, "marc"):
        page = opened(world.client(reader), link)
        assert "open the link in the newest mail" in page.text
        assert reverse("request_answer", args=[asked.public_id]) not in page.text
    assert "Choose what to grant" in opened(world.client("marc"), link_of(asked)).text


def test_after_the_time_to_answer_it_is_over(world, asked):
    """L8: without any job."""
    Partnership.objects.filter(pk=asked.pk).update(expires_at=timezone.now())
    page = opened(world.client("marc"), link_of(asked))
    assert "Nobody answered in time" in page.text


def test_after_the_answer_the_link_leads_each_side_to_its_page(world, invited):
    link = link_of(invited)
    world.client("lea").post(
        reverse("client_accept", args=[ALPINE, invited.public_id]), {"version": 1}
    )
    for reader, name, slug in (("lea", "client", ALPINE), ("gina", "partnership", GARAGE)):
        page = opened(world.client(reader), link)
        assert "already accepted" in page.text
        assert reverse(name, args=[slug, invited.public_id]) in page.text
    page = opened(world.client("remi"), link)
    assert "already accepted" in page.text
    assert invited.public_id not in page.text
    assert "Garage" not in page.text
    assert "Alpine" not in page.text


# ---- details -------------------------------------------------------------------------------------


def test_only_the_last_links_are_kept_in_the_session(world, asked):
    browser = world.client()
    for _number in range(30):
        link = InvitationLink(partnership=asked, email=asked.asked_email)
        link.token_hash = InvitationLink.hash_of(link.token)
        link.save()
        browser.get(reverse("invitation_link", args=[link.token]))
    shown = browser.session["shown_invitations"]
    assert len(shown) == 20
    assert shown[-1] == link.public_id


@pytest.mark.parametrize(
    ("email", "shown"),
    [("joe@example.ch", "j•••@example.ch"), ("j@example.ch", "j•••@example.ch"), ("", "•••@")],
)
def test_an_address_is_masked(email, shown):
    assert masked(email) == shown


def test_the_page_costs_few_queries(world, asked):
    browser = world.client()
    opened(browser, link_of(asked))
    with CaptureQueriesContext(connection) as queries:
        browser.get(page_of(link_of(asked)))
    assert len(queries) <= 4
