"""Two servers for the same load, alike in all but the snapshot that is held in one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from bench.bare.servers import ROWS, SELECTED_TAG
from bench.children import Hand, hand
from bench.items import Item
from bench.seeding import make_uploads
from catalog.devstack.on_thread import on_thread
from catalog.devstack.postgres import Cluster, running_cluster
from catalog.runtime import migrations

SHIPPED_BUFFERS = "128MB"
"""PostgreSQL's own default. What the development servers have is half of it, for thrift."""


@dataclass(frozen=True, slots=True)
class Server:
    """One of them, with rows to read and an outbox without any."""

    dsn: str = field(repr=False)
    database: "asyncpg.Connection[asyncpg.Record]"
    """For looking at it."""
    hand: Hand
    """Writes and relays."""


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    """Have one while the block lasts. Commits wait for the disk. Raises ClusterError."""
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(on_thread(running_cluster()))
        await _with_buffers(cluster)
        dsn = cluster.dsn("catalog")
        await asyncio.to_thread(migrations.apply, dsn)
        database = await asyncpg.connect(dsn)
        stack.push_async_callback(database.close)
        await make_uploads(database, [Item(SELECTED_TAG, number) for number in range(ROWS)])
        await database.execute("VACUUM (ANALYZE) catalog.uploads, catalog.outbox_events")
        yield Server(dsn, database, await stack.enter_async_context(hand()))


async def _with_buffers(cluster: Cluster) -> None:
    admin = await asyncpg.connect(cluster.dsn())
    try:
        await admin.execute(f"ALTER SYSTEM SET shared_buffers = '{SHIPPED_BUFFERS}'")
    finally:
        await admin.close()
    await asyncio.to_thread(cluster.stop)
    await asyncio.to_thread(cluster.start)
