"""The letters of the programme: to whom, in which language, and only while true (P1, P5)."""

import pytest
from django.conf import settings

from access import letters
from access.models import OutgoingMail, User
from partners import services
from tests.journey import ALPINE, GARAGE
from tests.partners.programme import NOVA, mailed, send
from tests.world import World

pytestmark = pytest.mark.django_db

KINDS = ("application_received", "approved", "refused", "suspended", "resumed")
STATE = dict(zip(KINDS, ("applied", "approved", "refused", "suspended", "approved"), strict=True))
BUTTON = dict(
    zip(KINDS, ("programme/", "benefits/", "programme/", "programme/", "benefits/"), strict=True)
)


def letter(world: World, kind: str, *, slug: str = ALPINE, language: str = "en", reason: str = ""):
    """The letter of this kind, to a partner that is in its state."""
    partner = world.partner(slug)
    partner.state, partner.reason = STATE[kind], reason
    partner.save()
    return letters.write(f"partners.{kind}", {"partner": partner.pk}, language=language)


def test_these_are_all_letters_of_the_programme() -> None:
    assert {f"partners.{kind}" for kind in KINDS} <= set(letters.registry)


@pytest.mark.parametrize("kind", KINDS)
def test_each_names_the_organisation_and_leads_to_its_page(world: World, kind: str) -> None:
    said = letter(world, kind)
    assert "Alpine Web Sàrl" in said.text
    address = f"{settings.BASE_URL}/o/{ALPINE}/"
    assert address in said.text
    assert BUTTON[kind] in said.text
    assert "because you answer for the organisation" in " ".join(said.text.split())


@pytest.mark.parametrize("kind", ["approved", "refused", "suspended", "resumed"])
def test_the_reason_is_quoted_and_links_nowhere(world: World, kind: str) -> None:
    """T34"""
    said = letter(world, kind, reason="See https://evil.example/pay\n<b>now</b>")
    assert "evil.example" not in said.text.replace("\u200c", "").replace("[link removed]", "")
    assert "<b>now</b>" not in said.html
    assert "now" in said.text


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_longer_true_is_not_sent(world: World, kind: str) -> None:
    partner = world.partner(ALPINE)
    partner.state = "suspended" if STATE[kind] != "suspended" else "approved"
    partner.save()
    assert letters.write(f"partners.{kind}", {"partner": partner.pk}, language="en") is None
    assert letters.write(f"partners.{kind}", {"partner": 0}, language="en") is None


def test_who_applied_is_mailed_in_their_language(world: World) -> None:
    """The legal representatives, and the contact's address in the language of the first."""
    User.objects.filter(email="gina@garage-nord.example").update(language="it")
    world.add_member(GARAGE, "ada", role="administrator")
    send(world, contact_email="Office@garage-nord.example")
    assert mailed("application_received") == {
        "gina@garage-nord.example": "it",
        "Office@garage-nord.example": "it",
    }


def test_one_mailbox_gets_one_mail(world: World) -> None:
    send(world, contact_email="Gina@Garage-Nord.example")
    assert list(mailed("application_received")) == ["gina@garage-nord.example"]


def test_a_refusal_that_was_rolled_back_is_mailed_to_nobody(world: World) -> None:
    with pytest.raises(services.NotPossible):
        services.refuse(partner=world.partner(ALPINE), by=None, reason="No.")
    assert mailed("refused") == {}


def test_each_decision_is_a_mail_of_its_own(world: World) -> None:
    """The same partner may be suspended twice, and is told twice."""
    for _time in range(2):
        services.suspend(partner=world.partner(ALPINE), by=None, reason="Open invoices.")
        services.resume(partner=world.partner(ALPINE), by=None, reason="Paid.")
    lea = OutgoingMail.objects.filter(address="lea@alpineweb.example")
    assert lea.filter(kind="partners.suspended").count() == 2
    assert lea.filter(kind="partners.resumed").count() == 2


def test_an_approval_says_what_is_open_now(world: World) -> None:
    services.approve(partner=world.partner(NOVA), by=None, reason="Welcome!")
    said = letters.write("partners.approved", {"partner": world.partner(NOVA).pk}, language="en")
    assert "Welcome!" in said.text
    assert "The reseller space is open" in " ".join(said.text.split())
