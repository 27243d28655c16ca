"""What is over goes when its time has come, and not before."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.application.prune_records import Pruned, PruneRecords
from catalog.application.records import Tombstone
from catalog.domain.retention import Retention
from catalog.domain.upload import Upload
from tests.support.builders import a_stored_object, init_facts
from tests.support.ledger import decisions
from tests.support.upkeep import SESSION_LIFE
from tests.support.world import World
from tests.unit.application.upkeep_over_memory import upkeep

DAY = timedelta(days=1)
RETENTION = Retention(
    inbox=31 * DAY,
    quarantine=60 * DAY,
    history=400 * DAY,
    failed_uploads=90 * DAY,
    session_margin=timedelta(minutes=15),
    tombstones=45 * DAY,
)


def pruning(world: World, batch: int = 500) -> PruneRecords:
    return PruneRecords(world.store, RETENTION, batch)


async def over(world: World) -> Upload:
    upload = await world.failed()
    await upkeep(world).delete()
    return upload


async def test_nothing_young_is_removed(world: World) -> None:
    await over(world)
    await world.completed()
    assert await pruning(world)() == Pruned()


async def test_storage_events_go_after_their_days(world: World) -> None:
    await world.completed()
    world.clock.advance(31 * DAY)
    assert (await pruning(world)()).inbox == 0
    world.clock.advance(timedelta(seconds=1))
    assert (await pruning(world)()).inbox == 1


async def test_a_failed_upload_goes_when_nothing_can_arrive_and_its_time_is_over(
    world: World,
) -> None:
    upload = await over(world)
    world.clock.advance(SESSION_LIFE + DAY)
    assert (await pruning(world)()).uploads == 0
    world.clock.advance(90 * DAY)
    pruned = await pruning(world)()
    assert (pruned.uploads, pruned.tombstones) == (1, 1)
    assert await world.ledger.uploads() == []
    story = decisions(await world.ledger.history(upload.upload_id))
    assert story == ["init:insert", "finalize:fail", "prune:noop"]


async def test_a_failed_upload_with_an_open_deletion_stays(world: World) -> None:
    await world.failed()
    world.clock.advance(200 * DAY)
    pruned = await pruning(world)()
    assert (pruned.uploads, pruned.tombstones) == (0, 0)


async def test_completed_uploads_stay_for_ever(world: World) -> None:
    upload = await world.completed()
    world.clock.advance(5000 * DAY)
    await pruning(world)()
    assert await world.now(upload) == upload


async def test_history_goes_after_its_days_whatever_became_of_the_upload(world: World) -> None:
    upload = await world.completed()
    world.clock.advance(401 * DAY)
    assert (await pruning(world)()).history == 2
    assert await world.ledger.history(upload.upload_id) == []


async def test_everything_goes_however_small_the_batches(world: World) -> None:
    for _ in range(5):
        await over(world)
        await world.completed()
    world.clock.advance(402 * DAY)
    pruned = await pruning(world, batch=2)()
    assert pruned == Pruned(inbox=10, history=20, uploads=5, tombstones=5)


async def test_a_stop_ends_the_round_with_the_page_under_way(world: World) -> None:
    for _ in range(5):
        stored = a_stored_object(init_facts())
        async with world.store.autocommit() as statements:
            await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "SWEEP"))
            await statements.deletions.mark_deleted(stored.ref, stored.generation)
    world.clock.advance(timedelta(seconds=1))
    await over(world)
    world.clock.advance(402 * DAY)
    stop = asyncio.Event()
    stop.set()
    assert await pruning(world, batch=2)(stop) == Pruned(tombstones=2)
    assert len(await world.ledger.uploads()) == 1


@pytest.mark.parametrize("name", ["inbox", "quarantine"])
def test_storage_events_are_kept_as_long_as_they_may_be_repeated(name: str) -> None:
    with pytest.raises(ValueError, match="31 days"):
        replace(RETENTION, **{name: 30 * DAY})


def test_no_kept_push_outlives_the_word_on_its_object() -> None:
    assert RETENTION.tombstones_last == 60 * DAY
    assert replace(RETENTION, tombstones=90 * DAY).tombstones_last == 90 * DAY
