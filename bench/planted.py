"""`python -m bench.planted`: costs planted in copies of the tree turn their rows red.

Each copy is measured with its own harness, service and schema; the tree itself is only read. Trees
without and with a cost take turns, so that both have their share of whatever else goes on.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.planted_costs import PLANTED, Planted
from bench.planted_outcome import Outcome, Pair, Standing, standing
from bench.registry import bars
from tests.mutants.copies import copy, tracked_files
from tests.mutants.mutant import Edit

ROOT = Path(__file__).parents[1]
_RUN_SECONDS = 900
_UNSEEN = 1


def measured(tree: Path, planted: Planted, seconds: float, repeats: int) -> Standing:
    """Measure a tree's scenario; return how its row stands.

    Raises CalledProcessError when it could not be measured.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "run", "--json", "--scenario", planted.scenario),
            *("--seconds", f"{seconds:g}", "--repeats", str(repeats), "--out", str(tree / "out")),
            *planted.options,
        ],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_RUN_SECONDS,
    )
    return standing(json.loads(done.stdout), planted)


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all for none.")] = None,
    *,
    seconds: Annotated[float, typer.Option(min=0.2, help="Of one window.")] = 2.0,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds of one run.")] = 2,
    pairs: Annotated[int, typer.Option(min=1, help="Runs without and with each cost.")] = 5,
) -> None:
    """Plant each cost in a copy of the tree, and see its row turn red."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="catalog-planted-") as scratch:
        for planted in (each for each in PLANTED if not names or each.name in names):
            with_it = _tree(Path(scratch) / planted.name, planted.edits)
            without = _tree(Path(scratch) / f"without-{planted.name}", ())
            found = [
                Pair(
                    measured(without, planted, seconds, repeats),
                    measured(with_it, planted, seconds, repeats),
                )
                for _ in range(1 if planted.exact else pairs)
            ]
            bar = next(each for each in bars() if each.name == planted.row)
            outcomes.append(Outcome(planted, bar, found))
            for tree in (with_it, without):
                shutil.rmtree(tree, ignore_errors=True)
    Console().print(table(outcomes))
    raise typer.Exit(0 if all(each.shown for each in outcomes) else _UNSEEN)


def _tree(to: Path, edits: tuple[Edit, ...]) -> Path:
    copy(ROOT, tracked_files(ROOT), to)
    for edit in edits:
        file = to / edit.file
        file.write_text(edit.applied_to(file.read_text("utf-8")), "utf-8")
    return to


def table(outcomes: Sequence[Outcome]) -> Table:
    """One line a cost, with all of its pairs."""
    drawn = Table("planted", "row", "bar", "without it", "with it", "seen")
    for each in outcomes:
        style = "green" if each.shown else "bold red"
        drawn.add_row(
            each.planted.name,
            each.planted.row,
            f"{each.bar.factor:g}",
            _spelt([pair.without for pair in each.pairs]),
            _spelt([pair.planted for pair in each.pairs]),
            f"[{style}]{each.told}[/]",
        )
    return drawn


def _spelt(runs: Sequence[Standing]) -> str:
    ratios = [run.ratio for run in runs if run.ratio is not None]
    if not ratios:
        return "nothing"
    median = f"{statistics.median(ratios):.2f}"
    return median if len(ratios) == 1 else f"{median} ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    typer.run(main)
