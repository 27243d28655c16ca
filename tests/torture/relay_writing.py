"""Events written at a steady pace by plain SQL: for scenarios about what comes after."""

import asyncio
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

_INSERT = """
INSERT INTO catalog.outbox_events (
    event_id, aggregate_type, aggregate_id, event_type, payload, headers
)
VALUES (
    $1, 'upload', $2, 'video.upload.failed', 'x',
    jsonb_build_object('event_id', ($1::uuid)::text, 'version', $3::text)
)
"""
_UNPUBLISHED = "SELECT count(*) FROM catalog.outbox_events WHERE published_at IS NULL"


AnyConnection: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
)


@dataclass(slots=True)
class Writing:
    """One writer, so that the versions of an aggregate are committed one after the other."""

    connection: AnyConnection
    aggregates: Sequence[UUID]
    written: dict[UUID, float] = field(default_factory=dict)
    """When each event was committed."""
    versions: dict[UUID, int] = field(default_factory=dict)
    slowest: float = 0

    async def one(self, aggregate: UUID | None = None) -> None:
        """Write the next event of an aggregate, of any unless told which."""
        aggregate, event = aggregate or random.choice(self.aggregates), uuid.uuid4()
        version = self.versions[aggregate] = self.versions.get(aggregate, 0) + 1
        began = time.time()
        await self.connection.execute(_INSERT, event, aggregate, str(version))
        self.written[event] = time.time()
        self.slowest = max(self.slowest, self.written[event] - began)

    async def many(self, count: int, per_second: float) -> None:
        """Write so many at that pace, or as fast as it goes."""
        began = time.monotonic()
        for number in range(count):
            await self.one()
            await asyncio.sleep(max(0, began + number / per_second - time.monotonic()))

    async def until_published(self, *, left: int = 0, seconds: float = 60) -> None:
        """Wait until no more than so many are unpublished."""
        async with asyncio.timeout(seconds):
            while await self.connection.fetchval(_UNPUBLISHED) > left:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.02)


def some_aggregates(count: int) -> list[UUID]:
    """Make ids."""
    return [uuid.uuid4() for _ in range(count)]
