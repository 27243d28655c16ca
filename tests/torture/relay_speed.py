"""How fast a relay is when the topic costs nothing, and how soon an event is out."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import pytest
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.outbox import OUTBOX_METRICS
from catalog.application.records import OutboxRecord
from tests.torture.figures import Figures
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing, some_aggregates

_MANY = """
INSERT INTO catalog.outbox_events (aggregate_type, aggregate_id, event_type, payload, headers)
SELECT 'upload', gen_random_uuid(), 'video.upload.completed', decode(repeat('ab', 500), 'hex'),
    '{"version": "1"}'
FROM generate_series(1, $1)
"""


@dataclass(frozen=True, slots=True)
class SpeedFigures:
    """What was measured. Seconds from commit to publish."""

    per_second: float
    per_cpu_second: float
    """The same of the CPU's seconds that this process took, whatever else the machine does."""
    median: float
    p99: float


@dataclass(slots=True)
class Counter(RecordedTopic):
    """Counts alone, so that the relay is what is measured."""

    count: int = 0

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        self.count += len(events)


async def run(dsn: str, *, events: int, at_pace: int, per_second: float) -> SpeedFigures:
    """Drain a backlog of one event an aggregate, then keep up with that pace."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(_MANY, events)
        counter, topic = Counter(), RecordedTopic(longest=0)
        async with relaying(dsn, counter, measures=_measures()):
            await _until(counter, 1)
            first, began, used = counter.count, time.monotonic(), time.process_time()
            await _until(counter, events)
            drained = events - first
            took, used = time.monotonic() - began, time.process_time() - used
            await Writing(connection, []).until_published()
        async with relaying(dsn, topic):
            writing = Writing(connection, some_aggregates(at_pace))
            await writing.many(at_pace, per_second)
            await writing.until_published()
        delays = topic.story.delays(writing.written)
    finally:
        await connection.close()
    p99 = delays[int(len(delays) * 0.99)]
    return SpeedFigures(drained / took, drained / used, statistics.median(delays), p99)


def _measures() -> OtelMeasures:
    """Those that a relay of the real process pays for."""
    provider = meter_provider(Resource.create({}), CollectorRegistry(), OtlpSettings(""))
    return OtelMeasures(provider, OUTBOX_METRICS)


async def _until(counter: Counter, count: int) -> None:
    async with asyncio.timeout(600):
        while counter.count < count:  # noqa: ASYNC110 - what is measured gets no event of ours
            await asyncio.sleep(0.001)


@pytest.mark.timeout(300)
async def test_a_long_backlog_is_drained_fast_and_a_steady_pace_kept_up_with(
    database: str, figures: Figures
) -> None:
    found = await run(database, events=100_000, at_pace=6_000, per_second=200)
    figures.record(
        5,
        "relay: a backlog to a topic that costs nothing, then 200 events a second",
        backlog_events=100_000,
        drained_per_second=round(found.per_second),
        commit_to_publish_p50_seconds=round(found.median, 4),
        commit_to_publish_p99_seconds=round(found.p99, 4),
    )
    assert found.median < 0.2
