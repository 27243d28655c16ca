"""Tables for people and pages for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import typer

from catalog.cli.failures import say
from catalog.cli.printable import printable

_PIPED_WIDTH = 240
"""Of a table that goes to a file or another program: long cells are not broken there."""


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print the rows under their headings; cells are taken as they are, markup and all.

    A tuple is a cell of several lines.
    """
    from rich.console import Console  # noqa: PLC0415 - --help must be quick
    from rich.table import Column, Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_PIPED_WIDTH)
    table = Table(*(Column(heading, overflow="fold") for heading in headings), box=None)
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table)


def show_json(values: Mapping[str, object]) -> None:
    """Print one JSON object; times as ISO 8601, ids and the like as text."""
    typer.echo(json.dumps(values, default=_spelled))


def show_page(
    name: str,
    headings: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    limit: int,
    key: str,
    *,
    as_json: bool,
) -> None:
    """Print at most `limit` of the rows; one more than that says that there is a next page.

    `headings` choose the columns of the table, JSON has them all. `key` names the column
    whose value --after takes.
    """
    page = rows[:limit]
    following = page[-1][key] if len(rows) > limit else None
    if as_json:
        show_json({name: page, "next_after": following})
        return
    if page:
        show_table(
            [heading.replace("_", " ") for heading in headings],
            [[row[heading] for heading in headings] for row in page],
        )
    else:
        say(f"catalog: no {name}")
    if following is not None:
        say(f"catalog: there is more: --after {following}")


def moment(at: datetime | None) -> str:
    """Spell a time for a table: UTC, to the millisecond."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3] if at else ""


def listed(detail: Mapping[str, object]) -> str:
    """Spell details in one cell."""
    return ", ".join(f"{name}={value}" for name, value in detail.items())


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, tuple):
        return "\n".join(_cell(line) for line in value)
    return "" if value is None else printable(str(value))


def _spelled(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
