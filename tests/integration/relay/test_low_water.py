"""Looks stay short beside an old snapshot, and nothing that commits late is overlooked."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from catalog.adapters.postgres.queries import load
from catalog.application.records import OutboxRecord
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy
from tests.integration.relay.watched_sessions import WatchedSessions
from tests.support.announcing import relay_sessions
from tests.support.waiting import until
from tests.torture.relay_topic import RecordedTopic, Silence
from tests.torture.relay_writing import AnyConnection, Writing, some_aggregates

_CHOOSE = load("outbox.sql")["choose"]
_BELOW = """
INSERT INTO catalog.outbox_events (
    id, event_id, aggregate_type, aggregate_id, event_type, payload, headers
)
OVERRIDING SYSTEM VALUE
VALUES (
    $1, $2, 'upload', $2, 'x', 'x',
    jsonb_build_object('event_id', ($2::uuid)::text, 'version', '1')
)
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A relay at work, and a writer."""

    sessions: WatchedSessions
    topic: RecordedTopic
    writing: Writing

    async def highest_id(self) -> int:
        query = "SELECT max(id) FROM catalog.outbox_events"
        return int(await self.writing.connection.fetchval(query))


@asynccontextmanager
async def scene(dsn: str, full_look: float) -> AsyncIterator[Scene]:
    connection = await asyncpg.connect(dsn)
    watched, topic, stop = (
        WatchedSessions(relay_sessions(dsn, session_timeout=30)),
        RecordedTopic(),
        asyncio.Event(),
    )
    policy = RelayPolicy(heartbeat=0.05, full_look=full_look)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(RelayOutbox(watched, topic, policy, Silence()).run(stop))
            try:
                yield Scene(watched, topic, Writing(connection, some_aggregates(100)))
            finally:
                stop.set()
    finally:
        await connection.close()


async def buffers(connection: AnyConnection, marks: dict[int, int]) -> int:
    """Count the pages that a look from these marks on has to see."""
    values: dict[str, Any] = {"busy": [], "per_shard": 15}
    values |= {"shards": list(marks), "marks": list(marks.values())}
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {_CHOOSE.text}"
    plan = json.loads(await connection.fetchval(explain, *_CHOOSE.arguments(values)))[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.fixture
async def old_snapshot(database: str) -> AsyncIterator[None]:
    """Hold a snapshot for which no dead row may be removed."""
    connection = await asyncpg.connect(database)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.fetchval("SELECT count(*) FROM catalog.outbox_events")
        yield
    await connection.close()


async def test_a_look_does_not_walk_over_what_was_published_while_a_snapshot_is_held(
    database: str, old_snapshot: None
) -> None:
    async with scene(database, full_look=3600) as now:
        await now.writing.many(1_500, 10_000)
        await now.writing.until_published()
        highest = await now.highest_id()
        await until(lambda: now.sessions.all_from(highest))
        from_marks = await buffers(now.writing.connection, now.sessions.marks)
        from_the_start = await buffers(now.writing.connection, dict.fromkeys(range(64), 0))
        assert from_marks <= 64 * 3
        assert from_the_start > 4 * from_marks
        await now.writing.many(50, 10_000)
        await now.writing.until_published()
    assert len(now.topic.story.times) == 1_550


async def test_the_first_event_of_all_waits_for_no_full_look(database: str) -> None:
    async with scene(database, full_look=3600) as now:
        await asyncio.sleep(0.5)  # some heartbeats, in which nothing is to be learnt
        await now.writing.one()
        await now.writing.until_published()


async def test_marks_stay_below_what_an_open_transaction_may_still_bring(database: str) -> None:
    async with scene(database, full_look=3600) as now:
        await now.writing.many(10, 1_000)
        await until(lambda: now.sessions.all_from(10))
        late = await asyncpg.connect(database)
        async with late.transaction():
            await Writing(late, some_aggregates(1)).one()
            await now.writing.many(100, 200)
            await until(lambda: len(now.topic.story.times) == 110)
            await asyncio.sleep(0.3)  # some heartbeats: what must not happen has no event
            assert set(now.sessions.marks.values()) == {10}
        await now.writing.until_published()
        await late.close()
        await until(lambda: now.sessions.all_from(11))
    assert len(now.topic.story.times) == 111


async def test_what_appears_below_the_marks_all_the_same_is_found_by_a_full_look(
    database: str,
) -> None:
    async with scene(database, full_look=1) as now:
        await now.writing.connection.execute(
            "ALTER TABLE catalog.outbox_events ALTER COLUMN id RESTART WITH 1000"
        )
        await now.writing.many(100, 1_000)
        await until(lambda: now.sessions.all_from(1_000))
        await now.writing.connection.execute(_BELOW, 7, uuid.uuid4())
        await now.writing.until_published()
    assert len(now.topic.story.times) == 101


async def test_what_waits_behind_events_under_way_is_found_without_a_full_look(
    database: str,
) -> None:
    async with scene(database, full_look=3600) as now:
        now.topic.longest = 0.5
        now.writing.aggregates = some_aggregates(5)
        await now.writing.many(60, 50)
        await now.writing.until_published()
    assert now.topic.story.versions() == {
        aggregate: list(range(1, last + 1)) for aggregate, last in now.writing.versions.items()
    }


async def test_what_waits_for_another_attempt_is_found_without_a_full_look(database: str) -> None:
    failed: set[uuid.UUID] = set()

    def is_bad(record: OutboxRecord) -> bool:
        if record.event_id in failed or len(failed) == 3:
            return False
        failed.add(record.event_id)
        return True

    async with scene(database, full_look=3600) as now:
        await now.writing.many(100, 1_000)
        await until(lambda: now.sessions.all_from(100))
        now.topic.is_bad = is_bad
        await now.writing.many(20, 1_000)
        await now.writing.until_published()
    assert len(failed) == 3
