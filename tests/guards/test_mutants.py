"""The mutants of `make mutants` still fit the code and the tests; running them takes minutes."""

import ast
import re
from pathlib import Path

import pytest

from tests.guards.code import CHECKOUT
from tools.mutants import Mutant, read

MUTANTS = read()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_no_mutant_is_stale(mutant: Mutant) -> None:
    assert not mutant.is_stale(), f"the text stands no longer exactly once in {mutant.file}"
    assert mutant.missing_tests() == []
    assert mutant.find != mutant.replace
    text = (CHECKOUT / mutant.file).read_text()
    assert ast.parse(text.replace(mutant.find, mutant.replace))  # it breaks a rule, not Python


def test_there_are_enough_each_with_a_rule_and_a_name() -> None:
    assert len(MUTANTS) >= 20
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert {
        mutant.rule for mutant in MUTANTS if not re.fullmatch(r"[A-Z]\d+", mutant.rule)
    } == set()


@pytest.mark.parametrize("text", ["", "may()", "if may() or may():"])
def test_a_stale_mutant_is_seen(tmp_path: Path, text: str) -> None:
    """Its text has to stand there once: not twice, and not never."""
    mutant = Mutant("A1", "anybody may", "rules.py", "may()", "True", ("tests/test_no.py::test_a",))
    (tmp_path / "rules.py").write_text(text)
    assert mutant.is_stale(tmp_path) is (text.count("may()") != 1)
    assert mutant.missing_tests(tmp_path) == ["tests/test_no.py::test_a"]
