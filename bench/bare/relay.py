"""The relay with a topic that costs nothing, and the bare statements of any relay."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry

from bench.bare.pool import bare_pool
from bench.load.closed_loop import own_cpu
from bench.sample import latencies_of
from catalog.adapters.postgres.relay_sessions import PostgresRelaySessions, RelaySessionSettings
from catalog.adapters.telemetry.instruments import OtelMeasures
from catalog.adapters.telemetry.providers import OtlpSettings, meter_provider
from catalog.application.metrics.outbox import OUTBOX_METRICS
from catalog.application.metrics.upkeep import ROUNDS_FAILED
from catalog.application.records import OutboxRecord
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy

BATCH = 100
PER_SECOND = 200
_LONGEST_SECONDS = 120.0
_BACKLOG = """
INSERT INTO {schema}.outbox_events (aggregate_type, aggregate_id, event_type, payload, headers)
SELECT 'upload', gen_random_uuid(), 'video.upload.completed', decode(repeat('ab', 300), 'hex'),
    '{{"version": "1"}}'
FROM generate_series(1, $1)
"""
_ONE = """
INSERT INTO catalog.outbox_events (
    event_id, aggregate_type, aggregate_id, event_type, payload, headers
)
VALUES ($1, 'upload', gen_random_uuid(), 'video.upload.completed', $2, '{"version": "1"}')
"""
_CLAIM = """
SELECT id, event_id, payload, headers FROM bare.outbox_events
WHERE published_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_MARK = "UPDATE bare.outbox_events SET published_at = now() WHERE id = ANY($1)"
_WAITING = (
    "CREATE INDEX IF NOT EXISTS waiting ON bare.outbox_events (id) WHERE published_at IS NULL"
)


@dataclass(slots=True)
class Topic:
    """Takes everything at once, and notes when."""

    at: dict[uuid.UUID, float] = field(default_factory=dict)
    count: int = 0
    noting: bool = True

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        """Take them."""
        self.count += len(events)
        if self.noting:
            now = time.perf_counter()
            self.at.update((event.event_id, now) for event in events)


class _Silence:
    def info(self, event: str, **facts: object) -> None: ...

    warning = info


@asynccontextmanager
async def relaying(dsn: str, topic: Topic) -> AsyncIterator[None]:
    """Run one relay as the service does, with its figures."""
    sessions = PostgresRelaySessions(
        RelaySessionSettings(
            url=dsn, session_timeout=3, connect_timeout=10, command_timeout=10, statement_timeout=9
        )
    )
    provider = meter_provider(Resource.create({}), CollectorRegistry(), OtlpSettings(""))
    measures = OtelMeasures(provider, (*OUTBOX_METRICS, ROUNDS_FAILED))
    relay, stop = RelayOutbox(sessions, topic, RelayPolicy(), _Silence(), measures), asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(relay.run(stop))
        try:
            yield
        finally:
            stop.set()


@asynccontextmanager
async def _emptied(
    dsn: str, schema: str, backlog: int
) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"TRUNCATE {schema}.outbox_events")
        if backlog:
            await connection.execute(_BACKLOG.format(schema=schema), backlog)
        await connection.execute(f"ANALYZE {schema}.outbox_events")
        yield connection
    finally:
        await connection.close()


async def relay_drain(*, dsn: str, events: int) -> dict[str, object]:
    """Publish a backlog of one event an aggregate, from the first to the last."""
    topic = Topic(noting=False)
    async with _emptied(dsn, "catalog", events), relaying(dsn, topic):
        await _until(topic, 1)
        first, began, cpu = topic.count, time.perf_counter(), own_cpu()
        await _until(topic, events)
        return {
            "operations": events - first,
            "seconds": time.perf_counter() - began,
            "cpu_seconds": own_cpu() - cpu,
        }


async def relay_pace(*, dsn: str, seconds: float) -> dict[str, object]:
    """Commit events at a steady pace; latencies are from commit to publish."""
    topic, written = Topic(), {}
    async with _emptied(dsn, "catalog", 0) as connection, relaying(dsn, topic):
        await asyncio.sleep(0.2)
        began = time.perf_counter()
        for number in range(max(1, round(seconds * PER_SECOND))):
            event = uuid.uuid4()
            await connection.execute(_ONE, event, b"x" * 300)
            written[event] = time.perf_counter()
            due = began + (number + 1) / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await _until(topic, len(written))
        took = time.perf_counter() - began
    delays = [topic.at[event] - at for event, at in written.items()]
    return {
        "operations": len(written),
        "seconds": took,
        # An event may be out before its writer hears that it is committed.
        "latencies": latencies_of([max(0.0, delay) for delay in delays]),
    }


async def bare_relay(*, dsn: str, events: int) -> dict[str, object]:
    """Claim a hundred and mark them, in one transaction, until none is left."""
    async with _emptied(dsn, "bare", events) as admin, bare_pool(dsn) as pool:
        await admin.execute(_WAITING)
        began, cpu, done = time.perf_counter(), own_cpu(), 0
        while done < events:
            async with pool.acquire() as connection, connection.transaction():
                claimed = await connection.fetch(_CLAIM, BATCH)
                await connection.execute(_MARK, [row["id"] for row in claimed])
            done += len(claimed)
        took = time.perf_counter() - began
        return {"operations": done, "seconds": took, "cpu_seconds": own_cpu() - cpu}


async def _until(topic: Topic, count: int) -> None:
    async with asyncio.timeout(_LONGEST_SECONDS):
        while topic.count < count:  # noqa: ASYNC110 - what is measured gets no event of ours
            await asyncio.sleep(0.001)
