"""Sessions that tell from which ids on their relay looks."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from catalog.application.outbox_ports import RelaySession, RelaySessions
from catalog.application.outbox_records import QueuedEvent, Setback, Standing


@dataclass(frozen=True, slots=True)
class WatchedSession:
    """Passes everything on."""

    session: RelaySession
    marks: dict[int, int]

    def certain(self) -> bool:
        return self.session.certain()

    async def standing(self) -> Standing:
        return await self.session.standing()

    async def take(self, shards: Collection[int]) -> frozenset[int]:
        return await self.session.take(shards)

    async def give_back(self, shards: Collection[int]) -> frozenset[int]:
        return await self.session.give_back(shards)

    async def choose(
        self, marks: Mapping[int, int], busy: Collection[UUID], per_shard: int
    ) -> Sequence[QueuedEvent]:
        self.marks.update({shard: mark for shard, mark in marks.items() if mark})
        return await self.session.choose(marks, busy, per_shard)

    async def mark_published(self, ids: Sequence[int]) -> None:
        await self.session.mark_published(ids)

    async def postpone(self, setbacks: Sequence[Setback]) -> None:
        await self.session.postpone(setbacks)


@dataclass(frozen=True, slots=True)
class WatchedSessions:
    """Sessions for one relay."""

    sessions: RelaySessions
    marks: dict[int, int] = field(default_factory=dict)
    """The latest mark of each shard that was looked at from one."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[WatchedSession]:
        async with self.sessions.open() as session:
            yield WatchedSession(session, self.marks)

    def all_from(self, lowest: int) -> bool:
        """True when every shard is looked at from that id on, or a higher one."""
        return len(self.marks) == 64 and min(self.marks.values()) >= lowest
