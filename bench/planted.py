"""`python -m bench.planted`: costs planted in copies of the tree turn their rows red.

Each copy is measured with its own harness, service and schema; the tree itself is only read.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.verdict import Verdict
from tests.mutants.copies import copy, tracked_files
from tests.mutants.mutant import Edit

ROOT = Path(__file__).parents[1]
_RUN_SECONDS = 900
_SURVIVED = 1


@dataclass(frozen=True, slots=True)
class Planted:
    """A cost, and the row that must show it."""

    name: str
    why: str
    edits: tuple[Edit, ...]
    scenario: str
    row: str


PLANTED = (
    Planted(
        "extra-round-trip",
        "Init asks the database something before it writes.",
        (
            Edit(
                "catalog/application/init_resumable_upload.py",
                "                made = await statements.uploads.insert_by_user_md5(facts, _MADE)\n"
                "            if made is not None:\n",
                "                user, md5 = facts.user_id, facts.md5\n"
                "                await statements.uploads.find_by_user_md5(user, md5)\n"
                "                made = await statements.uploads.insert_by_user_md5(facts, _MADE)\n"
                "            if made is not None:\n",
            ),
        ),
        "init_new",
        "init_new: CPU",
    ),
    Planted(
        "second-signature",
        "Init signs its URL twice.",
        (
            Edit(
                "catalog/application/init_resumable_upload.py",
                "        start = await self.signer.signed_resumable_init_url(",
                "        await self.signer.signed_resumable_init_url(\n"
                "            upload.ref, upload.content_type, at\n"
                "        )\n"
                "        start = await self.signer.signed_resumable_init_url(",
            ),
        ),
        "init_new",
        "init_new: CPU",
    ),
    Planted(
        "missing-index",
        "Uploads have no index by their id.",
        (
            Edit(
                "migrations/008_count_what_clients_report.sql",
                "SET LOCAL statement_timeout = '60s';\n",
                "SET LOCAL statement_timeout = '60s';\n"
                "ALTER TABLE catalog.uploads DROP CONSTRAINT uploads_pkey CASCADE;\n",
            ),
        ),
        "get_upload",
        "get_upload: rate beside its parts",
    ),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a row stood in the tree as it is, and with the cost."""

    planted: Planted
    before: tuple[str, float]
    after: tuple[str, float]

    @property
    def seen(self) -> bool:
        """True when the row was green and has turned red."""
        return self.before[0] == Verdict.MET and self.after[0] == Verdict.MISSED


def measured(tree: Path, planted: Planted, seconds: float, repeats: int) -> tuple[str, float]:
    """Measure a tree's scenario; return its row's verdict and ratio.

    Raises CalledProcessError when it could not be measured.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bench", "run", "--json", "--scenario", planted.scenario),
            *("--seconds", f"{seconds:g}", "--repeats", str(repeats), "--out", str(tree / "out")),
        ],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        check=True,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
    )
    return of_row(json.loads(done.stdout), planted.row)


def of_row(said: Mapping[str, Any], name: str) -> tuple[str, float]:
    """Find a row in what a run printed."""
    row = next(each for each in said["rows"] if each["bar"]["name"] == name)
    ratio = row["ratio"] or {}
    return str(row["verdict"]), float(ratio.get("median", "nan"))


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all for none.")] = None,
    *,
    seconds: Annotated[float, typer.Option(min=0.2)] = 2.0,
    repeats: Annotated[int, typer.Option(min=1)] = 3,
) -> None:
    """Plant each cost in a copy of the tree, and see its row turn red."""
    console = Console()
    chosen = [each for each in PLANTED if not names or each.name in names]
    files = tracked_files(ROOT)
    outcomes, unchanged = [], dict[str, tuple[str, float]]()
    with tempfile.TemporaryDirectory(prefix="catalog-planted-") as scratch:
        for planted in chosen:
            if planted.row not in unchanged:
                clean = _tree(files, Path(scratch) / f"clean-{planted.name}", ())
                unchanged[planted.row] = measured(clean, planted, seconds, repeats)
            tree = _tree(files, Path(scratch) / planted.name, planted.edits)
            after = measured(tree, planted, seconds, repeats)
            shutil.rmtree(tree, ignore_errors=True)
            outcomes.append(Outcome(planted, unchanged[planted.row], after))
    console.print(table(outcomes))
    raise typer.Exit(0 if all(each.seen for each in outcomes) else _SURVIVED)


def _tree(files: Sequence[Path], to: Path, edits: tuple[Edit, ...]) -> Path:
    copy(ROOT, files, to)
    for edit in edits:
        file = to / edit.file
        file.write_text(edit.applied_to(file.read_text("utf-8")), "utf-8")
    return to


def table(outcomes: list[Outcome]) -> Table:
    """One line a cost."""
    drawn = Table("planted", "row", "without it", "with it", "seen")
    for each in outcomes:
        style = "green" if each.seen else "bold red"
        before, after = (f"{verdict} ({ratio:.2f})" for verdict, ratio in (each.before, each.after))
        seen = f"[{style}]{'yes' if each.seen else 'no'}[/]"
        drawn.add_row(each.planted.name, each.planted.row, before, after, seen)
    return drawn


if __name__ == "__main__":
    typer.run(main)
