"""One event in a hundred cannot be published: who suffers, and what releases what it held back."""

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import pytest

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import OutboxRecord
from tests.torture.figures import Figures
from tests.torture.relay_story import Story, kept, versions_by_id
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing, some_aggregates

_ATTEMPTS = 8
_STUMBLES = 3
_BAD_VERSION = 3
_EVENTS_BESIDE = 5
_NOISE = 0.05
"""Differences below it are the machine's. Seconds."""


@dataclass(frozen=True, slots=True)
class PoisonFigures:
    """What was measured. Seconds from commit to delivery, shortest first."""

    events: int
    poisoned: int
    alone: Sequence[float]
    beside_poison: Sequence[float]


@dataclass(slots=True)
class Poison:
    """The third of the five events of certain aggregates, as long as it is active.

    Others stumble: theirs is refused a few times, and waits longer each time while the
    later ones of its aggregate could go.
    """

    aggregates: set[UUID] = field(default_factory=set)
    stumbling: set[UUID] = field(default_factory=set)
    active: bool = True
    tries: dict[UUID, int] = field(default_factory=dict)

    def __call__(self, record: OutboxRecord) -> bool:
        aggregate = record.aggregate_id
        concerned = aggregate in self.aggregates or aggregate in self.stumbling
        if not concerned or record.headers["version"] != str(_BAD_VERSION):
            return False
        self.tries[aggregate] = self.tries.get(aggregate, 0) + 1
        if aggregate in self.stumbling:
            return self.tries[aggregate] <= _STUMBLES
        return self.active

    async def write(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Write the events of one more aggregate of each kind."""
        for kind in (self.aggregates, self.stumbling):
            aggregate = uuid.uuid4()
            kind.add(aggregate)
            writing = Writing(connection, [aggregate])
            for _ in range(_EVENTS_BESIDE):
                await writing.one()


async def run(
    dsn: str, store: PostgresStore, *, events: int, per_second: float, relays: int = 2
) -> PoisonFigures:
    """Write a third of the events without poison, the rest with; AssertionError as rules say."""
    poison = Poison()
    topic = RecordedTopic(is_bad=poison)
    connection = await asyncpg.connect(dsn)
    try:
        async with relaying(
            dsn, topic, relays, max_attempts=_ATTEMPTS, backoff=0.05, backoff_max=0.4
        ):
            alone = await _delays(connection, topic, events // 3, per_second)
            good = events - events // 3
            beside = await _delays(connection, topic, good, per_second, poison)
            await _until_parked(store, len(poison.aggregates))
            _assert_held_back(await kept(connection), topic.story, poison)
            poison.active = False
            skipped = await _release(store)
            await Writing(connection, []).until_published(left=len(skipped))
        _assert_released(topic.story, poison, skipped)
    finally:
        await connection.close()
    return PoisonFigures(events, len(poison.aggregates), alone, beside)


def at_most_doubled(
    alone: Sequence[float], beside: Sequence[float], part: float, noise: float
) -> bool:
    """Compare the delays that so large a part of the events is below."""
    before = at(alone, part)
    return at(beside, part) <= max(2 * before, before + noise)


def at(ordered: Sequence[float], part: float) -> float:
    """The value that so large a part is below."""
    return ordered[int(len(ordered) * part)]


async def _delays(
    connection: "asyncpg.Connection[asyncpg.Record]",
    topic: RecordedTopic,
    count: int,
    per_second: float,
    poison: Poison | None = None,
) -> Sequence[float]:
    """Write good events, a bad one after every hundredth or so, and wait for the good ones."""
    writing = Writing(connection, some_aggregates(count // 2))
    for start in range(0, count, 100):
        if poison is not None:
            await poison.write(connection)
        await writing.many(min(100, count - start), per_second)
    async with asyncio.timeout(60):
        while len(delays := topic.story.delays(writing.written)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return delays


async def _until_parked(store: PostgresStore, count: int) -> None:
    async with asyncio.timeout(120):
        while await _number_parked(store) < count:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.05)


async def _number_parked(store: PostgresStore) -> int:
    async with store.autocommit() as statements:
        return len(await statements.outbox.page("parked", 0, 100_000))


def _assert_held_back(rows: Sequence[asyncpg.Record], story: Story, poison: Poison) -> None:
    """What came before the bad event is out, what comes after it is not, all others are."""
    before = list(range(1, _BAD_VERSION))
    assert {aggregate: story.versions()[aggregate] for aggregate in poison.aggregates} == (
        dict.fromkeys(poison.aggregates, before)
    )
    by_id = versions_by_id(row for row in rows if row["aggregate_id"] not in poison.aggregates)
    assert all(story.versions()[aggregate] == by_id[aggregate] for aggregate in by_id)
    parked = [row for row in rows if row["parked_at"]]
    assert {row["aggregate_id"] for row in parked} == poison.aggregates
    assert all(poison.tries[aggregate] == _STUMBLES + 1 for aggregate in poison.stumbling)
    for row in parked:
        assert (row["version"], row["last_error"]) == (_BAD_VERSION, "INVALID_ARGUMENT")
        assert row["attempts"] == _ATTEMPTS
        assert poison.tries[row["aggregate_id"]] >= _ATTEMPTS


async def _release(store: PostgresStore) -> set[UUID]:
    """Skip every second parked event and redrive the others; return the aggregates skipped in."""
    async with store.autocommit() as statements:
        parked = await statements.outbox.page("parked", 0, 100_000)
        for entry in parked[::2]:
            assert await statements.outbox.skip(entry.record.event_id)
        while await statements.outbox.redrive_parked(100):
            pass
    return {entry.record.aggregate_id for entry in parked[::2]}


def _assert_released(story: Story, poison: Poison, skipped: Iterable[UUID]) -> None:
    everything = list(range(1, _EVENTS_BESIDE + 1))
    others = [version for version in everything if version != _BAD_VERSION]
    for aggregate in poison.aggregates:
        wanted = others if aggregate in skipped else everything
        assert story.versions()[aggregate] == wanted


@pytest.mark.timeout(400)
async def test_a_hundred_bad_events_among_ten_thousand_hold_back_only_their_own(
    database: str, store: PostgresStore, figures: Figures
) -> None:
    found = await run(database, store, events=10_000, per_second=150)
    figures.record(
        4,
        "one bad event in a hundred, and one that fails a few times",
        events=found.events,
        parked=found.poisoned,
        alone_p50_seconds=round(at(found.alone, 0.5), 4),
        alone_p90_seconds=round(at(found.alone, 0.9), 4),
        alone_p99_seconds=round(at(found.alone, 0.99), 4),
        beside_p50_seconds=round(at(found.beside_poison, 0.5), 4),
        beside_p90_seconds=round(at(found.beside_poison, 0.9), 4),
        beside_p99_seconds=round(at(found.beside_poison, 0.99), 4),
    )
    assert at_most_doubled(found.alone, found.beside_poison, 0.5, noise=_NOISE)
    # The slowest tenth too, which a busy machine moves more than the median.
    assert at_most_doubled(found.alone, found.beside_poison, 0.9, noise=3 * _NOISE)
