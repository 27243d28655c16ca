"""What is published together, and what a relay has taken upon itself."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog.application.outbox_records import QueuedEvent


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one aggregate in the order of their ids, with none left out between them."""

    aggregate_id: UUID
    shard: int
    events: Sequence[QueuedEvent]


def batched(events: Iterable[QueuedEvent], most: int) -> list[Batch]:
    """Put events together by aggregate, at most so many each.

    One that has failed before goes alone: it must not take others down with it, and
    it alone is to blame if it fails again.
    """
    by_aggregate: dict[UUID, list[QueuedEvent]] = {}
    for event in sorted(events, key=lambda event: event.id):
        by_aggregate.setdefault(event.record.aggregate_id, []).append(event)
    return [
        Batch(aggregate_id, found[0].shard, found[: 1 if found[0].attempts else most])
        for aggregate_id, found in by_aggregate.items()
    ]


def lowest_ids(events: Iterable[QueuedEvent]) -> dict[int, int]:
    """Map each shard to the lowest id of its events."""
    lowest: dict[int, int] = {}
    for event in events:
        if event.id < lowest.get(event.shard, event.id + 1):
            lowest[event.shard] = event.id
    return lowest


class Desk:
    """The batches of one relay: at most one of an aggregate, from choice to recorded outcome."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._taken: dict[UUID, Batch] = {}
        self._begun: set[UUID] = set()
        self._ready: asyncio.Queue[Batch] = asyncio.Queue()
        self._events = 0
        self._empty = asyncio.Event()
        self._roomy = asyncio.Event()
        self._count(0)

    @property
    def events(self) -> int:
        """How many events are on their way."""
        return self._events

    @property
    def aggregates(self) -> Collection[UUID]:
        """Whose events are on their way."""
        return tuple(self._taken)

    def lowest_ids(self) -> Mapping[int, int]:
        """Map each shard to the lowest id of its events that are on their way."""
        return lowest_ids(batch.events[0] for batch in self._taken.values())

    def has(self, shard: int) -> bool:
        """True while anything of the shard is on its way."""
        return any(batch.shard == shard for batch in self._taken.values())

    def put(self, batches: Iterable[Batch]) -> None:
        """Take batches on; their aggregates must not be here."""
        for batch in batches:
            self._taken[batch.aggregate_id] = batch
            self._count(len(batch.events))
            self._ready.put_nowait(batch)

    async def next(self) -> Batch:
        """Wait for a batch to publish; it still has to be begun."""
        return await self._ready.get()

    def begin(self, batch: Batch) -> bool:
        """Start on a batch; False when it has been dropped since it was put here."""
        if self._taken.get(batch.aggregate_id) is not batch:
            return False
        self._begun.add(batch.aggregate_id)
        return True

    def finish(self, batch: Batch) -> None:
        """Let go of a batch whose outcome is recorded."""
        del self._taken[batch.aggregate_id]
        self._begun.discard(batch.aggregate_id)
        self._count(-len(batch.events))

    def drop(self, unwanted: Callable[[Batch], bool]) -> None:
        """Let go of what is not begun: it waits in the database for whoever looks next."""
        for batch in list(self._taken.values()):
            if batch.aggregate_id not in self._begun and unwanted(batch):
                self.finish(batch)

    async def emptied(self) -> None:
        """Wait until nothing is on its way."""
        await self._empty.wait()

    async def has_room(self) -> None:
        """Wait until no more than `room` events are on their way."""
        await self._roomy.wait()

    def _count(self, change: int) -> None:
        self._events += change
        for event, most in ((self._empty, 0), (self._roomy, self._room)):
            if self._events <= most:
                event.set()
            else:
                event.clear()
