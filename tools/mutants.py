"""Proves that the tests notice when a rule breaks: `make mutants`.

`tests/mutants.toml` lists mutants of access, `tests/mutants_money.toml` those of money: a small
change that breaks a rule, and the tests that must fail by it. In a copy of the checkout, on a
database of its own, the tests first have to pass on the code as it is; then each mutant is made
alone. The command fails when a mutant survives, or when one is stale: its text stands no longer
exactly once in its file.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LISTS = sorted((CHECKOUT / "tests").glob("mutants*.toml"))
WAIT_SECONDS = 900
FOR_MONEY = {"MONEY_EXAMPLES": "24", "MONEY_SHRINK": "no"}
"""How the test of any order of acts looks for a planted bug: four times as long as `make test`
lets it, and without making shorter what it found."""
# What pytest's answer says of a mutant; any other is a fault of the list or of the machine.
VERDICTS = {0: "SURVIVED", 1: "caught"}


@dataclass(frozen=True)
class Mutant:
    """One broken rule: in `file`, `find` becomes `replace`, and one of `tests` has to fail."""

    rule: str
    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]

    @classmethod
    def read(cls, entry: dict[str, object]) -> Mutant:
        fields = {key: value for key, value in entry.items() if key != "tests"}
        return cls(**fields, tests=tuple(f"tests/{test}" for test in entry["tests"]))

    def is_stale(self, checkout: Path = CHECKOUT) -> bool:
        path = checkout / self.file
        return not path.is_file() or path.read_text().count(self.find) != 1

    def missing_tests(self, checkout: Path = CHECKOUT) -> list[str]:
        """Those of its tests that are no longer there."""
        return [test for test in self.tests if not _is_there(checkout, test)]


def _is_there(checkout: Path, test: str) -> bool:
    file, _colons, name = test.partition("::")
    function = f"def {name.rpartition('::')[2]}("
    return (checkout / file).is_file() and function in (checkout / file).read_text()


def read() -> list[Mutant]:
    """All mutants: those of access, and those of money."""
    return [
        Mutant.read(entry) for path in LISTS for entry in tomllib.loads(path.read_text())["mutant"]
    ]


def copy_checkout(target: Path) -> None:
    """The files under version control, as they stand in the checkout now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the developer has
        cwd=CHECKOUT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = CHECKOUT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)


def run(tests: Iterable[str], copy: Path, environment: dict[str, str]) -> tuple[int, str]:
    """What pytest answers to these tests in the copy, and what it said."""
    options = ("-q", "-x", "--reuse-db", "-p", "no:cacheprovider")
    try:
        done = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=copy,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no answer within {WAIT_SECONDS} seconds"
    return done.returncode, done.stdout.decode(errors="replace")


def try_one(mutant: Mutant, copy: Path, environment: dict[str, str]) -> str:
    """Makes the mutant in the copy, runs its tests, takes it back, and answers the verdict."""
    path = copy / mutant.file
    text = path.read_text()
    path.write_text(text.replace(mutant.find, mutant.replace))
    try:
        answer, said = run(mutant.tests, copy, environment)
    finally:
        path.write_text(text)
    if answer not in VERDICTS:
        say(said)
    return VERDICTS.get(answer, f"BROKEN ({answer})")


def try_all(mutants: list[Mutant], copy: Path, environment: dict[str, str]) -> int:
    """Prints a line for each mutant; answers how many were not caught."""
    say(f"The tests of {len(mutants)} mutants on the code as it is …")
    every = sorted({test for mutant in mutants for test in mutant.tests})
    answer, said = run(every, copy, environment)
    if answer:
        say(said)
        say("The tests fail without any mutant: nothing can be said.")
        return len(mutants)
    faults = 0
    for mutant in mutants:
        begun = time.monotonic()
        verdict = "STALE" if mutant.is_stale(copy) else try_one(mutant, copy, environment)
        faults += verdict != "caught"
        seconds = time.monotonic() - begun
        say(f"{verdict:9} {seconds:5.1f} s  {mutant.rule:4} {mutant.file:34} {mutant.name}")
    say(f"{len(mutants) - faults} of {len(mutants)} mutants were caught.")
    return faults


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants whose name, rule or file has one")
    words = parser.parse_args().words
    mutants = [
        mutant
        for mutant in read()
        if not words or any(word in f"{mutant.rule} {mutant.name} {mutant.file}" for word in words)
    ]
    sys.path.insert(0, str(CHECKOUT))
    from portal import embedded

    with tempfile.TemporaryDirectory(prefix="mutants-", dir="/var/tmp") as folder:
        copy = Path(folder) / "checkout"
        Path(folder).chmod(0o711 if os.geteuid() == 0 else 0o700)  # the server passes through
        copy.mkdir()
        copy_checkout(copy)
        data = copy / "var" / "test" / "postgres"
        url = embedded.database_url(data, durable=False)
        environment = FOR_MONEY | os.environ | {"DATABASE_URL": url}
        environment.pop("REDIS_URL", None)
        try:
            return min(1, try_all(mutants, copy, environment))
        finally:
            embedded.remove(data)


if __name__ == "__main__":
    sys.exit(main())
