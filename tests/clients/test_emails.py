"""The journey's letters: both sides named, what was asked or given, one next step, and why."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from access import letters
from access.models import Organisation
from clients import letter_parts
from clients.models import Category, InvitationLink, Partnership
from clients.rules import Access, PartnershipState, PaymentMode, Side
from partners.models import Partner

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "fr"]
FULL = {"access": "full", "payment_mode": "partner", "products": []}
FULL_CLIENT = FULL | {"payment_mode": "client"}
LIMITED = {"access": "limited", "payment_mode": "client", "products": ["Web shop", "Newsletter"]}
UNTIL = LIMITED | {"ends_on": "2027-03-31"}
ASKED = {"access": "full", "categories": [], "payment_mode": "partner"}
ASKED_LIMITED = {
    "access": "limited",
    "categories": ["letters-web", "letters-cloud"],
    "payment_mode": None,
}


@pytest.fixture
def garage() -> Organisation:
    return Organisation.objects.create(
        name="Garage Nord", slug="letters-garage", country="CH", currency="CHF"
    )


@pytest.fixture
def alpine() -> Partner:
    organisation = Organisation.objects.create(
        name="Alpine Web Sàrl", slug="letters-alpine", country="CH", currency="CHF"
    )
    return Partner.objects.create(
        organisation=organisation, state="approved", approved_at=timezone.now()
    )


@pytest.fixture
def link(garage: Organisation, alpine: Partner) -> InvitationLink:
    """A request of Alpine Web that waits, and the link that was sent for it."""
    now = timezone.now()
    partnership = Partnership.objects.create(
        client=garage,
        partner=alpine,
        state=PartnershipState.REQUESTED,
        opened_by=Side.PARTNER,
        asked_email="gina@garage-nord.example",
        asked_access=Access.FULL,
        asked_payment_mode=PaymentMode.PARTNER,
        sent_at=now,
        expires_at=now + timedelta(days=30),
    )
    made = InvitationLink(partnership=partnership, email="gina@garage-nord.example")
    made.token_hash = InvitationLink.hash_of(made.token)
    made.save()
    return made


def facts(link: InvitationLink, **changes: object) -> dict[str, object]:
    """What Gina's organisation reads about what Lea's did; changed where a letter wants more."""
    return {
        "partnership": link.partnership.public_id,
        "client": "Garage Nord",
        "partner": "Alpine Web Sàrl",
        "by": "Lea Martin",
        "by_side": "partner",
        "reader": "client",
        "reader_slug": "letters-garage",
        "link": link.pk,
        "message": "",
    } | changes


BY_CLIENT = {"by": "Gina Blanc", "by_side": "client"}
TO_PARTNER = {"reader": "partner", "reader_slug": "letters-alpine"}
UNKNOWN = {"client": "", "reader_slug": ""}
MANY = [f"Product {n}" for n in range(1, 13)]

LETTERS: dict[str, tuple[str, dict[str, object]]] = {
    "the partner confirms to pay": ("payment_confirmed", {}),
    "the partner declines to pay": ("payment_declined", {}),
    "request for full access": ("requested", {"asked": ASKED}),
    "request to a stranger": ("requested", UNKNOWN | {"asked": ASKED_LIMITED, "message": "Hi!"}),
    "invitation": ("invited", BY_CLIENT | TO_PARTNER | {"granted": FULL}),
    "limited invitation": ("invited", BY_CLIENT | TO_PARTNER | {"granted": LIMITED}),
    "request accepted as asked": (
        "accepted", BY_CLIENT | TO_PARTNER | {"asked": ASKED, "granted": FULL},
    ),
    "request accepted otherwise": (
        "accepted", BY_CLIENT | TO_PARTNER | {"asked": ASKED, "granted": LIMITED},
    ),
    "invitation accepted": ("accepted", {"asked": None, "granted": FULL_CLIENT}),
    "request refused": ("refused", BY_CLIENT | TO_PARTNER),
    "request refused by a stranger": ("refused", BY_CLIENT | TO_PARTNER | {"client": "", "by": ""}),
    "invitation refused": ("refused", {}),
    "request withdrawn": ("withdrawn", {}),
    "request to a stranger withdrawn": ("withdrawn", UNKNOWN),
    "invitation withdrawn": ("withdrawn", BY_CLIENT | TO_PARTNER),
    "request expired, its sender": ("expired", TO_PARTNER | {"by": "", "by_side": ""}),
    "request expired, the other": ("expired", {"by": "", "by_side": ""}),
    "request to a stranger expired": (
        "expired", TO_PARTNER | {"client": "", "by": "", "by_side": ""},
    ),
    "access changed": (
        "access_changed",
        BY_CLIENT | TO_PARTNER | {"before": FULL, "after": LIMITED, "gained": [], "lost": MANY},
    ),
    "payment mode changed": (
        "payment_mode_changed",
        BY_CLIENT | TO_PARTNER | {"before": FULL_CLIENT, "after": FULL},
    ),
    "reminder of a request": ("reminder", {"asked": ASKED, "by": ""}),
    "reminder of a request to a stranger": ("reminder", UNKNOWN | {"asked": ASKED_LIMITED}),
    "reminder of an invitation": ("reminder", BY_CLIENT | TO_PARTNER | {"granted": UNTIL}),
    "access changed, with an end date": (
        "access_changed",
        BY_CLIENT | TO_PARTNER | {"before": FULL, "after": UNTIL, "gained": [], "lost": MANY},
    ),
    "end date set": (
        "end_date_changed",
        BY_CLIENT
        | TO_PARTNER
        | {"before": {"ends_on": None}, "after": {"ends_on": "2027-03-31"}},
    ),
    "end date removed": (
        "end_date_changed",
        BY_CLIENT
        | TO_PARTNER
        | {"before": {"ends_on": "2027-03-31"}, "after": {"ends_on": None}},
    ),
    "ending soon, to the client": ("ending_soon", {"by": "", "by_side": ""}),
    "ending soon, to the partner": ("ending_soon", TO_PARTNER | {"by": "", "by_side": ""}),
    "ended, to the client": ("ended", {"before": FULL}),
    "ended, to the partner": ("ended", TO_PARTNER | {"before": FULL}),
    "end date reached": ("ended", TO_PARTNER | {"by": "", "by_side": "", "before": FULL}),
}  # fmt: skip


def near_its_end(link: InvitationLink) -> None:
    """The partnership is active and ends in three days."""
    now = timezone.now()
    Partnership.objects.filter(pk=link.partnership_id).update(
        state="active",
        access="full",
        payment_mode="client",
        started_at=now,
        ends_at=now + timedelta(days=3),
    )


def write(link: InvitationLink, title: str, *, language: str = "en") -> letters.Rendered | None:
    kind, changes = LETTERS[title]
    if kind == "ending_soon":
        near_its_end(link)
    return letters.write(
        f"clients.{kind}", facts(link, **changes), language=language, name="Reader Name"
    )


def text(link: InvitationLink, kind: str, **changes: object) -> str:
    """The letter's text on one line."""
    rendered = letters.write(f"clients.{kind}", facts(link, **changes), language="en")
    return " ".join(rendered.text.split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("title", LETTERS)
def test_each_letter_is_complete(link, title, language):
    rendered = write(link, title, language=language)
    for body in (rendered.subject, rendered.text, rendered.html):
        assert not re.search(r"%\(|%[sd]|\{\{|\{%|None|INVALID|\(\)", body)
    words = " ".join(rendered.text.split())
    assert "Alpine Web Sàrl" in words
    assert ("Garage Nord" in words) is (LETTERS[title][1].get("client") != "")
    assert "Reader Name" in words
    assert rendered.subject in rendered.html.replace("&#x27;", "'")


@pytest.mark.parametrize("title", LETTERS)
def test_each_letter_offers_one_next_step_to_a_page_of_its_reader(link, title, settings):
    kind, changes = LETTERS[title]
    links = re.findall(r"https?://\S+", write(link, title).text)
    if kind in ("requested", "invited", "reminder"):
        assert links == [f"{settings.BASE_URL}/invitations/{link.token}/"]
    elif changes.get("reader_slug") == "":
        assert links == [], "an address without organisation has no page"
    else:
        [one] = links
        slug = changes.get("reader_slug", "letters-garage")
        assert one.startswith(f"{settings.BASE_URL}/o/{slug}/")
        assert link.partnership.public_id in one


def test_every_kind_that_the_journey_has_is_shown_here():
    kinds = {kind for kind in letters.registry if kind.startswith("clients.")}
    assert kinds == {f"clients.{kind}" for kind, _changes in LETTERS.values()}


# ---- What they say -------------------------------------------------------------------------


def test_a_request_names_both_sides_and_what_is_asked(link):
    """L1."""
    said = text(link, "requested", asked=ASKED, message="Hello Gina,\nas discussed.")
    for words in (
        *("Lea Martin (Alpine Web Sàrl)", "Client: Garage Nord", "Full access", "as discussed."),
        *("Who pays: Alpine Web Sàrl, the partner", "sees nothing of yours"),
    ):
        assert words in said


def test_categories_have_their_names_in_the_readers_language(link):
    Category.objects.create(
        slug="letters-web", name="Web & domains", names={"fr": "Web et domaines"}
    )
    asked = facts(link, asked=ASKED_LIMITED)
    english = letters.write("clients.requested", asked, language="en")
    french = letters.write("clients.requested", asked, language="fr")
    assert "Web & domains" in english.text
    assert "Web et domaines" in french.text


def test_other_rights_than_asked_stand_side_by_side(link):
    """T7: the client's choice wins, and the partner sees asked against granted."""
    said = text(link, "accepted", asked=ASKED, granted=LIMITED, **BY_CLIENT, **TO_PARTNER)
    assert "other rights than you asked for" in said
    assert "You asked for: Full access" in said
    assert "You were granted: Limited access, to 2 products: Web shop Newsletter" in said
    assert "Payer asked for: Alpine Web Sàrl, the partner" in said
    assert "Who pays: Garage Nord, the client" in said


def test_another_payer_than_asked_is_another_right(link):
    said = text(link, "accepted", asked=ASKED, granted=FULL_CLIENT, **BY_CLIENT, **TO_PARTNER)
    assert "other rights than you asked for" in said


def test_what_was_asked_and_granted_is_no_surprise(link):
    said = text(link, "accepted", asked=ASKED, granted=FULL, **BY_CLIENT, **TO_PARTNER)
    assert "other rights" not in said


def test_an_invitation_says_when_the_partner_would_pay(link):
    offer = BY_CLIENT | TO_PARTNER
    assert "pays this client's orders" in text(link, "invited", granted=FULL, **offer)
    assert "pays this client's orders" not in text(link, "invited", granted=FULL_CLIENT, **offer)


def test_a_long_list_is_cut_and_counted(link):
    said = text(
        link, "access_changed", before=FULL, after=LIMITED, gained=[], lost=MANY,
        **BY_CLIENT, **TO_PARTNER,
    )  # fmt: skip
    assert "Taken away: Product 1 " in said
    assert f"Product {letter_parts.SHOWN} and {12 - letter_parts.SHOWN} more" in said
    assert "Product 9" not in said
    assert "Added" not in said


def test_the_end_says_what_stops_and_who_pays_from_now_on(link):
    """L6."""
    said = text(link, "ended", before=FULL)
    assert "no longer reaches anything of Garage Nord" in said
    assert "Garage Nord pays their renewals from now on" in said
    assert "Ended by: Lea Martin (Alpine Web Sàrl)" in said


def test_an_end_date_that_passed_names_nobody(link):
    """L9."""
    said = text(link, "ended", before=FULL, by="", by_side="")
    assert "has reached its end date" in said
    assert "Ended by" not in said


@pytest.mark.parametrize(
    ("opened_by", "reader", "subject"),
    [
        (Side.PARTNER, "partner", "Your request to Garage Nord has expired"),
        (Side.PARTNER, "client", "The request of Alpine Web Sàrl has expired"),
        (Side.CLIENT, "partner", "The invitation of Garage Nord has expired"),
        (Side.CLIENT, "client", "Your invitation to Alpine Web Sàrl has expired"),
    ],
)
def test_who_had_opened_it_reads_another_letter_when_it_expires(link, opened_by, reader, subject):
    """L8."""
    Partnership.objects.filter(pk=link.partnership_id).update(opened_by=opened_by)
    told = facts(link, reader=reader, by="", by_side="")
    assert letters.write("clients.expired", told, language="en").subject == subject


def test_the_end_leads_to_the_exit_sheet(link):
    """L6"""
    for reader, path in [({}, "partners"), (TO_PARTNER, "reseller/clients")]:
        said = text(link, "ended", before=FULL, **reader)
        assert f"/{path}/{link.partnership.public_id}/exit/" in said


def test_an_end_that_comes_names_the_day_and_who_can_prolong(link):
    """L9; not sent once it was prolonged."""
    near_its_end(link)
    assert "you prolong it" in text(link, "ending_soon")
    said = text(link, "ending_soon", **TO_PARTNER)
    assert "Only the client can prolong it" in said
    assert "Days left: 3" in said
    Partnership.objects.update(ends_at=timezone.now() + timedelta(days=90))
    assert letters.write("clients.ending_soon", facts(link), language="en") is None


def test_a_reminder_names_the_day_and_what_is_asked(link):
    """L8"""
    said = text(link, "reminder", asked=ASKED)
    assert "waits for your answer" in said
    assert "Who pays: Alpine Web Sàrl, the partner" in said
    offered = text(link, "reminder", granted=UNTIL, **TO_PARTNER)
    assert "Until: March 31, 2027" in offered or "Until: 31 March 2027" in offered


# ---- True or not sent ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["requested", "invited", "reminder"])
@pytest.mark.parametrize(
    "untrue", ["withdrawn", "refused", "active", "replaced", "too late", "deleted"]
)
def test_a_link_that_answers_nothing_is_not_sent(link, kind, untrue, garage):
    """T4: withdrawn or answered meanwhile, replaced by a newer one, or past its time."""
    now = timezone.now()
    waiting = Partnership.objects.filter(pk=link.partnership_id)
    told = facts(link, asked=ASKED, granted=FULL)
    assert letters.write(f"clients.{kind}", told, language="en") is not None
    if untrue == "replaced":
        InvitationLink.objects.filter(pk=link.pk).update(replaced_at=now)
    elif untrue == "deleted":
        link.delete()
    elif untrue == "too late":
        waiting.update(expires_at=now)
    else:
        terms = {"access": "full", "payment_mode": "client"}
        waiting.update(state=untrue, started_at=now, **terms)
    assert letters.write(f"clients.{kind}", told, language="en") is None


# ---- T34 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("title", LETTERS)
def test_no_name_becomes_a_link_a_tag_or_a_header(link, title):
    """T34: in no letter, from no side, in no part."""
    evil = "Pay at https://evil.example/x or evil.example\r\nBcc: a@b.ch <b>now</b>" + "x" * 200
    kind, changes = LETTERS[title]
    if kind == "ending_soon":
        near_its_end(link)
    offer = {"access": "limited", "payment_mode": "client", "products": [evil]}
    told = facts(
        link,
        **changes
        | {"client": evil, "partner": evil, "by": evil, "gained": [evil]}
        | {"message": evil.rstrip("x")}
        | {key: offer for key in ("granted", "before", "after") if key in changes},
    )
    rendered = letters.write(f"clients.{kind}", told, language="en", name=evil)
    assert "evil.example" not in rendered.subject + rendered.text + rendered.html
    assert "<b>" not in rendered.html
    assert "\n" not in rendered.subject
    assert "\r" not in rendered.subject
    assert len(rendered.subject) < 200
    assert "x" * 81 not in rendered.text
