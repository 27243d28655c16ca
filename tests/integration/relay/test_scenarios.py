"""Gaps, poison and outages in a size for every day."""

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World
from tests.torture import relay_gaps, relay_outage, relay_poison, relay_speed


async def test_events_that_commit_late_are_not_passed_over(database: str) -> None:
    figures = await relay_gaps.run(database, rows=1_000)
    assert figures.rows == 1_000
    assert figures.late > 50, "no transaction was overtaken: the scenario shows nothing"


async def test_bad_events_park_and_hold_back_only_their_own(
    database: str, store: PostgresStore
) -> None:
    figures = await relay_poison.run(database, store, events=300, per_second=100)
    assert figures.poisoned == 2


async def test_an_outage_of_the_topic_delays_everything_and_loses_nothing(
    database: str, store: PostgresStore, pool: "asyncpg.Pool[asyncpg.Record]"
) -> None:
    world = World(store, SqlLedger(pool))
    figures = await relay_outage.run(database, world, seconds=3, per_second=100)
    assert figures.events >= 400
    assert figures.uploads > 5
    assert figures.caught_up < 15


async def test_a_backlog_is_drained_and_a_steady_pace_kept_up_with(database: str) -> None:
    figures = await relay_speed.run(database, events=2_000, at_pace=200, per_second=200)
    # Far below what it does (docs/torture.md): the machine may be busy.
    assert figures.per_second > 500
    assert figures.median < 0.5
