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

from bench.spread import Spread
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
    options: tuple[str, ...] = ()
    """Of `bench run`."""


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
        "Uploads have no index by their id, nor one by their owner to fall back on.",
        (
            Edit(
                "migrations/008_count_what_clients_report.sql",
                "SET LOCAL statement_timeout = '60s';\n",
                "SET LOCAL statement_timeout = '60s';\n"
                "ALTER TABLE catalog.uploads DROP CONSTRAINT uploads_pkey CASCADE;\n"
                "ALTER TABLE catalog.uploads DROP CONSTRAINT uploads_user_md5_key;\n",
            ),
        ),
        "get_upload",
        "get_upload: rate beside its parts",
    ),
    Planted(
        "missing-index-of-lists",
        "Uploads have no index by their owner and age.",
        (
            Edit(
                "migrations/009_index_uploads_by_user.sql",
                "CREATE INDEX uploads_by_user\n"
                "ON catalog.uploads (user_id, created_at DESC, upload_id DESC);\n",
                "SELECT 1;\n",
            ),
        ),
        "grown_plans",
        "grown: plans",
        ("--large", "20000"),
    ),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stood in one tree."""

    verdict: str
    ratio: Spread | None

    def __str__(self) -> str:
        return f"{self.verdict} ({self.ratio.median:.2f})" if self.ratio else self.verdict


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a row stood in the tree as it is, and with the cost."""

    planted: Planted
    before: Standing
    after: Standing

    @property
    def turned_red(self) -> bool:
        """True when the row was green and is so no more: what is asked for."""
        return self.before.verdict == Verdict.MET and self.after.verdict == Verdict.MISSED

    @property
    def told(self) -> str:
        """Say what can be seen of the cost."""
        if self.turned_red:
            return "turned red"
        if self.before.ratio and self.after.ratio:
            apart = self.after.ratio.apart_from(self.before.ratio)
            if apart and self.before.verdict == Verdict.MISSED:
                return "red before, and clearly worse"
        return "not seen"


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
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
    )
    return of_row(json.loads(done.stdout), planted.row)


def of_row(said: Mapping[str, Any], name: str) -> Standing:
    """Find a row in what a run printed."""
    row = next(each for each in said["rows"] if each["bar"]["name"] == name)
    return Standing(row["verdict"], Spread(**row["ratio"]) if row["ratio"] else None)


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
    outcomes, unchanged = [], dict[str, Standing]()
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
    raise typer.Exit(0 if all(each.turned_red for each in outcomes) else _SURVIVED)


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
        style = "green" if each.turned_red else "bold red"
        before, after = str(each.before), str(each.after)
        told = f"[{style}]{each.told}[/]"
        drawn.add_row(each.planted.name, each.planted.row, before, after, told)
    return drawn


if __name__ == "__main__":
    typer.run(main)
