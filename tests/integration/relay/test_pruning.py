"""Retention beside everything else: old published rows go, nobody waits for it."""

import asyncio
from datetime import timedelta

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.outbox_pruning import PruneOutbox
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing, some_aggregates

_OLD = """
UPDATE catalog.outbox_events SET
    occurred_at = now() - interval '40 days',
    published_at = CASE WHEN id % 10 <> 0 THEN now() - interval '40 days' END,
    parked_at = CASE WHEN id % 10 = 0 THEN now() END
"""


async def test_old_events_go_page_by_page_while_others_are_locked_written_and_published(
    database: str, store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    async with pool.acquire() as connection:
        writing = Writing(connection, some_aggregates(50))
        await writing.many(500, 10_000)
        await connection.execute(_OLD)
        prune, stop = PruneOutbox(store, timedelta(days=31), page_size=40), asyncio.Event()
        fresh, topic = Writing(connection, some_aggregates(20)), RecordedTopic()
        async with pool.acquire() as busy, busy.transaction(), relaying(database, topic):
            await busy.execute(
                "SELECT 1 FROM catalog.outbox_events WHERE published_at IS NULL FOR UPDATE"
            )
            deleted, _ = await asyncio.gather(prune(stop), fresh.many(100, 300))
            await fresh.until_published(left=50)
        kept = await connection.fetch("SELECT parked_at FROM catalog.outbox_events ORDER BY id")
    assert deleted == 450
    assert len(kept) == 50 + 100
    assert all(row["parked_at"] for row in kept[:50])
    assert len(topic.story.times) == 100


async def test_pruning_ends_early_when_told_to_stop(
    store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    async with pool.acquire() as connection:
        await Writing(connection, some_aggregates(5)).many(100, 10_000)
        await connection.execute(_OLD)
    stop = asyncio.Event()
    stop.set()
    assert await PruneOutbox(store, timedelta(days=31), page_size=10)(stop) == 0
