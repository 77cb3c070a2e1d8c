"""Orders, mode changes, renewals, payments, refunds and ends in any order: the invariants hold.

`MONEY_EXAMPLES` and `MONEY_STEPS` make the run longer; a failing sequence is made as short as can
be, and printed as code. `MONEY_SHRINK=no` leaves it as it was found, for planted bugs.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.billing.property.invariants import CHECKS
from tests.billing.property.machine import Money
from tests.world import World

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "6"))
STEPS = int(os.environ.get("MONEY_STEPS", "25"))
PHASES = (Phase.generate,) if os.environ.get("MONEY_SHRINK") == "no" else tuple(Phase)


@pytest.mark.django_db
def test_money_keeps_its_invariants(world: World) -> None:
    """T15, T16, T17, T18, T20"""
    machine = type("MoneyHere", (Money,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_there_are_enough_invariants() -> None:
    assert len(CHECKS) >= 15
