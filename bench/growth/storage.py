"""`python -m bench.growth.storage`: what fillfactors and dead rows do to the tables.

The figures that docs/adr/0010 chose the storage parameters by.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated

import asyncpg
import typer
from rich.console import Console
from rich.table import Table

from bench.grown import loader
from bench.growth.dead_rows import DEAD, KINDS, pages_behind
from bench.growth.lives import Lives
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.runtime import migrations

_CHANGED = ("uploads", "inbox_events", "outbox_events", "videos")
_COUNTED = """
SELECT relname, n_tup_upd, n_tup_hot_upd, pg_table_size(relid) AS bytes,
    pg_indexes_size(relid) AS index_bytes
FROM pg_stat_user_tables WHERE schemaname = 'catalog' AND relname = ANY($1)
"""
_DIE = """
UPDATE catalog.uploads SET session_expires_at = session_expires_at + interval '1 second'
WHERE get_byte(uuid_send(upload_id), 0) * 100 / 256 < $1
"""
Row = tuple[str, ...]


async def fillfactors(cluster: Cluster, loaded: int, lives: int) -> Sequence[Row]:
    """Live the same lives at each fillfactor; tell updates, HOT ones, and bytes a life."""
    rows: list[Row] = []
    for factor in (100, 90, 80, 70):
        connection = await _database(cluster, f"fill_{factor}", loaded)
        for table in _CHANGED:
            await connection.execute(f"ALTER TABLE catalog.{table} SET (fillfactor = {factor})")
        before, wal = await _counted(connection), await _wal(connection)
        await Lives(connection, f"life-{factor}").run(lives)
        written = await _wal(connection) - wal
        for table, now in (await _counted(connection)).items():
            updates, hot, size, indexes = (now[place] - before[table][place] for place in range(4))
            share = f"{hot / updates:.1%}" if updates else ""
            cells = (f"{updates / lives:.1f}", share, f"{size / lives:,.0f}")
            rows.append((str(factor), table, *cells, f"{indexes / lives:,.0f}"))
        rows.append((str(factor), "log", "", "", f"{written / lives:,.0f}", ""))
        await connection.close()
    return rows


async def dead_rows(cluster: Cluster, loaded: int) -> Sequence[Row]:
    """Tell the pages that a batch reads with so many dead rows before it, never vacuumed."""
    rows: list[Row] = []
    for kind in KINDS:
        connection = await _database(cluster, f"dead_{kind}", loaded)
        found = await pages_behind(connection, kind)
        rows.append((kind, *(f"{found[dead]:,}" for dead in DEAD)))
        await connection.close()
    return rows


async def vacuums(cluster: Cluster, loaded: int) -> Sequence[Row]:
    """Tell what a vacuum of uploads takes with so many per cent of them dead."""
    connection, rows = await _database(cluster, "vacuums", loaded), list[Row]()
    for per_cent in (1, 2, 5, 20):
        await connection.execute(_DIE, per_cent)
        began = time.perf_counter()
        await connection.execute("VACUUM catalog.uploads", timeout=600)
        took = time.perf_counter() - began
        dead = loaded * per_cent / 100
        rows.append((f"{per_cent} %", f"{took * 1e3:,.0f} ms", f"{took / dead * 1e6:,.1f} us"))
    await connection.close()
    return rows


async def _database(
    cluster: Cluster, name: str, loaded: int
) -> "asyncpg.Connection[asyncpg.Record]":
    dsn = cluster.dsn(name)
    await asyncio.to_thread(migrations.apply, dsn)
    await loader.load(dsn, loaded)
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET synchronous_commit = off")
    return connection


async def _counted(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> dict[str, tuple[int, int, int, int]]:
    await connection.execute("SELECT pg_stat_force_next_flush()")
    rows = await connection.fetch(_COUNTED, list(_CHANGED))
    return {
        row["relname"]: (
            row["n_tup_upd"],
            row["n_tup_hot_upd"],
            row["bytes"],
            row["index_bytes"],
        )
        for row in rows
    }


async def _wal(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    return int(await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"))


async def _measured(loaded: int, lives: int) -> None:
    console = Console()
    with running_cluster(durable=False) as cluster:
        admin = await asyncpg.connect(cluster.dsn())
        await admin.execute("ALTER SYSTEM SET autovacuum = off")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.close()
        heads = ("updates a life", "HOT", "bytes a life", "index bytes a life")
        filled = Table("fillfactor", "table", *heads)
        for row in await fillfactors(cluster, loaded, lives):
            filled.add_row(*row)
        console.print(filled)
        walked = Table("pages of", *(f"{dead:,} dead before" for dead in DEAD))
        for row in await dead_rows(cluster, loaded):
            walked.add_row(*row)
        console.print(walked)
        cleaned = Table("dead uploads", "a vacuum", "for each dead row")
        for row in await vacuums(cluster, loaded):
            cleaned.add_row(*row)
        console.print(cleaned)


def main(
    *,
    loaded: Annotated[int, typer.Option(min=1_000, help="Uploads that are there.")] = 20_000,
    lives: Annotated[int, typer.Option(min=100, help="Uploads that come and go.")] = 6_000,
) -> None:
    """Measure."""
    asyncio.run(_measured(loaded, lives))


if __name__ == "__main__":
    typer.run(main)
