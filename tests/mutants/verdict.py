"""What a run of tests over a mutant proves."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutants.mutant import Mutant

_TESTS_FAILED = 1


class Verdict(StrEnum):
    """How it went for a mutant. All but the first mean that something has to be done."""

    CAUGHT = "caught"
    """Every named test failed, at least one of them by an assertion."""
    SURVIVED = "survived"
    """A named test passed over it."""
    NOT_APPLIED = "not applied"
    """Its text is not in the product any more."""
    BROKEN = "broken"
    """The tests ended by something else than what they are to notice."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One phase of one test, as the witness wrote it down."""

    test: str
    phase: str
    failed: bool
    by_assertion: bool
    fault: str


@dataclass(frozen=True, slots=True)
class TestRun:
    """One run of pytest."""

    __test__ = False

    exit_code: int
    seen: Sequence[Seen]
    output: str
    """What pytest said, for people who wonder."""

    @property
    def failed_calls(self) -> dict[str, Seen]:
        """Tests that failed by themselves, not by what surrounds them."""
        return {each.test: each for each in self.seen if each.failed and each.phase == "call"}


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant, what became of it, and how long that took."""

    mutant: Mutant
    verdict: Verdict
    detail: str
    seconds: float


def read(file: Path) -> Sequence[Seen]:
    """Read what the witness wrote; nothing when no test was begun."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return [Seen(**json.loads(line)) for line in lines]


def judged(mutant: Mutant, run: TestRun) -> tuple[Verdict, str]:
    """Judge a run of the mutant's named tests."""
    if run.exit_code not in (0, _TESTS_FAILED):
        return Verdict.BROKEN, f"pytest ended with {run.exit_code}"
    failed = run.failed_calls
    if passed := [test for test in mutant.tests if test not in failed]:
        unheard = [each for each in run.seen if each.failed and each.test in passed]
        verdict = Verdict.BROKEN if unheard else Verdict.SURVIVED
        return verdict, "not noticed by " + ", ".join(_function(test) for test in passed)
    if not any(each.by_assertion for each in failed.values()):
        return Verdict.BROKEN, "no assertion failed: " + _faults(failed.values())
    return Verdict.CAUGHT, _faults(failed.values())


def _function(test: str) -> str:
    return test.rsplit("::", 1)[-1]


def _faults(failed: Iterable[Seen]) -> str:
    return ", ".join(sorted({each.fault for each in failed}))
