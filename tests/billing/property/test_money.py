"""Orders, mode changes, renewals, payments, refunds and ends in any order: the invariants hold.

`MONEY_EXAMPLES` and `MONEY_STEPS` make the run longer; a failing sequence is printed as code.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.billing.property.invariants import CHECKS
from tests.billing.property.machine import Money
from tests.world import World

EXAMPLES = int(os.environ.get("MONEY_EXAMPLES", "12"))
STEPS = int(os.environ.get("MONEY_STEPS", "25"))


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
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_there_are_enough_invariants() -> None:
    assert len(CHECKS) >= 15
