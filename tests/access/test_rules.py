"""Who may do what: section 6 of the rule book, line by line, and O6."""

from itertools import product

import pytest

from access.rules import ACTS, Answer, Capacity, Currency, Role, answer, currency_of, who_may
from tests.matrix.section6 import COLUMNS, SECTION_6

CELLS = [
    (act, Capacity(capacity), said)
    for act, line in SECTION_6.items()
    for capacity, said in zip(COLUMNS, line.split(), strict=True)
]


def said(
    act: str,
    capacity: Capacity,
    *,
    accounting: bool = False,
    reseller: bool = True,
    premium: bool = True,
) -> str:
    return answer(act, capacity, accounting=accounting, reseller=reseller, premium=premium)


@pytest.mark.parametrize(("act", "capacity", "expected"), CELLS)
def test_section_6(act: str, capacity: Capacity, expected: str) -> None:
    wanted = "hidden" if expected == "accounting" else expected
    assert said(act, capacity) == wanted
    if expected == "accounting":
        assert said(act, capacity, accounting=True) == "all"


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_external_user_is_a_collaborator_from_outside(act: str) -> None:
    """O2"""
    for accounting in (True, False):
        assert said(act, Capacity.EXTERNAL_USER, accounting=accounting) == said(
            act, Capacity.COLLABORATOR, accounting=accounting
        )


@pytest.mark.parametrize("act", sorted(ACTS))
def test_an_administrator_lacks_only_what_o4_reserves(act: str) -> None:
    """O2, O3, O4"""
    reserved = {
        "people.appoint",
        "partners.authorise",
        "partners.change",
        "partners.end",
        "clients.add",
        "clients.answer",
        "clients.end",
        "programme.apply",
    }
    expected = Answer.NO if act in reserved else said(act, Capacity.LEGAL_REPRESENTATIVE)
    assert said(act, Capacity.ADMINISTRATOR) == expected


@pytest.mark.parametrize("capacity", [Capacity.PARTNER_FULL, Capacity.PARTNER_LIMITED])
def test_a_partner_never_changes_people_partners_payment_mode_or_data(capacity: Capacity) -> None:
    """Section 6: never; T31."""
    client_only = [act for act in ACTS if act.startswith(("partners.", "clients.", "programme."))]
    never = {"people.change", "people.appoint", "organisation.change", "log.see", "accounting.see"}
    never |= {"support.open", "premium.see", "access.explain"}
    never |= {"accounting.top_up", "accounting.pay_out", "accounting.settings"}
    for act in [*client_only, *never]:
        assert said(act, capacity, accounting=True) in (Answer.NO, Answer.HIDDEN), act


@pytest.mark.parametrize("capacity", list(Capacity))
def test_without_a_reseller_group_there_is_no_reseller_space(capacity: Capacity) -> None:
    for act in ACTS:
        if act.startswith("clients."):
            assert said(act, capacity, reseller=False) == Answer.HIDDEN


@pytest.mark.parametrize("capacity", list(Capacity))
def test_without_premium_support_there_is_no_premium_page(capacity: Capacity) -> None:
    """S1"""
    assert said("premium.see", capacity, premium=False) == Answer.HIDDEN


def test_support_changes_nothing_but_settings_and_only_where_it_may() -> None:
    """S2, T30: all else that is allowed to it only looks."""
    looks = {"organisation.open", "organisation.see", "product.see", "people.see"}
    allowed = {
        capacity: {act for act in ACTS if said(act, capacity) not in (Answer.NO, Answer.HIDDEN)}
        for capacity in (Capacity.SUPPORT_READ, Capacity.SUPPORT_WRITE)
    }
    assert allowed[Capacity.SUPPORT_READ] == looks
    assert allowed[Capacity.SUPPORT_WRITE] == looks | {"product.change_settings"}


def test_limited_access_does_less_than_full_everywhere() -> None:
    width = [Answer.HIDDEN, Answer.NO, Answer.NAMES, Answer.GRANTED, Answer.ASSIGNED, Answer.ALL]
    for act in ACTS:
        limited = said(act, Capacity.PARTNER_LIMITED)
        full = said(act, Capacity.PARTNER_FULL)
        assert width.index(limited) <= width.index(full), act


def test_every_act_stands_in_the_rule_book() -> None:
    assert set(ACTS) == set(SECTION_6)


def test_every_act_has_an_answer_for_every_capacity() -> None:
    for act, capacity, flag in product(ACTS, Capacity, (True, False)):
        assert said(act, capacity, accounting=flag) in Answer


def test_an_unknown_act_is_refused_not_guessed() -> None:
    with pytest.raises(KeyError):
        said("product.give_away", Capacity.LEGAL_REPRESENTATIVE)


def test_every_role_is_a_capacity() -> None:
    assert [Capacity(role) for role in Role]


@pytest.mark.parametrize(
    ("act", "who"),
    [
        ("partners.authorise", [Capacity.LEGAL_REPRESENTATIVE]),
        ("people.change", [Capacity.LEGAL_REPRESENTATIVE, Capacity.ADMINISTRATOR]),
    ],
)
def test_a_refusal_knows_who_can(act: str, who: list[Capacity]) -> None:
    assert who_may(act) == who


@pytest.mark.parametrize(
    ("country", "currency"), [("CH", "CHF"), ("LI", "CHF"), ("FR", "EUR"), ("DE", "EUR")]
)
def test_the_country_fixes_the_currency(country: str, currency: str) -> None:
    """O6"""
    assert currency_of(country) == Currency(currency)
