"""What goes on while a snapshot is held: events are written and relayed."""

import asyncio
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg

from bench.bare.relay import Topic, relaying
from bench.sample import P50, P99, latencies_of

PER_SECOND = 800
LAST_SECONDS = 30
_WRITERS = 8
_EVENTS_OF_ONE = 4
SETTLING_SECONDS = 2.0
_LONGEST_SECONDS = 60.0
_ONE = """
INSERT INTO catalog.outbox_events (
    event_id, aggregate_type, aggregate_id, event_type, payload, headers
)
VALUES ($1, 'upload', $2, 'video.upload.completed', $3, '{"version": "1"}')
"""
_PAYLOAD = b"x" * 300
AnyConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Times: TypeAlias = dict[UUID, float]


async def written_and_relayed(*, dsn: str, seconds: float) -> dict[str, object]:
    """Commit events at a steady pace while a relay publishes; latencies are from commit to publish.

    `operations` are those that were out when the last one was due.
    """
    topic, written = Topic(), Times()
    connections = [await asyncpg.connect(dsn) for _ in range(_WRITERS)]
    try:
        async with relaying(dsn, topic):
            await asyncio.sleep(SETTLING_SECONDS)
            began = time.perf_counter()
            async with asyncio.TaskGroup() as tasks:
                for place, connection in enumerate(connections):
                    due = range(place, round(seconds * PER_SECOND), _WRITERS)
                    tasks.create_task(_write(connection, written, began, due))
                await asyncio.sleep(began + seconds - time.perf_counter())
                out = topic.count
            await _until_out(topic, written)
    finally:
        for connection in connections:
            await connection.close()
    lost = len(written.keys() - topic.at.keys())
    said = {"first_error": f"{lost} were not published"} if lost else {}
    told = {"operations": out, "seconds": seconds, "errors": lost}
    return told | said | _delays(topic.at, written, began + seconds)


async def _write(
    connection: AnyConnection, written: Times, began: float, numbers: Sequence[int]
) -> None:
    """Commit one after the other, each when it is due or as soon as can be."""
    aggregate = uuid.uuid4()
    for place, number in enumerate(numbers):
        await asyncio.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        if place % _EVENTS_OF_ONE == 0:
            aggregate = uuid.uuid4()
        event = uuid.uuid4()
        await connection.execute(_ONE, event, aggregate, _PAYLOAD)
        written[event] = time.perf_counter()


async def _until_out(topic: Topic, written: Times) -> None:
    ends = time.perf_counter() + _LONGEST_SECONDS
    while topic.count < len(written) and time.perf_counter() < ends:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.01)


def _delays(published: Mapping[UUID, float], written: Times, end: float) -> dict[str, object]:
    # An event may be out before its writer hears that it is committed.
    delays = {
        event: max(0.0, published[event] - at)
        for event, at in written.items()
        if event in published
    }
    last = [delay for event, delay in delays.items() if written[event] >= end - LAST_SECONDS]
    ended = latencies_of(last)
    return {
        "latencies": latencies_of(list(delays.values())),
        "numbers": {
            "committed, events": len(written),
            f"p50 of the last {LAST_SECONDS} s, ms": ended[P50] * 1e3,
            f"p99 of the last {LAST_SECONDS} s, ms": ended[P99] * 1e3,
        },
    }
