"""What a relay shows of itself while it works, fails and waits."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.metrics.outbox import (
    PUBLISH_ATTEMPTS,
    PUBLISH_LAG,
    RELAY_SHARDS,
    TOPIC_UP,
)
from catalog.application.metrics.upkeep import ROUNDS_FAILED
from catalog.application.outbox_records import SHARDS, QueuedEvent, Setback
from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from catalog.application.relay_batches import Batch
from catalog.application.relay_figures import RelayFigures
from tests.support.outbox import an_outbox_record
from tests.support.waiting import until
from tests.unit.application.relay_world import RelayWorld


@pytest.fixture
def world() -> RelayWorld:
    return RelayWorld()


@dataclass(slots=True)
class DownTopic:
    """What a topic does that takes nothing for a while."""

    down: bool = True

    async def before(self, _: object) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise PublishError("UNAVAILABLE")


async def _announced(world: RelayWorld, aggregates: int) -> None:
    for _ in range(aggregates):
        await world.announce(uuid.uuid4())


async def test_every_event_counts_once_with_the_time_it_took(world: RelayWorld) -> None:
    measures = world.measures
    await world.announce(uuid.uuid4(), count=3)
    await asyncio.sleep(0.02)
    async with world.running():
        await world.settled()
        await until(lambda: measures.count(PUBLISH_ATTEMPTS, result="published") == 3)
    lags = measures.recorded(PUBLISH_LAG)
    assert len(lags) == 3
    assert all(0.02 <= lag < 10 for lag in lags), lags


async def test_a_bad_event_shows_each_failure_and_that_it_was_given_up(world: RelayWorld) -> None:
    poison = uuid.uuid4()

    async def refuse(events: Sequence[OutboxRecord]) -> None:
        await asyncio.sleep(0)
        if events[0].aggregate_id == poison:
            raise PublishError("INVALID_ARGUMENT")

    world.topic.before = refuse
    await world.announce(poison)
    async with world.running():
        while "parked" not in await world.states():
            await _announced(world, 1)
            await asyncio.sleep(0.01)
        await world.settled()
    measures = world.measures
    assert measures.count(PUBLISH_ATTEMPTS, result="parked") == 1
    assert measures.count(PUBLISH_ATTEMPTS, result="failed") >= 3


async def test_a_topic_that_takes_nothing_shows_until_it_takes_something(world: RelayWorld) -> None:
    measures, topic = world.measures, DownTopic()
    world.topic.before = topic.before
    async with world.running():
        assert await _becomes(measures, 1)
        await _announced(world, 10)
        assert await _becomes(measures, 0)
        assert not measures.recorded(PUBLISH_LAG)
        topic.down = False
        assert await _becomes(measures, 1)
        await world.settled()


async def _becomes(measures: MemoryMeasures, up: int) -> bool:
    await until(lambda: measures.level(TOPIC_UP) == up)
    return True


async def test_shards_show_while_they_are_worked_on(world: RelayWorld) -> None:
    async with world.running():
        await until(lambda: world.measures.level(RELAY_SHARDS) == len(SHARDS))
    assert world.measures.level(RELAY_SHARDS) == 0


async def test_a_lost_session_takes_its_shards_and_its_doubts_along(world: RelayWorld) -> None:
    measures, topic = world.measures, DownTopic()
    world.topic.before = topic.before
    await _announced(world, 10)
    async with world.running():
        assert await _becomes(measures, 0)
        topic.down = False
        world.sessions.cut(world.sessions.live[0])
        assert await _becomes(measures, 1)
        await until(lambda: measures.level(RELAY_SHARDS) == len(SHARDS))
        await world.settled()
    assert measures.count(ROUNDS_FAILED, worker="outbox") == 1


def test_the_time_that_publishing_took_is_in_seconds() -> None:
    measures, record = MemoryMeasures(), an_outbox_record()
    figures = RelayFigures(measures, now=lambda: record.occurred_at + timedelta(seconds=3))
    figures.published(Batch(record.aggregate_id, 0, [QueuedEvent(1, 0, 0, record)]))
    assert measures.recorded(PUBLISH_LAG) == [3]


def test_a_session_that_begins_has_no_shards_and_nothing_against_the_topic() -> None:
    measures = MemoryMeasures()
    RelayFigures(measures).begun()
    assert (measures.level(RELAY_SHARDS), measures.level(TOPIC_UP)) == (0, 1)


def test_the_attempt_after_which_an_event_is_given_up_counts_as_that_and_not_as_failed() -> None:
    measures, record = MemoryMeasures(), an_outbox_record()
    batch = Batch(record.aggregate_id, 0, [QueuedEvent(1, 0, 3, record)])
    figures = RelayFigures(measures)
    figures.failed(batch, Setback(1, 4, 0, "INVALID_ARGUMENT", parked=True))
    assert measures.count(PUBLISH_ATTEMPTS, result="parked") == 1
    assert measures.count(PUBLISH_ATTEMPTS, result="failed") == 0
