"""`catalog gc report`: what sweeps found, and what upkeep has before it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catalog.cli.config_option import ConfOption
from catalog.cli.connection import JsonOption
from catalog.cli.failures import USAGE, CliError, say
from catalog.cli.operating import LimitOption, operate
from catalog.cli.tables import listed, show_json, show_page, show_table

if TYPE_CHECKING:
    from catalog.adapters.postgres.store import PostgresStore
    from catalog.application.report_upkeep import UpkeepReport
    from catalog.application.upkeep_records import SeenFinding
    from catalog.runtime.config import Config

_FINDING = ("kind", "object", "generation", "upload_id", "first_seen_at")
_DELETION = ("object", "generation", "reason", "failures", "last_error")
_SWEEP = ("name", "state", "started_at", "finished_at", "kept", "completed", "deleted", "skipped")


class Kind(StrEnum):
    """What a sweep leaves to people."""

    ORPHAN = "orphan"
    OTHER_GENERATION = "other_generation"
    GONE = "gone"


def report(
    *,
    kind: Annotated[
        Kind | None, typer.Option(help="Only findings of this kind, in pages.", show_default=False)
    ] = None,
    limit: LimitOption = 100,
    after: Annotated[
        str,
        typer.Option(metavar="KEY", help="With --kind: go on behind this.", show_default=False),
    ] = "",
    conf: ConfOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what the last sweeps found and what is still to delete.

    orphan: nobody owns the object. gone: a completed upload has none any more (see `catalog
    uploads forget`). other_generation: not the one that completed the upload.
    """
    if kind is not None:
        _findings(kind, limit, after, conf, as_json=as_json)
        return
    if after:
        raise CliError("--after goes with --kind", exit_code=USAGE)

    async def work(store: "PostgresStore", config: "Config") -> "UpkeepReport":
        from catalog.application.report_upkeep import ReportUpkeep  # noqa: PLC0415 - quick --help

        return await ReportUpkeep(store, _margin(config))(limit)

    found = operate(conf, work).as_json()
    if as_json:
        show_json(found)
    else:
        _show(found, limit)


def _findings(kind: Kind, limit: int, after: str, conf: Path | None, *, as_json: bool) -> None:
    from catalog.application.report_upkeep import (  # noqa: PLC0415 - --help must be quick
        ReportUpkeep,
        finding_facts,
    )

    async def work(store: "PostgresStore", config: "Config") -> "Sequence[SeenFinding]":
        listing = ReportUpkeep(store, _margin(config))
        try:
            return await listing.findings(kind.value, after or None, limit + 1)
        except ValueError:
            raise CliError("--after takes a key that a page ended with", exit_code=USAGE) from None

    rows = [finding_facts(each) for each in operate(conf, work)]
    show_page("findings", _FINDING, rows, limit, "key", as_json=as_json)


def _margin(config: "Config") -> timedelta:
    return timedelta(seconds=config.reaper.margin_seconds)


def _show(found: Mapping[str, Any], limit: int) -> None:
    backlog = dict(found["backlog"])
    kinds = backlog.pop("findings")
    backlog |= {f"findings_{kind}": kinds.get(kind, 0) for kind in Kind}
    show_table(("before upkeep", ""), [(_words(name), each) for name, each in backlog.items()])
    _table([_sweep(each) for each in found["sweeps"]], _SWEEP)
    _table(found["findings"], _FINDING)
    _table(found["open_deletions"], _DELETION)
    for kind, key in found["next_after"].items():
        say(f"catalog: there are more findings: --kind {kind} --after {key}")
    if found["more_deletions"]:
        say(f"catalog: there are more open deletions: --limit {min(limit * 2, 1000)}")


def _sweep(row: Mapping[str, Any]) -> dict[str, object]:
    counts = row["counts"]
    state = "under way" if row["under_way"] else row["outcome"]
    skipped = f"{sum(counts['skipped'].values())} {listed(counts['skipped'])}"
    return {**row, **counts, "state": state, "skipped": skipped}


def _table(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    if rows:
        typer.echo()
        shown = [[row.get(column) for column in columns] for row in rows]
        show_table([_words(column) for column in columns], shown)


def _words(name: str) -> str:
    return name.replace("_", " ")
