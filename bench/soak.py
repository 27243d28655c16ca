"""`python -m bench.soak`: what a hundred thousand calls leave behind in the process."""

import asyncio
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.children import ChildError
from bench.machine import machine
from bench.noise import Watch
from bench.process import soaked
from bench.result import Result
from bench.sample import Sample
from bench.stage import stage
from bench.tables import further_table, rows_table
from bench.verdict import all_met, judged
from catalog.devstack.process import ServiceProcessError

RESULTS = Path(__file__).parent / "results"
_MISSED, _BROKEN, _INTERRUPTED = 1, 3, 130
_ERRORS = Console(stderr=True)


def main(
    *,
    out: Annotated[Path, typer.Option(help="Where soak.json goes.")] = RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Soak a service, and end with 1 when it keeps more than it may."""
    try:
        result = asyncio.run(_soaked())
    except (ChildError, ServiceProcessError, TimeoutError) as broken:
        _ERRORS.print(escape(f"could not be soaked: {broken}"))
        raise typer.Exit(_BROKEN) from None
    except KeyboardInterrupt:
        raise typer.Exit(_INTERRUPTED) from None
    result.write(out / "soak.json")
    rows = judged(soaked.BARS, result.samples)
    if as_json:
        told = [{"bar": row.bar.name, "verdict": row.said} for row in rows]
        typer.echo(json.dumps({"rows": told, **result.samples[0].figures()}))
    else:
        Console().print(further_table(result), rows_table(rows))
    for sample in result.samples:
        if sample.measured.errors:
            said = f"{sample.measured.errors} errors: {sample.measured.first_error}"
            _ERRORS.print(f"[red]{escape(said)}[/]")
    if not all_met(rows):
        raise typer.Exit(_MISSED)


async def _soaked() -> Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=_ERRORS, transient=True) as progress:
        bar = progress.add_task("", total=soaked.CALLS + soaked.CANCELLED)
        began, watch = time.monotonic(), Watch()

        def say(what: str, more: int) -> None:
            watch.look()
            progress.update(bar, description=what, advance=more)

        async with stage(lambda step: progress.update(bar, description=step)) as ready:
            measured = await soaked.soak(ready, say)
    return Result(
        machine=machine(),
        command="python -m bench.soak " + shlex.join(sys.argv[1:]),
        seconds=measured.seconds,
        rounds=1,
        took_seconds=time.monotonic() - began,
        noise=watch.noise(),
        samples=[Sample("soak", 1, measured)],
    )


if __name__ == "__main__":
    typer.run(main)
