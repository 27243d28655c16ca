"""Fills a migrated database by COPY, so that every constraint of the schema is checked."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from bench.grown.model import TAG, Grown
from bench.grown.rows import FILLED, Filled

RawConnection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
CHUNK = 10_000
BYTES_AN_UPLOAD = 2_300
"""Tables and indexes together, measured at a million; the log takes about as much."""
FIRST_NUMBER = 1_000_000
"""Of history entries and events: lower ones are left for what is to be old."""
_ROOM = 2
_AT_ONCE = 2
_LONGEST_SECONDS = 1_800.0


class NoRoomError(Exception):
    """The message says how much there is and how much is needed."""


def check_room(*sizes: int, folder: str | None = None) -> None:
    """Raise NoRoomError where the temporary folder cannot hold databases of so many uploads."""
    where = folder or tempfile.gettempdir()
    free, needed = shutil.disk_usage(where).free, sum(sizes) * BYTES_AN_UPLOAD * _ROOM
    if free < needed:
        raise NoRoomError(
            f"{sum(sizes):,} uploads need {needed / 1e9:.1f} GB in {where},"
            f" and {free / 1e9:.1f} GB are free; TMPDIR names another place"
        )


async def load(dsn: str, rows: int, progress: Callable[[int], object] = lambda _: None) -> None:
    """Fill empty tables as `rows` uploads leave them; `progress` hears how many more are in."""
    async with asyncpg.create_pool(dsn, min_size=_AT_ONCE, max_size=_AT_ONCE) as pool:
        for sequence in ("upload_events_id_seq", "outbox_events_id_seq"):
            await pool.execute(f"SELECT setval('catalog.{sequence}', {FIRST_NUMBER})")
        firsts, now = iter(range(0, rows, CHUNK)), datetime.now(UTC)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(_AT_ONCE):
                tasks.create_task(_fill(pool, firsts, rows, now, progress))
        async with pool.acquire() as connection:
            await tidy(connection)


async def tidy(connection: "RawConnection") -> None:
    """Leave all tables as vacuum and analyse leave them."""
    tables = ", ".join(f"catalog.{filled.table}" for filled in FILLED)
    await connection.execute(f"VACUUM (FREEZE, ANALYZE) {tables}", timeout=_LONGEST_SECONDS)


async def _fill(
    pool: "asyncpg.Pool[asyncpg.Record]",
    firsts: Iterator[int],
    rows: int,
    now: datetime,
    progress: Callable[[int], object],
) -> None:
    async with pool.acquire() as connection:
        for first in firsts:
            items = [Grown(TAG, number, rows) for number in range(first, min(first + CHUNK, rows))]
            for filled in FILLED:
                await _copy(connection, filled, items, now)
            progress(len(items))


async def _copy(
    connection: "RawConnection", filled: Filled, items: Sequence[Grown], now: datetime
) -> None:
    await connection.copy_records_to_table(
        filled.table,
        schema_name="catalog",
        columns=filled.columns,
        records=(row for item in items for row in filled.rows(item, now)),
        timeout=_LONGEST_SECONDS,
    )
