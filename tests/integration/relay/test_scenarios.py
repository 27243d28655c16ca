"""Gaps, poison and outages in a size for every day."""

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from tests.support.sql_ledger import SqlLedger
from tests.support.waiting import until
from tests.support.world import World
from tests.torture import relay_gaps, relay_outage, relay_poison, relay_speed
from tests.torture.relay_topic import RecordedTopic, relaying
from tests.torture.relay_writing import Writing, some_aggregates


async def test_events_that_commit_late_are_not_passed_over(database: str) -> None:
    figures = await relay_gaps.run(database, rows=1_000)
    assert figures.rows == 1_000
    assert figures.late > 50, "no transaction was overtaken: the scenario shows nothing"


async def test_bad_events_park_and_hold_back_only_their_own(
    database: str, store: PostgresStore
) -> None:
    figures = await relay_poison.run(database, store, events=300, per_second=100)
    assert figures.poisoned == 2


async def test_good_events_do_not_wait_for_the_next_attempt_of_a_bad_one(database: str) -> None:
    poison, an_hour = relay_poison.Poison(), 3600.0
    topic, connection = RecordedTopic(is_bad=poison), await asyncpg.connect(database)
    async with relaying(database, topic, backoff=an_hour, backoff_max=an_hour):
        await poison.write(connection)
        await until(lambda: len(poison.tries) == 2)
        writing = Writing(connection, some_aggregates(20))
        await writing.many(60, 1_000)
        await until(lambda: len(topic.story.delays(writing.written)) == 60)
    await connection.close()
    assert writing.written.keys() <= topic.story.times.keys()


async def test_an_outage_of_the_topic_delays_everything_and_loses_nothing(
    database: str, store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    world = World(store, SqlLedger(pool))
    figures = await relay_outage.run(database, world, seconds=3, per_second=100)
    assert figures.events >= 400
    assert figures.meanwhile > 5, "the topic was away, and nobody could upload"
    assert figures.caught_up < 15


async def test_a_backlog_is_drained_and_a_steady_pace_kept_up_with(database: str) -> None:
    figures = await relay_speed.run(database, events=2_000, at_pace=200, per_second=200)
    # Far below what it does (docs/torture.md).
    assert figures.per_cpu_second > 2_500
    assert figures.median < 0.5
