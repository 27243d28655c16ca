"""`python -m bench.planted`: costs planted in copies of the tree turn their rows red.

Each copy is measured with its own harness, service and schema; the tree itself is only read. The
rows are counts, in which chance has no part: one run without a cost and one with it are enough.
"""

import json
import os
import shutil
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
from bench.planted_outcome import Outcome, Standing, standing
from bench.registry import bars
from tests.mutants.copies import copy, tracked_files
from tests.mutants.mutant import Edit

ROOT = Path(__file__).parents[1]
_RUN_SECONDS = 900
_UNSEEN = 1


def measured(tree: Path, planted: Planted) -> Standing:
    """Measure a tree's scenario; return how its row stands.

    Raises CalledProcessError when it could not be measured.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "run", "--json", "--scenario", planted.scenario),
            *("--repeats", "1", "--out", str(tree / "out")),
            *planted.options,
        ],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=_RUN_SECONDS,
    )
    return standing(json.loads(done.stdout), planted.row)


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all for none.")] = None,
) -> None:
    """Plant each cost in a copy of the tree, and see its row turn red."""
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="catalog-planted-") as scratch:
        for planted in (each for each in PLANTED if not names or each.name in names):
            with_it = _tree(Path(scratch) / planted.name, planted.edits)
            without = _tree(Path(scratch) / f"without-{planted.name}", ())
            bar = next(each for each in bars() if each.name == planted.row)
            found = [measured(tree, planted) for tree in (without, with_it)]
            outcomes.append(Outcome(planted, bar, *found))
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
    """One line a cost."""
    drawn = Table("planted", "row", "bar", "without it", "with it", "seen")
    for each in outcomes:
        style = "green" if each.shown else "bold red"
        drawn.add_row(
            each.planted.name,
            each.planted.row,
            f"{each.bar.factor:g}",
            _spelt(each.without),
            _spelt(each.with_it),
            f"[{style}]{each.told}[/]",
        )
    return drawn


def _spelt(run: Standing) -> str:
    return "nothing" if run.ratio is None else f"{run.ratio:.3g}"


if __name__ == "__main__":
    typer.run(main)
