"""What upkeep shows of what it did."""

import asyncio
import uuid
from datetime import timedelta

from catalog.adapters.memory.measures import MemoryMeasures
from catalog.application.delete_objects import Deleted
from catalog.application.metrics.outbox import PRUNED_EVENTS
from catalog.application.metrics.upkeep import DELETIONS, PRUNED, REAPED, ROUNDS_FAILED
from catalog.application.metrics.uploads import SESSION_EXPIRED
from catalog.application.outbox_pruning import PruneOutbox
from catalog.application.prune_records import Pruned
from catalog.application.reap_sessions import Reaped
from catalog.application.tally import Tally
from catalog.application.upkeep_figures import UpkeepFigures
from catalog.application.worker import PeriodicWorker
from catalog.domain.errors import DatabaseUnavailableError
from tests.support.waiting import until
from tests.support.world import World
from tests.unit.application.relay_world import RelayWorld, Told
from tests.unit.application.upkeep_over_memory import OVER, upkeep


async def test_sessions_that_expired_are_counted_as_such(world: World) -> None:
    measures = MemoryMeasures()
    await world.waiting()
    world.clock.advance(OVER)
    UpkeepFigures(measures).reaped(await upkeep(world).reap())
    UpkeepFigures(measures).reaped(await upkeep(world).reap())
    assert measures.count(REAPED, outcome="expired") == 1
    assert measures.count(SESSION_EXPIRED) == 1


def test_what_the_reaper_left_is_one_figure_and_effects_that_are_rare_another() -> None:
    measures, tally = MemoryMeasures(), Tally()
    for skipped in ("ended", "STORAGE_UNAVAILABLE"):
        tally.skip(skipped)
    tally.add("completed", 3)
    tally.add("tombstoned")
    UpkeepFigures(measures).reaped(Reaped(6, tally))
    outcomes = ("skipped", "completed", "other", "expired")
    assert [measures.count(REAPED, outcome=each) for each in outcomes] == [2, 3, 1, 0]


def test_deletions_that_failed_are_one_figure_whatever_the_reason() -> None:
    measures, tally = MemoryMeasures(), Tally()
    tally.add("deleted", 4)
    tally.add("kept")
    tally.skip("STORAGE_UNAVAILABLE", 2)
    tally.skip("KeyError")
    UpkeepFigures(measures).deleted(Deleted(8, tally, stuck=1))
    outcomes = ("deleted", "kept", "failed")
    assert [measures.count(DELETIONS, outcome=each) for each in outcomes] == [4, 1, 3]


def test_rows_are_counted_by_their_table() -> None:
    measures = MemoryMeasures()
    UpkeepFigures(measures).pruned(Pruned(inbox=1, history=2, uploads=3, tombstones=4))
    tables = ("inbox_events", "upload_events", "uploads", "object_deletions")
    assert [measures.count(PRUNED, table=each) for each in tables] == [1, 2, 3, 4]


async def test_published_events_that_are_removed_are_counted() -> None:
    world, measures = RelayWorld(), MemoryMeasures()
    for _ in range(3):
        await world.announce(uuid.uuid4())
    async with world.running():
        await world.settled()
    prune = PruneOutbox(world.store, timedelta(microseconds=-1), 2, measures)
    assert await prune(asyncio.Event()) == 3
    assert measures.count(PRUNED_EVENTS) == 3


async def test_a_round_that_fails_is_counted_for_its_worker() -> None:
    measures, stop, rounds = MemoryMeasures(), asyncio.Event(), 0

    async def work(_: asyncio.Event) -> bool:
        nonlocal rounds
        rounds += 1
        if rounds < 3:
            raise DatabaseUnavailableError
        return False

    worker = PeriodicWorker("reaper", work, 0.001, Told(), measures)
    running = asyncio.create_task(worker.run(stop))
    await until(lambda: worker.health.last_success is not None)
    stop.set()
    await running
    assert measures.count(ROUNDS_FAILED, worker="reaper") == 2


async def test_a_relay_that_loses_its_session_has_a_round_that_failed() -> None:
    world = RelayWorld()
    world.sessions.available = False
    async with world.running():
        await until(lambda: world.measures.count(ROUNDS_FAILED, worker="outbox") > 1)
