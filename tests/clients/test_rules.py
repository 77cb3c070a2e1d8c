"""Partnerships and products as data: states and moves (L1-L9), offers, what a change does (L5)."""

from itertools import product

import pytest

from clients.rules import (
    ALIVE,
    MOVES,
    WAITING,
    Access,
    Offer,
    PartnershipState,
    PaymentMode,
    Side,
    compare,
    moved,
)

# The rule book's states and verbs: (verb, side) -> {state before: state after}.
ALLOWED = {
    ("accept", "client"): {"requested": "active"},
    ("refuse", "client"): {"requested": "refused"},
    ("withdraw", "partner"): {"requested": "withdrawn"},
    ("accept", "partner"): {"invited": "active"},
    ("refuse", "partner"): {"invited": "refused"},
    ("withdraw", "client"): {"invited": "withdrawn"},
    ("change", "client"): {"active": "active"},
    ("end", "client"): {"active": "ended"},
    ("end", "partner"): {"active": "ended"},
    ("expire", None): {"requested": "expired", "invited": "expired"},
    ("lapse", None): {"active": "ended"},
}


@pytest.mark.parametrize(("key", "before"), list(product(ALLOWED, PartnershipState)))
def test_each_verb_works_in_its_states_only(
    key: tuple[str, Side | None], before: PartnershipState
) -> None:
    """L10"""
    assert moved(before, *key) == ALLOWED[key].get(before)


def test_no_other_verb_exists() -> None:
    assert set(MOVES) == set(ALLOWED)


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_nobody_answers_what_they_sent(verb: str) -> None:
    """L1, L3"""
    assert moved("requested", verb, Side.PARTNER) is None
    assert moved("invited", verb, Side.CLIENT) is None


def test_a_partner_changes_no_access() -> None:
    """L5: the client alone."""
    assert ("change", Side.PARTNER) not in MOVES


@pytest.mark.parametrize("state", ["refused", "withdrawn", "expired", "ended"])
def test_an_end_is_for_ever(state: str) -> None:
    assert state not in ALIVE
    assert all(moved(state, *key) is None for key in MOVES)


def test_what_waits_is_alive() -> None:
    assert set(WAITING) < set(ALIVE)


def test_limited_access_is_paid_by_the_client() -> None:
    """M3"""
    offer = Offer.limited([1, 2, 2])
    assert offer == Offer(Access.LIMITED, PaymentMode.CLIENT, frozenset({1, 2}))


@pytest.mark.parametrize("mode", ["client", "partner"])
def test_full_access_has_a_payment_mode_and_no_products(mode: str) -> None:
    assert Offer.full(mode) == Offer(Access.FULL, PaymentMode(mode), frozenset())


def test_full_access_needs_a_payer() -> None:
    with pytest.raises(ValueError, match="PaymentMode"):
        Offer.full("")


@pytest.mark.parametrize(
    ("before", "after", "gained", "lost"),
    [
        (Offer.limited({1}), Offer.limited({2}), {2}, {1}),
        (Offer.limited({1}), Offer.full("client"), {2, 3}, set()),
        (Offer.full("client"), Offer.limited({1}), set(), {2, 3}),
        (Offer.full("client"), Offer.full("partner"), set(), set()),
    ],
)
def test_what_a_change_gives_and_takes(
    before: Offer, after: Offer, gained: set[int], lost: set[int]
) -> None:
    """L5"""
    found = compare(before, after, frozenset({1, 2, 3}))
    assert (found.gained, found.lost) == (gained, lost)
