"""The topic takes nothing for a while; then everything arrives in order, and nobody has noticed."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.relay_outbox import RelayOutbox
from catalog.domain.upload import UploadStatus
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World
from tests.torture.figures import Figures
from tests.torture.relay_story import assert_complete_and_in_order, kept
from tests.torture.relay_topic import RecordedTopic, Told, relaying
from tests.torture.relay_writing import Writing, some_aggregates

_SLOWEST = 2.0
_BETWEEN_UPLOADS = 0.1
_TIMES_TOLD = 2
"""How often a relay may say that the topic is down: once, and once more if it wavers."""


@dataclass(frozen=True, slots=True)
class OutageFigures:
    """What was measured. Seconds."""

    events: int
    uploads: int
    meanwhile: int
    """Uploads that were made while the topic was down."""
    down: float
    caught_up: float
    """From the topic's return until nothing was left."""
    slowest_write: float
    slowest_upload: float


@dataclass(slots=True)
class Clients:
    """Somebody uploads all the while."""

    world: World
    times: list[float] = field(default_factory=list)
    enough: bool = False

    async def upload(self) -> None:
        """Make one upload after the other: asked for, stored, completed."""
        while not self.enough:
            began = time.monotonic()
            upload = await self.world.completed()
            assert upload.status is UploadStatus.COMPLETED
            self.times.append(time.monotonic() - began)
            await asyncio.sleep(_BETWEEN_UPLOADS)


async def run(
    dsn: str, world: World, *, seconds: float, per_second: float, relays: int = 2
) -> OutageFigures:
    """Write on while the topic is down; AssertionError when an event is lost or out of order."""
    topic, told, connection = RecordedTopic(), Told(), await asyncpg.connect(dsn)
    writing, clients = Writing(connection, some_aggregates(50)), Clients(world)
    try:
        async with (
            relaying(dsn, topic, relays, told, max_attempts=6, backoff_max=2.0) as running,
            asyncio.TaskGroup() as tasks,
        ):
            uploading = tasks.create_task(clients.upload())
            await writing.many(50, per_second)
            await writing.until_published(left=10)
            topic.down, before = True, len(clients.times)
            await writing.many(round(seconds * per_second), per_second)
            meanwhile = len(clients.times) - before
            _assert_well(running)
            topic.down, back = False, time.monotonic()
            await writing.many(50, per_second)
            clients.enough = True
            await uploading
            await writing.until_published()
            caught_up = time.monotonic() - back
        rows = await kept(connection)
    finally:
        await connection.close()
    assert_complete_and_in_order(rows, topic.story)
    assert not any(row["parked_at"] for row in rows)
    _assert_told_once(told, relays)
    return OutageFigures(
        events=len(rows),
        uploads=len(clients.times),
        meanwhile=meanwhile,
        down=seconds,
        caught_up=caught_up,
        slowest_write=writing.slowest,
        slowest_upload=max(clients.times),
    )


def _assert_well(running: Sequence[RelayOutbox]) -> None:
    """A topic that is down is no reason to restart a relay."""
    assert all(relay.health.healthy(time.monotonic()) for relay in running)


def _assert_told_once(told: Told, relays: int) -> None:
    """People are told of the outage, not of every event; a relay that begins anew learns anew."""
    begun = relays + told.lines["relay_session_lost"]
    assert 1 <= told.lines["relay_topic_down"] <= _TIMES_TOLD * begun
    assert told.lines["relay_topic_up"] <= told.lines["relay_topic_down"]


@pytest.mark.timeout(300)
async def test_a_minute_without_the_topic_delays_everything_and_loses_nothing(
    database: str,
    store: PostgresStore,
    pool: "asyncpg.Pool[asyncpg.Record]",
    figures: Figures,
) -> None:
    world = World(store, SqlLedger(pool))
    found = await run(database, world, seconds=60, per_second=100)
    figures.record(
        5,
        "the topic takes nothing while events are written and uploads made",
        events=found.events,
        uploads=found.uploads,
        down_seconds=found.down,
        lost=0,
        out_of_order=0,
        caught_up_seconds=round(found.caught_up, 2),
        slowest_write_seconds=round(found.slowest_write, 3),
        slowest_upload_seconds=round(found.slowest_upload, 3),
    )
    assert found.events >= 6_100
    assert max(found.slowest_write, found.slowest_upload) < _SLOWEST
