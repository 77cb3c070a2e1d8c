"""Codes and access of support under parallel calls (T29, T30): each race with its control."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from access.models import Act, OutgoingMail, SupportAccess, SupportLookup, User
from access.services import support
from tests.racing import at_once, unlocked
from tests.world import World

GARAGE = "garage-nord"


def wrong_ones() -> int:
    return SupportLookup.objects.filter(found=False).count()


def acts(act: str) -> int:
    return Act.objects.filter(organisation__slug=GARAGE, act=act).count()


def many_staff(world: World, number: int) -> list[User]:
    people = [world.add_person(f"staff{n}@portal.example") for n in range(number)]
    User.objects.filter(pk__in=[one.pk for one in people]).update(is_staff=True)
    return people


def test_twenty_wrong_codes_at_once_are_five(live_world: World) -> None:
    """T29: the limit holds under parallel calls."""
    staff = live_world.person("staff")
    found = at_once(*[lambda: support.look_up(code="wrong", staff=staff)] * 20)
    assert found == {"done": 5, "TooOften": 15}
    assert wrong_ones() == 5


def test_wrong_codes_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = live_world.person("staff")
    for _try in range(4):
        support.look_up(code="wrong", staff=staff)

    def once_more() -> None:
        support.look_up(code="wrong", staff=staff)

    at = "access.services.support._organisation_with"
    assert unlocked(monkeypatch, once_more, once_more, at=at) == ["done", "done"]
    assert wrong_ones() == 6


def test_one_code_read_by_many_at_once_finds_once(live_world: World) -> None:
    """T29: a code works once."""
    code = support.new_code(person=live_world.person("bruno"))

    def read(staff: User) -> bool:
        try:
            return support.look_up(code=code, staff=staff) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(read, many_staff(live_world, 10)))
    assert found.count(True) == 1
    assert (SupportLookup.objects.filter(found=True).count(), wrong_ones()) == (1, 9)


def test_one_code_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = support.new_code(person=live_world.person("bruno"))
    first, second = many_staff(live_world, 2)
    unlocked(
        monkeypatch,
        lambda: support.look_up(code=code, staff=first),
        lambda: support.look_up(code=code, staff=second),
        at="access.services.support.constant_time_compare",
    )
    assert SupportLookup.objects.filter(found=True).count() == 2


def test_letting_in_twenty_times_at_once(live_world: World) -> None:
    gina = live_world.actor("gina", GARAGE)
    found = at_once(*[lambda: support.open_access(by=gina, hours=4)] * 20)
    assert found == {"done": 1, "AlreadyOpen": 19}
    assert (acts("support.open"), OutgoingMail.objects.count()) == (1, 1)


def test_letting_in_without_locks(live_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's constraint still keeps one, with an error instead of a sentence."""
    gina = live_world.actor("gina", GARAGE)

    def let_in() -> None:
        support.open_access(by=gina, hours=4)

    found = unlocked(monkeypatch, let_in, let_in, at="access.services.support._end")
    assert found == ["IntegrityError", "done"]


def test_closing_while_prolonging(live_world: World) -> None:
    """Whoever comes first: in the end support is out, and nothing is prolonged afterwards."""
    gina = live_world.actor("gina", GARAGE)
    access = support.open_access(by=gina, hours=4)
    found = at_once(
        *[lambda: support.close_access(access=access, by=gina)] * 10,
        *[lambda: support.prolong_access(access=access, by=gina, hours=24)] * 10,
    )
    assert (acts("support.close"), SupportAccess.objects.live().count()) == (1, 0)
    assert found["done"] == 1 + acts("support.prolong")


def test_closing_while_prolonging_without_locks(
    live_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Support would be given more time after it was shut out, and a mail would say so."""
    gina = live_world.actor("gina", GARAGE)
    access = support.open_access(by=gina, hours=4)
    found = unlocked(
        monkeypatch,
        lambda: support.prolong_access(access=access, by=gina, hours=24),
        lambda: support.close_access(access=access, by=gina),
        at="access.services.support._end",
    )
    assert found == ["done", "done"]
    assert Act.objects.filter(organisation=gina.organisation).first().act == "support.prolong"
