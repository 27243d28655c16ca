"""The topic takes nothing for a while; then everything arrives in order, and nobody has noticed."""

import time
from dataclasses import dataclass

import asyncpg

from tests.torture.relay_story import assert_complete_and_in_order, kept
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing, some_aggregates

_SLOWEST_WRITE = 2.0


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """What was measured. Seconds."""

    events: int
    down: float
    caught_up: float
    """From the topic's return until nothing was left."""
    slowest_write: float


async def run(dsn: str, *, seconds: float, per_second: float, relays: int = 2) -> OutageFigures:
    """Write on while the topic is down; AssertionError when an event is lost or out of order."""
    topic, connection = RecordedTopic(), await asyncpg.connect(dsn)
    try:
        async with relaying(dsn, topic, relays, max_attempts=6, backoff_max=2.0):
            writing = Writing(connection, some_aggregates(50))
            await writing.many(50, per_second)
            await writing.until_published()
            topic.down = True
            await writing.many(round(seconds * per_second), per_second)
            topic.down, back = False, time.monotonic()
            await writing.many(50, per_second)
            await writing.until_published()
            caught_up = time.monotonic() - back
        rows = await kept(connection)
    finally:
        await connection.close()
    assert_complete_and_in_order(rows, topic.story)
    assert not any(row["parked_at"] for row in rows)
    assert writing.slowest < _SLOWEST_WRITE
    return OutageFigures(len(rows), seconds, caught_up, writing.slowest)
