"""Nothing is charged to a partner without its word (M10, T14)."""

import pytest

from access.errors import ActForbidden
from clients.errors import AlreadyDecided, NotApproved, OfferChanged, OtherSide
from clients.models import Partnership
from clients.rules import Offer
from clients.services import confirm_payment, decline_payment
from partners import services as programme
from tests.billing.ordering import ALPINE, BAKERY, RHONE
from tests.journey import accept, ask, change, grant, invite, logged, mailed
from tests.world import World


@pytest.fixture
def asked(world: World) -> Partnership:
    """The bakery chose that Alpine Web pays."""
    return change(world, world.partnership(BAKERY, ALPINE), Offer.full("partner"))


def test_a_change_waits_for_the_partners_word(world: World, asked: Partnership) -> None:
    assert asked.payment_confirmed_at is None
    by = world.actor("adam", ALPINE)
    confirmed = confirm_payment(partnership=asked, version=asked.version, by=by)
    assert confirmed.payment_confirmed_at is not None
    assert mailed("payment_confirmed") == {"bruno@boulangerie-du-lac.example"}
    assert logged(BAKERY)[0] == "partnership.confirm_payment" == logged(ALPINE)[0]
    with pytest.raises(AlreadyDecided):
        confirm_payment(partnership=asked, version=asked.version, by=by)


def test_declining_puts_the_mode_back(world: World, asked: Partnership) -> None:
    by = world.actor("lea", ALPINE)
    declined = decline_payment(partnership=asked, version=asked.version, by=by)
    assert (declined.payment_mode, declined.access) == ("client", "full")
    assert declined.version == asked.version + 1
    assert mailed("payment_declined") == {"bruno@boulangerie-du-lac.example"}
    with pytest.raises(AlreadyDecided):
        decline_payment(partnership=asked, version=declined.version, by=by)


def test_a_change_back_forgets_the_word(world: World, asked: Partnership) -> None:
    by = world.actor("lea", ALPINE)
    confirm_payment(partnership=asked, version=asked.version, by=by)
    change(world, world.partnership(BAKERY, ALPINE), Offer.full("client"))
    again = change(world, world.partnership(BAKERY, ALPINE), Offer.full("partner"))
    assert again.payment_confirmed_at is None


def test_who_may_answer(world: World, asked: Partnership) -> None:
    with pytest.raises(OtherSide):
        confirm_payment(partnership=asked, version=asked.version, by=world.actor("bruno", BAKERY))
    with pytest.raises(OtherSide):
        confirm_payment(partnership=asked, version=asked.version, by=world.actor("remi", RHONE))
    with pytest.raises(ActForbidden):
        confirm_payment(partnership=asked, version=asked.version, by=world.actor("cora", ALPINE))
    with pytest.raises(OfferChanged):
        confirm_payment(partnership=asked, version=asked.version - 1, by=world.actor("lea", ALPINE))


def test_a_suspended_partner_takes_nothing_on(world: World, asked: Partnership) -> None:
    """P5; declining stays possible."""
    programme.suspend(partner=world.partner(ALPINE), by=None)
    by = world.actor("lea", ALPINE)
    with pytest.raises(NotApproved):
        confirm_payment(partnership=asked, version=asked.version, by=by)
    assert decline_payment(partnership=asked, version=asked.version, by=by)


def test_who_asked_or_accepted_has_said_so(world: World) -> None:
    """The partner asked for it itself, or accepted an invitation that says it."""
    wanted = ask(world, access="full", payment_mode="partner")
    assert grant(world, wanted, Offer.full("partner")).payment_confirmed_at is not None


def test_an_invitation_that_says_it(world: World) -> None:
    invited = invite(world, Offer.full("partner"))
    assert accept(world, invited).payment_confirmed_at is not None


def test_given_what_nobody_asked_for(world: World) -> None:
    """T7, T14: the partner asked that the client pays, and is given the bill."""
    wanted = ask(world, access="full", payment_mode="client")
    assert grant(world, wanted, Offer.full("partner")).payment_confirmed_at is None


def test_the_mail_leads_to_the_answer(world: World, asked: Partnership) -> None:
    from access import letters
    from access.models import OutgoingMail

    mail = OutgoingMail.objects.filter(kind="clients.payment_mode_changed")[0]
    text = letters.write(mail.kind, mail.context, language="en").text  # type: ignore[union-attr]
    assert f"/o/{ALPINE}/reseller/clients/{asked.public_id}/payer/" in text
    assert "without its word" in text


# ---- The pages -------------------------------------------------------------------------------


def test_the_page_and_its_two_buttons(world: World, asked: Partnership) -> None:
    browser = world.client("lea")
    page = f"/o/{ALPINE}/reseller/clients/{asked.public_id}/"
    assert b"Confirm: we pay" in browser.get(page).content
    assert b"If you decline" in browser.get(f"{page}payer/").content
    answer = {"version": asked.version, "answer": "confirm"}
    assert browser.post(f"{page}payer/", answer).status_code == 302
    asked.refresh_from_db()
    assert asked.payment_confirmed_at is not None
    assert b"Confirm: we pay" not in browser.get(page).content
    assert browser.get(f"{page}payer/").status_code == 302


def test_an_older_version_is_shown_again(world: World, asked: Partnership) -> None:
    """T6, T13"""
    browser = world.client("lea")
    page = f"/o/{ALPINE}/reseller/clients/{asked.public_id}/payer/"
    shown = browser.post(page, {"version": asked.version - 1, "answer": "confirm"})
    assert b"changed while you were looking" in shown.content
    asked.refresh_from_db()
    assert asked.payment_confirmed_at is None


def test_a_collaborator_sees_but_does_not_answer(world: World, asked: Partnership) -> None:
    page = f"/o/{ALPINE}/reseller/clients/{asked.public_id}/payer/"
    answer = {"version": asked.version, "answer": "confirm"}
    found = world.client("cora").post(page, answer).status_code
    assert found in (403, 404)
    assert world.client("remi").post(page, answer).status_code == 404
