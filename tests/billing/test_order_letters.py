"""The letters about orders: complete in every language, one next step, and no figure that its
reader may not see (M4)."""

import re

import pytest

from access import letters
from access.models import OutgoingMail
from billing.models import Order
from billing.services.approving import expire_order, refuse_order, remind_of_order, withdraw_order
from billing.services.telling import tell
from clients.rules import Side
from tests.billing.ordering import ALPINE, BAKERY, HOTEL, approve, hostings, order
from tests.billing.test_approving import later
from tests.world import World

KINDS = (
    "confirmed", "waiting", "reminder", "approved", "refused", "withdrawn", "expired",
)  # fmt: skip
LANGUAGES = ["en", "fr", "de", "it", "es"]


@pytest.fixture
def mails(world: World) -> list[OutgoingMail]:
    """One of each, by what causes it."""
    by, lea = world.actor("hugo", HOTEL), world.actor("lea", ALPINE)

    def wait() -> Order:
        return order(by, hostings(world, 35))

    order(world.actor("lea", BAKERY), hostings(world, 35))
    approve(world, wait())
    refuse_order(order=wait(), reason="Not  now.", by=lea)
    withdraw_order(order=wait(), by=by)
    slow = wait()
    later(slow, 5)
    remind_of_order(order=slow)
    later(slow, 20)
    expire_order(order=slow)
    wait()
    return list(OutgoingMail.objects.filter(kind__startswith="billing.order_"))


def test_every_kind_comes_about(mails: list[OutgoingMail]) -> None:
    assert {mail.kind for mail in mails} == {f"billing.order_{kind}" for kind in KINDS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_complete(mails: list[OutgoingMail], language: str) -> None:
    for mail in mails:
        written = letters.write(mail.kind, mail.context, language=language, name="Reader")
        if written is None:  # what waited is decided since
            continue
        for body in (written.subject, written.text, written.html):
            assert not re.search(r"%\(|%[sd]|\{\{|\{%|None|INVALID", body), mail.kind
        reader = {"client": mail.context["reader_slug"], "partner": ALPINE}[mail.context["reader"]]
        [link] = re.findall(r"https?://\S+", written.text)
        assert f"/o/{reader}/" in link
        assert mail.context["order"] in link


def test_what_is_decided_asks_no_more(world: World) -> None:
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 1))
    mail = OutgoingMail.objects.filter(kind="billing.order_waiting")[0]
    assert letters.write(mail.kind, mail.context, language="en") is not None
    withdraw_order(order=waiting, by=world.actor("hugo", HOTEL))
    assert letters.write(mail.kind, mail.context, language="en") is None


def test_no_figure_for_whom_it_does_not_concern(mails: list[OutgoingMail]) -> None:
    for mail in mails:
        written = letters.write(mail.kind, mail.context, language="en")
        said = written.text if written else ""
        name = mail.address.partition("@")[0]
        if name == "hugo":
            assert not re.search(r"CHF|\d\.\d\d", said), mail.kind
        if name == "bruno":
            assert "260.40" in said
            assert "52.08" not in said


def test_the_same_event_twice_is_one_mail(world: World) -> None:
    waiting = order(world.actor("hugo", HOTEL), hostings(world, 1))
    before = OutgoingMail.objects.count()
    tell("order_waiting", waiting, *Side)
    assert OutgoingMail.objects.count() == before
