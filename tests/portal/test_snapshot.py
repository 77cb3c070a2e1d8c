"""The demo world comes back after a test that really commits, whatever that test did."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from access.models import Organisation
from tests.snapshot import Snapshot, superuser


def test_after_a_test_that_emptied_all_no_number_is_given_twice(live_world) -> None:
    """Such a test begins the numbers anew, and the next one would meet them."""
    if not superuser():
        pytest.skip("Only a superuser of PostgreSQL makes a snapshot.")
    snapshot, names = Snapshot(), set(Organisation.objects.values_list("name", flat=True))
    last = Group.objects.create(name="the last number").pk
    call_command("flush", interactive=False, verbosity=0)
    assert not Organisation.objects.exists()
    snapshot.restore()
    assert set(Organisation.objects.values_list("name", flat=True)) == names
    assert Group.objects.create(name="the next number").pk >= last
