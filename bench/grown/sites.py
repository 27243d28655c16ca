"""Two databases in one server, alike but for their size, with a service in front of each."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from bench.grown import loader
from bench.sample import Measured
from bench.serving import unlimited_settings
from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.devstack.on_thread import on_thread
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.devstack.process import ServiceProcess, service_process
from catalog.emulator import Emulator
from catalog.runtime import migrations
from catalog.runtime.pooling import pool_settings
from catalog.runtime.settings import DatabaseSettings

SMALL, LARGE = 10_000, 1_000_000
_BUFFERS_OVER_DATA = 1.5
_LONGEST_SECONDS = 1_800.0
_RELATIONS = """
SELECT c.oid::regclass::text FROM pg_class AS c
WHERE c.relnamespace = 'catalog'::regnamespace AND c.relkind IN ('r', 'i')
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many uploads are in each database."""

    small: int = SMALL
    large: int = LARGE


@dataclass(frozen=True, slots=True)
class Site:
    """A database with its service."""

    rows: int
    dsn: str = field(repr=False)
    database: "asyncpg.Connection[asyncpg.Record]"
    service: ServiceProcess
    store: PostgresStore
    """On the one connection of `pool`, whose commits do not wait for the disk."""
    pool: "asyncpg.Pool[asyncpg.Record]"


@dataclass(frozen=True, slots=True)
class Sites:
    """Both of them."""

    small: Site
    large: Site
    done: dict[str, Measured] = field(default_factory=dict)
    """Halves of pairs that were measured before their turn."""
    counted: dict[str, int] = field(default_factory=dict)
    """How often something was done that must not be done twice alike."""

    def next(self, what: str) -> int:
        """Count from one."""
        self.counted[what] = self.counted.get(what, 0) + 1
        return self.counted[what]


@asynccontextmanager
async def both_sites(
    sizes: Sizes, emulator: Emulator, folder: Path, say: Callable[[str], None]
) -> AsyncIterator[Sites]:
    """Fill them, and serve while the block lasts. Raises NoRoomError."""
    await asyncio.to_thread(loader.check_room, sizes.small, sizes.large)
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(on_thread(running_cluster()))
        await _configured(cluster, sizes)
        made: list[Site] = []
        for rows in (sizes.small, sizes.large):
            dsn = cluster.dsn(f"catalog_{rows}")
            await asyncio.to_thread(migrations.apply, dsn)
            await loader.load(dsn, rows, _telling(say, rows))
            made.append(await _site(stack, rows, dsn, emulator, folder))
        say("writing all of it to the disk")
        for site in made:
            await _in_memory(site.database)
        yield Sites(small=made[0], large=made[1])


def _telling(say: Callable[[str], None], rows: int) -> Callable[[int], None]:
    there = 0

    def tell(more: int) -> None:
        nonlocal there
        there += more
        say(f"filling in {rows:,} uploads: {there / rows:.0%}")

    return tell


async def _configured(cluster: Cluster, sizes: Sizes) -> None:
    """Let everything fit into memory, and let nothing happen by itself in one of the windows."""
    data = (sizes.small + sizes.large) * loader.BYTES_AN_UPLOAD * _BUFFERS_OVER_DATA
    memory = psutil.virtual_memory().total
    settings: Mapping[str, str] = {
        "shared_buffers": f"{max(128, int(min(data, memory / 4) / 2**20))}MB",
        "effective_cache_size": f"{int(memory * 0.75 / 2**20)}MB",
        "max_wal_size": "16GB",
        "checkpoint_timeout": "1h",
        "autovacuum": "off",
    }
    admin = await asyncpg.connect(cluster.dsn())
    try:
        for name, value in settings.items():
            await admin.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    finally:
        await admin.close()
    await asyncio.to_thread(cluster.stop)
    await asyncio.to_thread(cluster.start)


async def _site(
    stack: AsyncExitStack, rows: int, dsn: str, emulator: Emulator, folder: Path
) -> Site:
    settings = unlimited_settings(emulator, dsn)
    database = await asyncpg.connect(dsn)
    stack.push_async_callback(database.close)
    service = service_process(settings, log=folder / f"service-{rows}.log")
    one = {"url": dsn, "pool_min_size": 1, "pool_max_size": 1}
    config = pool_settings(DatabaseSettings.model_validate(one))
    pool = await stack.enter_async_context(open_pool(config))
    # Waiting for the disk would hide what the size of a table costs.
    await pool.execute("SET synchronous_commit = off")
    await pool.execute("SET statement_timeout = '10min'")
    return Site(
        rows=rows,
        dsn=dsn,
        database=database,
        service=await stack.enter_async_context(service),
        store=PostgresStore(pool, acquire_timeout_seconds=60),
        pool=pool,
    )


async def _in_memory(database: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Bring all pages into the server's memory, and all that was written to the disk."""
    await database.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    for (name,) in await database.fetch(_RELATIONS):
        await database.execute(f"SELECT pg_prewarm('{name}')", timeout=_LONGEST_SECONDS)
    await database.execute("CHECKPOINT", timeout=_LONGEST_SECONDS)
