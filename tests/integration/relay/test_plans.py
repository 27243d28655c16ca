"""What a relay asks goes through the right index, whatever was known of the table when it began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest

from catalog.adapters.postgres.relay_session import PostgresRelaySession
from catalog.application.outbox_records import SHARDS
from tests.support.announcing import relay_sessions

_FROM_THE_START = dict.fromkeys(SHARDS, 0)
_MANY = """
INSERT INTO catalog.outbox_events (aggregate_type, aggregate_id, event_type, payload, headers)
SELECT 'upload', gen_random_uuid(), 'x', decode(repeat('ab', 300), 'hex'), '{"version": "1"}'
FROM generate_series(1, $1)
"""
_PUBLISHED = "UPDATE catalog.outbox_events SET published_at = now() WHERE published_at IS NULL"
_ROWS = """
SELECT seq_tup_read FROM pg_stat_user_tables WHERE relid = 'catalog.outbox_events'::regclass
"""
_PAGES = """
SELECT sum(idx_blks_hit + idx_blks_read)::bigint FROM pg_statio_user_indexes
WHERE indexrelname LIKE 'outbox_events_waiting%'
"""
_RELAYS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'catalog-relay'
"""


@dataclass(frozen=True, slots=True)
class Table:
    """The outbox as the server's statistics see it."""

    dsn: str
    connection: "asyncpg.Connection[asyncpg.Record]"

    async def counted(self, what: str) -> int:
        """Count once every session has told the statistics what it did: at its end."""
        async with asyncio.timeout(10):
            while await self.connection.fetchval(_RELAYS):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.01)
        return await self.counted_so_far(what)

    async def counted_so_far(self, what: str) -> int:
        """Count what is told by now, all of our own connection among it."""
        await self.connection.execute("SELECT pg_stat_force_next_flush()")
        return int(await self.connection.fetchval(what))

    @asynccontextmanager
    async def begun_while_empty(self) -> AsyncIterator[PostgresRelaySession]:
        """Look more often than it takes for plans to be kept."""
        await self.connection.execute("VACUUM ANALYZE catalog.outbox_events")
        async with relay_sessions(self.dsn, session_timeout=30).open() as session:
            for _ in range(10):
                await session.choose(_FROM_THE_START, (), 10)
                await session.mark_published([1, 2])
            yield session


@pytest.fixture
async def table(database: str) -> AsyncIterator[Table]:
    connection = await asyncpg.connect(database)
    yield Table(database, connection)
    await connection.close()


async def test_a_relay_that_began_with_an_empty_table_never_walks_through_all_of_it(
    table: Table,
) -> None:
    async with table.begun_while_empty() as session:
        before = await table.counted_so_far(_ROWS)
        await table.connection.execute(_MANY, 600)
        found = await session.choose(_FROM_THE_START, (), 600)
        await session.mark_published([event.id for event in found])
    assert len(found) == 600
    assert await table.counted(_ROWS) - before <= 600


async def test_marking_events_passes_over_nothing_that_an_old_snapshot_keeps_in_an_index(
    table: Table,
) -> None:
    await table.connection.execute(_MANY, 2_000)
    async with relay_sessions(table.dsn, session_timeout=30).open() as session:
        snapshot = await asyncpg.connect(table.dsn)
        async with snapshot.transaction(isolation="repeatable_read", readonly=True):
            await snapshot.fetchval("SELECT count(*) FROM catalog.outbox_events")
            await table.connection.execute(_PUBLISHED)
            await table.connection.execute("VACUUM ANALYZE catalog.outbox_events")
            before = await table.counted_so_far(_PAGES)
            for _ in range(10):
                await session.mark_published([*range(2_001, 2_041)])
        await snapshot.close()
    assert await table.counted(_PAGES) - before < 50
