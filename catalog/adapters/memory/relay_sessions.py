"""Sessions of relays in memory, which can be cut off like real ones."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from catalog.adapters.memory.outbox import Row, outbox_rows
from catalog.adapters.memory.outbox_rows import Delivery
from catalog.adapters.memory.store import MemoryStore
from catalog.application.outbox_ports import RelaySessionLostError
from catalog.application.outbox_records import QueuedEvent, Setback, Standing
from catalog.application.ports import Clock


class MemoryRelaySession:
    """Holds shards until it ends; a session that was cut off fails from then on."""

    def __init__(self, sessions: "MemoryRelaySessions") -> None:
        self._sessions = sessions
        self.lost = False
        self.uncertain = False
        self.held: set[int] = set()

    def certain(self) -> bool:
        """True while the locks are held beyond doubt."""
        return not self.lost and not self.uncertain

    async def standing(self) -> Standing:
        """Say that we live, and look around."""
        await self._say()
        everybody = self._sessions.live
        highest = len(self._sessions.rows())
        return Standing(
            relays=len(everybody),
            held=frozenset(self.held),
            taken=frozenset().union(*(session.held for session in everybody)),
            highest_id=highest,
            transaction=highest,
            running=(),
        )

    async def take(self, shards: Collection[int]) -> frozenset[int]:
        """Lock those that are free."""
        await self._say()
        taken = frozenset().union(*(session.held for session in self._sessions.live))
        got = frozenset(shards) - taken
        self.held |= got
        return got

    async def give_back(self, shards: Collection[int]) -> frozenset[int]:
        """Unlock."""
        await self._say()
        given = frozenset(shards) & self.held
        self.held -= given
        return given

    async def choose(
        self, marks: Mapping[int, int], busy: Collection[UUID], per_shard: int
    ) -> Sequence[QueuedEvent]:
        """Find events to publish."""
        await self._say()
        found: list[QueuedEvent] = []
        for shard, mark in marks.items():
            rows = [row for row in self._sessions.rows() if shard_of(row) == shard]
            found += self._may_go(rows, mark, busy)[:per_shard]
        return found

    async def mark_published(self, ids: Sequence[int]) -> None:
        """Record that the topic has them."""
        await self._say()
        for record, delivery in self._sessions.rows():
            if delivery.id in ids and delivery.published_at is None:
                self._sessions.write(
                    record.event_id, replace(delivery, published_at=self._sessions.clock.now())
                )

    async def postpone(self, setbacks: Sequence[Setback]) -> None:
        """Record failures."""
        await self._say()
        by_id = {setback.id: setback for setback in setbacks}
        for record, delivery in self._sessions.rows():
            if delivery.id in by_id and delivery.state == "waiting":
                self._sessions.write(record.event_id, self._after(delivery, by_id[delivery.id]))

    def _after(self, delivery: Delivery, setback: Setback) -> Delivery:
        now = self._sessions.clock.now()
        return replace(
            delivery,
            attempts=setback.attempts,
            last_error=setback.reason,
            available_at=now + timedelta(seconds=setback.wait_seconds),
            parked_at=now if setback.parked else None,
        )

    def _may_go(
        self, rows: Sequence[Row], mark: int, busy: Collection[UUID]
    ) -> Sequence[QueuedEvent]:
        now = self._sessions.clock.now()
        held_back, found = set(busy), []
        for record, delivery in rows:
            if delivery.state in ("published", "skipped"):
                continue
            blocked = delivery.state == "parked" or delivery.available_at > now
            if blocked or delivery.id <= mark:
                held_back.add(record.aggregate_id)
            elif record.aggregate_id not in held_back:
                shard = shard_of((record, delivery))
                found.append(QueuedEvent(delivery.id, shard, delivery.attempts, record))
        return found

    async def _say(self) -> None:
        await asyncio.sleep(0)
        if self.lost:
            raise RelaySessionLostError("cut off")


class MemoryRelaySessions:
    """All sessions over one store. `available` False refuses new ones."""

    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self.live: list[MemoryRelaySession] = []
        self.available = True
        self.clock = clock
        self._store = store

    @asynccontextmanager
    async def open(self) -> AsyncIterator[MemoryRelaySession]:
        """Open a session and be counted among the relays."""
        if not self.available:
            raise RelaySessionLostError("not available")
        session = MemoryRelaySession(self)
        self.live.append(session)
        try:
            yield session
        finally:
            self.cut(session)

    def cut(self, session: MemoryRelaySession) -> None:
        """End a session as a server does: its locks are free at once."""
        session.lost = True
        session.held.clear()
        if session in self.live:
            self.live.remove(session)

    def rows(self) -> list[Row]:
        """List all events with their deliveries, lowest id first."""
        return outbox_rows(self._store.tables, self.clock.now())

    def write(self, event_id: UUID, delivery: Delivery) -> None:
        """Replace a delivery."""
        self._store.tables.deliveries[event_id] = delivery


def shard_of(row: Row) -> int:
    """Compute the shard as the table does: the last byte of the aggregate's id."""
    return row[0].aggregate_id.bytes[15] & 63
