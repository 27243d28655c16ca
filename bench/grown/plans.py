"""How the database answers the named queries: by which index, and how many rows it reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg

from catalog.adapters.postgres.queries import Query

GROWING = (
    *("uploads", "upload_events", "videos"),
    *("inbox_events", "outbox_events", "object_deletions"),
)
"""Tables whose size is that of the business, not of what is open or wrong."""
Mode = Literal["force_custom_plan", "force_generic_plan"]
MODES: Sequence[Mode] = ("force_custom_plan", "force_generic_plan")
"""asyncpg's prepared statements get the former five times, and the latter when it looks as good."""
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) EXECUTE planned"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one query did once."""

    query: str
    mode: Mode
    read_whole: frozenset[str]
    """Growing tables that were read from the first row to the last."""
    indexes: frozenset[str]
    rows: int
    """Of growing tables, those that were looked at in vain included."""
    pages: int


async def answer_of(
    connection: Connection,
    query: Query,
    values: Mapping[str, object],
    mode: Mode,
) -> Answer:
    """Run it as a prepared statement would, and leave no trace."""
    await connection.execute(f"PREPARE planned AS {query.text}")
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
        literals = ", ".join(map(literal, query.arguments(values)))
        told = await connection.fetchval(f"{_EXPLAIN}({literals})" if literals else _EXPLAIN)
    finally:
        await transaction.rollback()
        await connection.execute("DEALLOCATE planned")
    return read_plan(query.name, mode, json.loads(told)[0]["Plan"])


def read_plan(query: str, mode: Mode, plan: Mapping[str, Any]) -> Answer:
    """Sum a plan with its figures up."""
    found = list(_nodes(plan))
    scans = [node for node in found if node.get("Relation Name") in GROWING]
    whole = {node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan"}
    return Answer(
        query=query,
        mode=mode,
        read_whole=frozenset(whole),
        indexes=frozenset(node["Index Name"] for node in found if "Index Name" in node),
        rows=round(sum(map(_read, scans))),
        pages=int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]),
    )


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _read(node: Mapping[str, Any]) -> float:
    if node["Node Type"] == "ModifyTable":
        return 0
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    rows: float = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
    return rows * int(node["Actual Loops"])


def literal(value: object) -> str:
    """Spell a value so that PostgreSQL reads it as whatever the parameter's type is."""
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return f"'{value}'"
        case bytes():
            return f"'\\x{value.hex()}'"
        case timedelta():
            return f"'{value.total_seconds()} seconds'"
        case list() | tuple():
            return _quoted("{" + ",".join(map(_element, value)) + "}")
        case _:
            return _quoted(str(value))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _element(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case bytes():
            return f'"\\\\x{value.hex()}"'
        case str() | UUID() | datetime():
            escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case _:
            return str(value)
