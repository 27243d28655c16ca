"""`catalog gc`: what upkeep found and has before it, and a sweep by hand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import FAILED, USAGE, CliError, say
from catalog.cli.gc_report import report
from catalog.cli.operating import operate
from catalog.cli.stop_signal import stop_signal
from catalog.cli.sweep_progress import SweepProgress
from catalog.cli.tables import listed, show_json, show_table

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.application.sweep_walk import SweepMode, SweepResult
    from catalog.runtime.config import Config

app = typer.Typer(help="Sweeps of bucket and rows, and what they found.", no_args_is_help=True)
app.command("report")(report)


@app.command("run")
def run(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Complete what was missed, queue what came back.")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Repair, and delete objects that nobody owns.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="From the start, not where the last run stopped.")
    ] = False,
    max_orphan_fraction: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Refuse when a larger share is nobody's, or lost. Otherwise the setting's.",
            show_default=False,
        ),
    ] = None,
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sweep bucket and rows: a dry run that changes nothing, unless told otherwise.

    Ctrl-C and SIGTERM stop it; the next run goes on from there. Exit code 1 when a sweep did
    not finish.
    """
    from catalog.application.sweep_walk import SweepMode  # noqa: PLC0415 - --help must be quick

    mode = SweepMode.REPAIR if repair else SweepMode.REPORT
    mode = SweepMode.DELETE if delete else mode

    async def work(store: "PostgresStore", config: "Config") -> "Swept":
        return await _swept(store, config, mode, max_orphan_fraction, restart=restart)

    results, fault = operate(conf, work)
    if as_json:
        show_json({"mode": mode.value, "sweeps": [each.as_json() for each in results]})
    else:
        _show_results(results, mode)
    _say_what_did_not_end(results, fault)


Swept = tuple["list[SweepResult]", str]

_WHY: Mapping[str, str] = {
    "refused": "too much is amiss to be true (see --max-orphan-fraction); nothing was deleted",
    "stopped": "stopped; the next run goes on from there",
    "lost": "another sweep has taken over",
    "not_now": "another sweep is under way, or was killed minutes ago; try again later",
}


async def _swept(
    store: "PostgresStore",
    config: "Config",
    mode: "SweepMode",
    max_orphan_fraction: float | None,
    *,
    restart: bool,
) -> "Swept":
    """Sweep one after the other until told to stop: the results, and what came in between."""
    from catalog.application.sweep_walk import SweepRun  # noqa: PLC0415 - --help must be quick
    from catalog.domain.errors import UnavailableError  # noqa: PLC0415
    from catalog.runtime.sweeping import all_sweeps, bucket_objects  # noqa: PLC0415 - heavy
    from catalog.runtime.upkeep import Upkeep  # noqa: PLC0415

    if not config.gcs.buckets:
        raise CliError("gcs.bucket must be set: it is what is swept", exit_code=USAGE)
    async with bucket_objects(config) as objects:
        with SweepProgress() as progress, stop_signal() as stop:
            sweep_run = SweepRun(mode, restart=restart, stop=stop, progress=progress)
            results: list[SweepResult] = []
            for sweep in all_sweeps(Upkeep(config, store, objects), max_orphan_fraction):
                if stop.is_set():
                    break
                try:
                    results.append(await sweep(sweep_run))
                except UnavailableError as error:
                    return results, error.message
            return results, ""


def _say_what_did_not_end(results: "list[SweepResult]", fault: str) -> None:
    unfinished = [each for each in results if each.state != "finished"]
    for each in unfinished:
        say(f"catalog: {each.name}: {_WHY[each.state]}")
    if fault:
        say(f"catalog: {fault} What is missing above did not end; the next run goes on from there")
    if unfinished or fault:
        raise typer.Exit(FAILED)


def _show_results(results: "list[SweepResult]", mode: "SweepMode") -> None:
    typer.echo(f"mode: {mode.value}" + (" (dry run)" if mode.value == "report" else ""))
    rows = []
    for each in results:
        counts = each.as_json()
        skipped = counts["skipped"]
        assert isinstance(skipped, dict)
        numbers = [counts[name] for name in ("kept", "completed", "deleted")]
        rows.append([each.name, each.state, *numbers, sum(skipped.values()), listed(skipped)])
    show_table(["sweep", "state", "kept", "completed", "deleted", "skipped", "why"], rows)
