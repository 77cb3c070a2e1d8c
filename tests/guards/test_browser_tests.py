"""Browser tests wait for what they expect: a click returns before the next page is there, and a
look at that moment sees the old one on a busy machine."""

import re
from pathlib import Path

import pytest

from tests.guards.code import CHECKOUT

MOMENTS = re.compile(
    r"\.(is_visible|is_hidden|is_enabled|is_disabled|is_checked|count|input_value)\(\)"
)
"""`expect(…)` asks again until it is so."""

STAYS = ("summary", 'get_by_text("Clients"', 'name="Sign in with a passkey"')
"""What is clicked without leaving the page; the rest goes through `Visitor.follow`."""


def hasty(source: str) -> list[str]:
    return [
        line.strip()
        for line in source.splitlines()
        if MOMENTS.search(line) or (".click()" in line and not any(word in line for word in STAYS))
    ]


@pytest.mark.parametrize(
    "path", sorted((CHECKOUT / "tests/browser").glob("test_*.py")), ids=lambda path: path.stem
)
def test_nothing_is_asked_of_a_moment(path: Path) -> None:
    assert hasty(path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        'assert page.locator("[data-error-summary]").is_visible()',
        'assert page.get_by_text("Change settings").count() == 0',
        'page.get_by_role("button", name="Submit the tender").click()',
    ],
)
def test_a_moment_would_be_seen(line: str) -> None:
    assert hasty(line) == [line]
