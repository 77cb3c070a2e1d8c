"""The organisation's log of acts: its lines, its readers, search and filters (A2, T9, T43)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access import log
from access.log import acting_from
from access.rules import Role
from clients import services
from clients.models import Product
from clients.rules import Offer, Side
from tests.journey import ALPINE, GARAGE, RHONE, accept, change, end, invite

pytestmark = pytest.mark.django_db
BAKERY, BELMONT = "boulangerie-du-lac", "clinique-belmont"
CANARY = "Canary 7f3a"


def url(slug=BELMONT, name="log", **query):
    return reverse(name, args=[slug], query=query)


def lines(world, name="clara", slug=BELMONT, **query):
    """The lines shown: act, who."""
    found = world.client(name).get(url(slug, **query)).context["lines"]
    return [(line.act.act, line.who) for line in found]


def rename(world, by, slug, product, to, **more):
    fields = {"notes": "", "technical_contact": "", "auto_renewal": True} | more
    return services.change_settings(
        product=world.product(slug, product), by=world.actor(by, slug), name=to, **fields
    )


def csv(world, name="clara", slug=BELMONT, **query):
    """The rows of the export, as they leave, without the header."""
    answer = world.client(name).get(url(slug, "log_csv", **query))
    text = b"".join(answer.streaming_content).decode()
    return [row.split(";") for row in text.strip().split("\r\n")[1:]]


# ---- A line -------------------------------------------------------------------------------------


def test_a_line_says_who_for_whom_by_what_and_what_changed(world):
    with acting_from("203.0.113.7"):
        rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    page = world.client("clara").get(url())
    for words in (
        "Changed the settings of",
        "Léa Favre",
        "Alpine Web Sàrl",
        "Partner with limited access",
        "203.0.113.7",
        "<del>Appointments server</del>",
        "<ins>Appointments</ins>",
    ):
        assert words in page.text
    product = world.product(BELMONT, "Appointments")
    assert reverse("product", args=[BELMONT, product.public_id]) in page.text


def test_ones_own_people_support_and_the_portal_stand_in_the_same_log(world):
    rename(world, "clara", BELMONT, "Care team chat", "Chat")
    log.write(organisation=world.organisation(BELMONT), act="partnership.lapse", by=None)
    found = lines(world)
    assert found[:2] == [
        ("partnership.lapse", "The portal"),
        ("product.change_settings", "Clara Meyer"),
    ]


def test_what_was_refused_is_told_apart(world):
    """T9"""
    browser = world.client("colin")
    assert browser.post(reverse("partner_authorise", args=[BELMONT])).status_code == 403
    page = world.client("clara").get(url())
    assert "Tried, but was not allowed: authorise a partner" in page.text
    assert lines(world, result="refused") == [("partners.authorise", "Colin Dubois")]
    assert "partners.authorise" not in [act for act, _who in lines(world, result="done")]


def test_a_list_shows_what_came_and_what_went(world):
    partnership = world.partnership(BELMONT, ALPINE)
    kept = world.product(BELMONT, "Appointments server")
    new = world.product(BELMONT, "Care team chat")
    change(world, partnership, Offer.limited([kept.pk, new.pk]))
    text = world.client("clara").get(url()).text
    assert "<ins>+ Care team chat</ins>" in text
    assert "<del>− www.clinique-belmont.example</del>" in text


def test_a_line_about_what_is_gone_has_no_link(world):
    product = world.product(BELMONT, "Care team chat")
    rename(world, "clara", BELMONT, "Care team chat", "Chat")
    link = reverse("product", args=[BELMONT, product.public_id])
    assert link in world.client("clara").get(url()).text
    Product.objects.filter(pk=product.pk).delete()
    page = world.client("clara").get(url())
    assert link not in page.text
    assert "<strong>Chat</strong>" in page.text


def test_it_survives_the_end(world):
    """Also for the name of a person and a partner that are no longer to be found there."""
    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    before = lines(world)
    partnership = world.partnership(BELMONT, ALPINE)
    end(world, partnership, by=world.actor("clara", BELMONT), side=Side.CLIENT)
    assert lines(world)[1:] == before
    assert ("product.change_settings", "Léa Favre") in before
    chosen = f"partner:{ALPINE}"
    assert ("product.change_settings", "Léa Favre") in lines(world, acted_for=chosen)


def test_where_somebody_sat_is_told_to_their_own_side_only(world):
    with acting_from("203.0.113.7"):
        invited = invite(world)
    with acting_from("198.51.100.9"):
        accept(world, invited)
    assert "198.51.100.9" not in world.client("gina").get(url(GARAGE)).text
    assert "203.0.113.7" in world.client("gina").get(url(GARAGE)).text
    assert "203.0.113.7" not in world.client("remi").get(url(RHONE)).text
    assert "198.51.100.9" in world.client("remi").get(url(RHONE)).text


# ---- Who reads it -------------------------------------------------------------------------------


def test_legal_representatives_and_administrators_read_it_and_nobody_else(world):
    world.add_member(BELMONT, "ada", Role.ADMINISTRATOR)
    world.add_member(BELMONT, "eve", Role.EXTERNAL_USER)
    for name, status in {"clara": 200, "ada": 200, "colin": 404, "eve": 404}.items():
        for where in ("log", "log_csv"):
            assert world.client(name).get(url(name=where)).status_code == status
    for name in ("lea", "adam", "remi", "bruno", "staff"):
        for where in ("log", "log_csv"):
            assert world.client(name).get(url(name=where)).status_code == 404


def test_another_organisations_lines_never_show(world):
    """T11, T43: in no page, filter, search or file."""
    rename(world, "bruno", BAKERY, world.products(BAKERY)[0].name, CANARY)
    product = world.product(BAKERY, CANARY)
    browser = world.client("clara")
    theirs = world.client("bruno").get(url(BAKERY))
    [bruno] = [key for key, name in choices(theirs, "person") if name == str(world.person("bruno"))]
    for query in (
        {},
        {"q": CANARY},
        {"product": product.public_id},
        {"person": bruno},
        {"acted_for": "partner:rhone-digital"},
    ):
        assert CANARY not in browser.get(url(**query)).text.replace(f'value="{CANARY}"', "")
        assert CANARY not in str(csv(world, **query))
    assert CANARY in theirs.text


def choices(page, name):
    """What a filter offers: key and label, groups opened."""
    found = []
    for key, label in page.context["listing"].filters.fields[name].choices:
        found += label if isinstance(label, list) else [(key, label)]
    return found


# ---- Search and filters -------------------------------------------------------------------------


def test_filters_narrow_and_join(world):
    rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    rename(world, "clara", BELMONT, "Care team chat", "Chat")
    page = world.client("clara").get(url())
    person = {name: key for key, name in choices(page, "person")}
    product = world.product(BELMONT, "Appointments").public_id
    mine = ("product.change_settings", "Clara Meyer")
    hers = ("product.change_settings", "Léa Favre")
    assert hers in lines(world, person=person["Léa Favre"])
    assert mine not in lines(world, person=person["Léa Favre"])
    assert lines(world, act="product.change_settings") == [mine, hers]
    assert {act.partition(".")[0] for act, _who in lines(world, act="product.")} == {"product"}
    assert lines(world, product=product)[0] == hers
    assert lines(world, acted_for=f"partner:{ALPINE}", act="product.") == [hers]
    assert lines(world, acted_for="own", act="product.change_settings") == [mine]
    assert lines(world, acted_for="support") == []
    assert lines(world, q="appoint", act="product.change_settings") == [hers]
    assert lines(world, q="CLARA", act="product.change_settings") == [mine]


def test_a_period_holds_whole_days(world):
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    assert lines(world, since=today, until=today)
    assert lines(world, since=tomorrow) == []
    assert lines(world, until=today - timedelta(days=1)) == []


def test_an_address_is_found(world):
    with acting_from("2001:db8::5"):
        rename(world, "lea", BELMONT, "Appointments server", "Appointments")
    assert lines(world, q="2001:db8::5") == [("product.change_settings", "Léa Favre")]


def test_the_oldest_first_too(world):
    assert lines(world, sort="at") == lines(world)[::-1]


def test_people_who_left_can_still_be_chosen(world):
    world.add_member(BELMONT, "gone", Role.ADMINISTRATOR)
    rename(world, "gone", BELMONT, "Care team chat", "Chat")
    world.membership("gone", BELMONT).delete()
    names = [label for _key, label in choices(world.client("clara").get(url()), "person")]
    assert names == ["Anybody", "Clara Meyer", "Gone", "Léa Favre"]


def test_keys_of_people_tell_nothing(world):
    """T43"""
    keys = [key for key, _name in choices(world.client("clara").get(url()), "person") if key]
    assert all(len(key) == 16 and not key.isdigit() for key in keys)


@pytest.mark.parametrize(
    "query",
    [
        "page=99",
        "page=x",
        "since=nonsense",
        "until=9999-12-31",
        "since=0001-01-01",
        "until=2999-12-31",
        "person=1",
        "acted_for=partner:nobody",
        "act=nothing",
        "product=%00",
        "q=%00%27%25",
        "q=fe80::1%25eth0",
        "q=999.999.999.999",
        "sort=-nonsense",
    ],
)
def test_a_wrong_address_still_answers(world, query):
    browser = world.client("clara")
    assert browser.get(f"{url()}?{query}").status_code == 200
    answer = browser.get(f"{url(name='log_csv')}?{query}")
    assert b"".join(answer.streaming_content)


def test_an_unknown_filter_says_so_and_offers_all(world):
    page = world.client("clara").get(url(q="zzzz"))
    assert "No line fits" in page.text
    assert "Show the whole log" in page.text
