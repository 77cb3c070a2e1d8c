"""Twenty guesses at once: no more are looked at than the limit allows (T21), with its control."""

from collections import Counter

import pytest

from access.forms import PasswordForm, account
from access.models import Attempt, User
from tests.access.authenticator import PASSWORD
from tests.racing import at_once

GUESSES = 20


@pytest.fixture
def looked_at(monkeypatch):
    """The guesses that were compared with the password."""
    seen = Counter()
    check = User.check_password

    def counted(self, raw):
        seen[raw] += 1
        return check(self, raw)

    monkeypatch.setattr(User, "check_password", counted)
    return seen


def guess(person, password="wrong"):
    def call():
        PasswordForm({"password": password}, person=person).is_valid()

    return call


def test_twenty_at_once_are_five(live_world, looked_at):
    gina = live_world.person("gina")
    at_once(*[guess(gina)] * GUESSES)
    assert looked_at == {"wrong": account.PASSWORD_TRIES}
    assert not PasswordForm({"password": PASSWORD}, person=gina).is_valid()


def test_one_persons_guesses_do_not_lock_another_out(live_world, looked_at):
    at_once(*[guess(live_world.person("gina"))] * GUESSES)
    assert PasswordForm({"password": PASSWORD}, person=live_world.person("lea")).is_valid()


def test_the_control_reads_and_then_writes(live_world, looked_at, monkeypatch):
    """A counter without lock lets more through: the lock is what holds."""
    from threading import Barrier

    together = Barrier(GUESSES)

    def careless(subject, *, most, window, field=None):
        attempt = Attempt.objects.filter(subject=subject).order_by("-pk").first()
        count = attempt.count if attempt else 0
        together.wait(20)
        Attempt.objects.update_or_create(
            subject=subject,
            window_started_at="2026-01-01T00:00:00Z",
            defaults={"count": count + 1},
        )
        if count >= most:
            raise account.Refused("too often")

    monkeypatch.setattr(account, "spend", careless)
    at_once(*[guess(live_world.person("gina"))] * GUESSES)
    assert looked_at["wrong"] > account.PASSWORD_TRIES
