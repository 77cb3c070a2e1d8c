"""The demo world (section 13)."""

import pytest

pytestmark = pytest.mark.django_db


def test_cast(world):
    assert world.partnership("boulangerie-du-lac", "alpine-web").access == "full"
