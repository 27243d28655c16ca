"""Ids are drawn before they are committed: what comes late below others is looked at all the same.

Looks are made one by one here, beside a transaction that is held open: nothing depends on timing.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.outbox_ports import RelaySession
from catalog.application.relay_batches import lowest_ids
from catalog.application.relay_marks import Horizon, ShardMarks
from tests.support.announcing import announce, relay_sessions
from tests.support.outbox import an_outbox_record
from tests.torture.relay_writing import Writing

MANY_LOOKS = 6


@dataclass(frozen=True, slots=True)
class Looks:
    """Heartbeat and look as a relay makes them; after the first one of a shard none is full."""

    session: RelaySession
    horizon: Horizon = field(default_factory=Horizon)
    marks: ShardMarks = field(default_factory=lambda: ShardMarks(full_look_seconds=3600))

    async def one(self) -> Sequence[int]:
        """Beat, look, and publish what is found; return its ids."""
        now = 1.0
        self.horizon.observe(await self.session.standing(), now)
        plan, horizon = self.marks.plan(now), self.horizon.id
        events = await self.session.choose(plan, (), 100)
        self.marks.learn(plan, horizon, lowest_ids(events), now)
        found = [event.id for event in events]
        await self.session.mark_published(found)
        return found


async def test_what_commits_below_ids_that_are_published_is_found_by_the_next_look(
    database: str, store: PostgresStore
) -> None:
    aggregate = uuid.uuid4()
    late = await asyncpg.connect(database)
    async with relay_sessions(database, session_timeout=30).open() as session:
        looks = Looks(session)
        looks.marks.add([aggregate.int % 64], now=0.0)
        async with late.transaction():
            await Writing(late, [aggregate]).one()
            neighbour = uuid.UUID(int=uuid.uuid4().int >> 8 << 8 | aggregate.int & 0xFF)
            await announce(store, an_outbox_record(neighbour))
            meanwhile = [await looks.one() for _ in range(MANY_LOOKS)]
        afterwards = await looks.one()
    await late.close()
    assert [found for found in meanwhile if found] == [[2]]
    assert afterwards == [1]


async def test_looks_go_on_behind_what_is_published_once_nobody_can_come_late(
    database: str, store: PostgresStore
) -> None:
    record = an_outbox_record()
    shard = record.aggregate_id.int % 64
    async with relay_sessions(database, session_timeout=30).open() as session:
        looks = Looks(session)
        looks.marks.add([shard], now=0.0)
        await announce(store, record)
        assert await looks.one() == [1]
        async with asyncio.timeout(30):
            while looks.marks.plan(2.0) != {shard: 1}:
                assert await looks.one() == []
