"""An outbox under the contract, seen from its relays and from its operators."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest

from catalog.adapters.memory.relay_sessions import MemoryRelaySessions
from catalog.adapters.memory.store import MemoryStore
from catalog.application.outbox_ports import RelaySession, RelaySessions
from catalog.application.outbox_records import SHARDS, OutboxEntry, Setback
from catalog.application.records import OutboxRecord
from catalog.runtime.clock import SystemClock
from tests.support.announcing import announce, relay_sessions
from tests.support.outbox import an_outbox_record
from tests.support.whole_store import WholeStore

EVERYWHERE = dict.fromkeys(SHARDS, 0)


@dataclass(frozen=True, slots=True)
class Relays:
    store: WholeStore
    sessions: RelaySessions

    async def announced(self, *records: OutboxRecord) -> Sequence[OutboxEntry]:
        """Write events and return them as they are kept."""
        await announce(self.store, *records)
        return [await self.entry(record) for record in records]

    async def entry(self, record: OutboxRecord) -> OutboxEntry:
        """Look an event up."""
        async with self.store.autocommit() as statements:
            entry = await statements.outbox.get(record.event_id)
        assert entry is not None
        return entry

    async def parked(self) -> OutboxEntry:
        """Write an event that delivery was given up on."""
        [entry] = await self.announced(an_outbox_record())
        async with self.sessions.open() as session:
            await session.postpone([a_setback(entry, parked=True)])
        return await self.entry(entry.record)

    @asynccontextmanager
    async def several(self, count: int) -> AsyncIterator[Sequence[RelaySession]]:
        """Open several sessions."""
        async with AsyncExitStack() as stack:
            yield [await stack.enter_async_context(self.sessions.open()) for _ in range(count)]


@pytest.fixture(params=["memory", "postgres"])
def relays(request: pytest.FixtureRequest) -> Relays:
    """Both implementations, empty."""
    if request.param == "memory":
        store = MemoryStore(SystemClock())
        return Relays(store, MemoryRelaySessions(store, SystemClock()))
    return Relays(
        request.getfixturevalue("store"),
        relay_sessions(request.getfixturevalue("database"), session_timeout=30),
    )


def a_setback(
    entry: OutboxEntry, *, attempts: int = 1, wait_seconds: float = 60, parked: bool = False
) -> Setback:
    """A failure of an event."""
    return Setback(entry.id, attempts, wait_seconds, "UNAVAILABLE", parked)


async def chosen(
    session: RelaySession,
    marks: dict[int, int] | None = None,
    busy: Collection[UUID] = (),
    per_shard: int = 100,
) -> list[int]:
    """Look, on all shards unless told otherwise, and return the ids found in order."""
    found = await session.choose(EVERYWHERE if marks is None else marks, busy, per_shard)
    return sorted(event.id for event in found)
