"""`python -m tests.mutants`: shows that the tests notice bugs, by seeding some."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from tests.mutants import report
from tests.mutants.copies import tracked_files
from tests.mutants.mutant import Mutant
from tests.mutants.runner import Runner, UnsoundError
from tests.mutants.seeded import MUTANTS
from tests.mutants.verdict import Result

ROOT = Path(__file__).parents[2]
_FAILED, _WRONG_USE, _INTERRUPTED = 1, 2, 130
_ERRORS = Console(stderr=True)


def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Which; all when none is named.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    at_once: Annotated[int, typer.Option(min=1, help="How many to try side by side.")] = 2,
) -> None:
    """Seed bugs into copies of the tree and see whether the tests that must notice do."""
    began = time.monotonic()
    try:
        results = asyncio.run(_judged(_chosen(names or []), at_once))
    except UnsoundError as unsound:
        _ERRORS.print(escape(str(unsound)[-4000:]))
        _ERRORS.print("[bold red]The named tests fail on the tree as it is.[/]")
        raise typer.Exit(_FAILED) from None
    except subprocess.CalledProcessError:
        _ERRORS.print("What belongs to the tree is asked of git: run this in a clone.")
        raise typer.Exit(_WRONG_USE) from None
    except KeyboardInterrupt:
        _ERRORS.print("Interrupted.")
        raise typer.Exit(_INTERRUPTED) from None
    _show(results, time.monotonic() - began, as_json=as_json)
    raise typer.Exit(report.exit_code(results))


def _chosen(names: Sequence[str]) -> Sequence[Mutant]:
    known = {mutant.name: mutant for mutant in MUTANTS}
    if unknown := [name for name in names if name not in known]:
        _ERRORS.print(f"No such mutant: {', '.join(unknown)}. There are: {', '.join(known)}.")
        raise typer.Exit(_WRONG_USE)
    return [known[name] for name in names] or MUTANTS


async def _judged(mutants: Sequence[Mutant], at_once: int) -> Sequence[Result]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        tempfile.TemporaryDirectory(prefix="catalog-mutants-") as scratch,
        Progress(*columns, console=_ERRORS, transient=True) as progress,
    ):
        bar = progress.add_task("the tree as it is", total=len(mutants))

        def tell(result: Result) -> None:
            progress.update(bar, advance=1, description=f"{result.mutant.name}: {result.verdict}")

        runner = Runner(ROOT, tracked_files(ROOT), Path(scratch), at_once)
        await runner.check_unchanged(mutants)
        return await runner.run(mutants, tell)


def _show(results: Sequence[Result], seconds: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(report.as_json(results, seconds))
        return
    console = Console()
    console.print(report.table(results))
    console.print(report.summary(results, seconds))


if __name__ == "__main__":
    typer.run(main)
