"""The outcome, for people and for programs."""

import json
from collections.abc import Sequence

from rich.table import Table

from tests.mutants.verdict import Result, Verdict

_STYLES = {Verdict.CAUGHT: "green"}


def caught(results: Sequence[Result]) -> int:
    """Count the mutants that were caught."""
    return sum(result.verdict is Verdict.CAUGHT for result in results)


def exit_code(results: Sequence[Result]) -> int:
    """0 when every mutant was caught, else 1."""
    return 0 if caught(results) == len(results) else 1


def summary(results: Sequence[Result], seconds: float) -> str:
    """Say it in one line."""
    return f"{caught(results)} of {len(results)} seeded bugs caught in {seconds:.0f} s"


def table(results: Sequence[Result]) -> Table:
    """One line a mutant."""
    drawn = Table("seeded bug", "verdict", "tests", "seconds", "by")
    drawn.columns[0].no_wrap = True
    for result in results:
        style = _STYLES.get(result.verdict, "bold red")
        drawn.add_row(
            result.mutant.name,
            f"[{style}]{result.verdict.value}[/]",
            str(len(result.mutant.tests)),
            f"{result.seconds:.1f}",
            result.detail,
        )
    return drawn


def as_json(results: Sequence[Result], seconds: float) -> str:
    """Everything, as one object."""
    mutants = [
        {
            "name": result.mutant.name,
            "why": result.mutant.why,
            "verdict": result.verdict.value,
            "detail": result.detail,
            "tests": result.mutant.tests,
            "seconds": round(result.seconds, 1),
        }
        for result in results
    ]
    whole = {"caught": caught(results), "of": len(results), "seconds": round(seconds, 1)}
    return json.dumps({**whole, "mutants": mutants})
