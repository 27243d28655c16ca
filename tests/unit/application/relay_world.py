"""Relays over an outbox in memory, with a topic that does as it is told."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.adapters.memory.relay_sessions import MemoryRelaySessions
from catalog.adapters.memory.store import MemoryStore
from catalog.application.outbox_records import OutboxState
from catalog.application.records import OutboxRecord
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy
from catalog.runtime.clock import SystemClock
from tests.support.announcing import announce
from tests.support.outbox import an_outbox_record
from tests.support.waiting import until

QUICK = RelayPolicy(
    max_attempts=4,
    backoff=0.001,
    backoff_max=0.01,
    poll_min=0.001,
    poll_max=0.005,
    heartbeat=0.01,
    full_look=0.05,
    reconnect=0.005,
    reconnect_max=0.01,
    drain=5,
)


@dataclass(slots=True)
class Topic:
    """Records what arrives; `before` may wait or raise in its place."""

    before: Callable[[Sequence[OutboxRecord]], Awaitable[None]] | None = None
    arrived: list[OutboxRecord] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    cancelled: int = 0
    under_way: set[uuid.UUID] = field(default_factory=set)
    most_at_once: int = 0

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        aggregate = events[0].aggregate_id
        assert {event.aggregate_id for event in events} == {aggregate}
        assert aggregate not in self.under_way, "two batches of one aggregate at once"
        self.under_way.add(aggregate)
        self.most_at_once = max(self.most_at_once, len(self.under_way))
        try:
            if self.before is not None:
                await self.before(events)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.under_way.discard(aggregate)
        self.arrived += events
        self.batches.append(len(events))

    def versions(self, aggregate: uuid.UUID) -> list[int]:
        """What arrived of an aggregate."""
        return [
            int(event.headers["version"])
            for event in self.arrived
            if event.aggregate_id == aggregate
        ]


@dataclass(slots=True)
class Told:
    """What the relays said."""

    said: list[str] = field(default_factory=list)

    def info(self, event: str, **facts: object) -> None:
        self.said.append(event)

    warning = info


class RelayWorld:
    """One outbox, one topic, any number of relays."""

    def __init__(self) -> None:
        self.store = MemoryStore(SystemClock())
        self.sessions = MemoryRelaySessions(self.store, SystemClock())
        self.topic = Topic()
        self.told = Told()
        self.measures = MemoryMeasures()

    def relay(self, **changes: Any) -> RelayOutbox:
        policy = replace(QUICK, **changes)
        return RelayOutbox(self.sessions, self.topic, policy, self.told, self.measures)

    async def announce(self, aggregate: uuid.UUID, count: int = 1, start: int = 1) -> None:
        """Write events of an aggregate with the versions from `start` on."""
        versions = range(start, start + count)
        await announce(self.store, *(an_outbox_record(aggregate, version=n) for n in versions))

    async def states(self) -> list[OutboxState]:
        """In the order of the ids."""
        async with self.store.autocommit() as statements:
            return [entry.state for entry in await statements.outbox.page(None, 0, 10_000)]

    @asynccontextmanager
    async def running(self, *relays: RelayOutbox) -> AsyncIterator[asyncio.Event]:
        """Run relays while the block lasts, and stop them in order."""
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for relay in relays or (self.relay(),):
                tasks.create_task(relay.run(stop))
            try:
                yield stop
            finally:
                stop.set()

    async def settled(self) -> None:
        """Wait until nothing waits any more."""
        await until(self._nothing_waits)

    async def _nothing_waits(self) -> bool:
        return "waiting" not in await self.states()
