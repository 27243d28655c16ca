"""`python -m bench`: measure, compare, publish."""

import asyncio
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench import published, report
from bench.activity import Activity
from bench.children import ChildError
from bench.comparison import Change, changes
from bench.gathered import file_name, read_all, shown_with
from bench.grown.loader import NoRoomError
from bench.grown.sites import LARGE, Sizes
from bench.noise import warnings
from bench.profiled import Profile, ProfilerError, profiled
from bench.registry import UnknownScenarioError, bars, chosen
from bench.result import Result, UnreadableResultError, read
from bench.running import Plan, preflight, run, warmed
from bench.stage import stage
from bench.tables import (
    changes_table,
    figures_table,
    further_table,
    profile_table,
    rows_table,
    wholes_table,
)
from bench.verdict import Row, about, all_met, judged, spreads
from catalog.devstack.process import ServiceProcessError

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
_MISSED, _WRONG_USE, _BROKEN, _INTERRUPTED = 1, 2, 3, 130
_ERRORS = Console(stderr=True)
_LARGE = "Uploads in the larger database of growth, 10000000 where the disk has room."
app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("run")
def run_command(
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="A scenario or family, again for more; all when none is named."),
    ] = None,
    *,
    seconds: Annotated[float, typer.Option(min=0.2, max=60, help="Of one window.")] = 2.5,
    repeats: Annotated[int, typer.Option(min=1, max=50, help="Rounds.")] = 5,
    baseline: Annotated[Path | None, typer.Option(help="Compare with this earlier result.")] = None,
    out: Annotated[Path, typer.Option(help="Where JSON and the page go.")] = RESULTS,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    durable: Annotated[bool, typer.Option(help="Whether commits wait for the disk.")] = True,
    strict: Annotated[bool, typer.Option(help="End with 1 when a bar is missed.")] = False,
    large: Annotated[int, typer.Option(min=20_000, help=_LARGE)] = LARGE,
) -> None:
    """Measure scenarios and their bare parts in turns, and judge them by their bars."""
    try:
        activities = chosen(scenario or [])
        earlier = read(baseline) if baseline else None
    except (UnknownScenarioError, UnreadableResultError, OSError) as wrong:
        raise _ended(str(wrong), _WRONG_USE) from None
    command = "python -m bench " + shlex.join(sys.argv[1:])
    plan = Plan(activities, seconds, repeats, command, durable, large)
    try:
        result = asyncio.run(_measured(plan))
    except (ChildError, NoRoomError, ServiceProcessError, TimeoutError) as broken:
        raise _ended(f"could not be measured: {broken}", _BROKEN) from None
    except KeyboardInterrupt:
        raise _ended("interrupted", _INTERRUPTED) from None
    compared = changes(earlier, result) if earlier else []
    name = file_name(activities, chosen(()))
    file = out / f"{name}.json"
    result.write(file)
    page, gathered = shown_with(name, result, out)
    (out / page).write_text(report.page(gathered, compared), "utf-8")
    rows = judged(about(bars(), result.samples), result.samples)
    _show(result, rows, compared, as_json=as_json)
    _ERRORS.print(f"{out / page} and {file.name} hold all of it.", soft_wrap=True)
    if strict and not all_met(rows):
        raise typer.Exit(_MISSED)


@app.command()
def publish(
    source: Annotated[Path, typer.Argument(help="Where results are.")] = RESULTS,
    page: Annotated[Path, typer.Option(help="What to write.")] = PAGE,
) -> None:
    """Write docs/performance.md from the results that are kept, and those beside it."""
    try:
        published.publish(read_all(source), page)
    except (UnreadableResultError, OSError) as wrong:
        raise _ended(str(wrong), _WRONG_USE) from None


@app.command("profile")
def profile_command(
    scenario: Annotated[str, typer.Argument(help="One that loads the service, or a bare whole.")],
    *,
    seconds: Annotated[float, typer.Option(min=1, max=60)] = 5.0,
    top: Annotated[int, typer.Option(min=1, help="How many functions to list.")] = 40,
) -> None:
    """Show where the time of what is loaded goes under one scenario (py-spy; may need root)."""
    try:
        activity = next(each for each in chosen([scenario]) if each.name == scenario)
        profile = asyncio.run(_profiled(activity, seconds))
    except (UnknownScenarioError, ProfilerError, ChildError, TimeoutError) as wrong:
        raise _ended(str(wrong), _WRONG_USE) from None
    Console().print(profile_table(profile, top))


async def _profiled(activity: Activity, seconds: float) -> Profile:
    async with stage(_ERRORS.print) as ready:
        return await profiled(ready, activity, seconds, ready.folder)


def _ended(why: str, code: int) -> typer.Exit:
    _ERRORS.print(escape(why))
    return typer.Exit(code)


async def _measured(plan: Plan) -> Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=_ERRORS, transient=True) as progress:
        bar = progress.add_task("", total=plan.windows)

        def say(step: str) -> None:
            progress.update(bar, description=step)

        sizes = Sizes(large=plan.large)
        async with stage(say, durable=plan.durable, sizes=sizes) as ready:
            say("warming up")
            await warmed(ready, plan.activities)
            for sample in await preflight(ready, plan.activities, min(1.0, plan.seconds)):
                figures = sample.figures()
                _ERRORS.print(
                    f"{sample.activity}: an empty server answers {figures['rate']:,.0f}/s,"
                    f" {figures['busy']:.0%} busy; the generator is"
                    f" {figures['generator_busy']:.0%} busy with that"
                )
            return await run(
                ready,
                plan,
                lambda sample: progress.update(bar, advance=1, description=sample.activity),
            )


def _show(
    result: Result, rows: Sequence[Row], compared: Sequence[Change], *, as_json: bool
) -> None:
    _warn(result)
    if as_json:
        typer.echo(json.dumps({**asdict(result), "rows": [asdict(row) for row in rows]}))
        return
    console = Console()
    console.print(figures_table(result))
    if (further := further_table(result)).row_count:
        console.print(further)
    if compared:
        console.print(changes_table(compared))
    if (wholes := wholes_table(result)).row_count:
        console.print(wholes)
    console.print(rows_table(rows))


def _warn(result: Result) -> None:
    for each in warnings(result.noise, spreads(result.samples), bars()):
        _ERRORS.print(f"[yellow]noisy:[/] {escape(each)}", soft_wrap=True)
    for sample in result.samples:
        if sample.measured.errors:
            said = f"{sample.measured.errors} errors in round {sample.round}"
            why = escape(sample.measured.first_error)
            _ERRORS.print(f"[red]{sample.activity}:[/] {said}: {why}", soft_wrap=True)


if __name__ == "__main__":
    app()
