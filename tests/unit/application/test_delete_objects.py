"""The queue of deletions: everything that is buried goes, sooner or later."""

import asyncio
from datetime import timedelta

from catalog.adapters.memory.clock import MovableClock
from catalog.adapters.memory.store import MemoryStore
from catalog.application.records import Tombstone
from catalog.application.upkeep_records import OpenDeletion
from catalog.domain.upload import UploadStatus
from catalog.domain.values import StoredObject
from tests.support.builders import NOW
from tests.support.memory_ledger import MemoryLedger
from tests.support.world import World
from tests.unit.application.bucket_with_traffic import BucketWithTraffic, nothing
from tests.unit.application.upkeep_over_memory import put_orphan, upkeep


async def bury(world: World, stored: StoredObject) -> None:
    async with world.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(stored.ref, stored.generation, "ORPHAN"))


async def waiting(world: World) -> list[OpenDeletion]:
    async with world.store.autocommit() as statements:
        return list(await statements.upkeep_reports.open_deletions(100))


async def test_what_is_buried_is_deleted_once(world: World) -> None:
    upload = await world.failed()
    deleted = await upkeep(world).delete()
    assert (deleted.claimed, deleted.tally["deleted"]) == (1, 1)
    assert upload.ref not in world.objects.live
    assert (await upkeep(world).delete()).claimed == 0


async def test_what_completed_after_all_is_kept(world: World) -> None:
    upload = await world.completed()
    await bury(world, world.objects.live[upload.ref])
    assert (await upkeep(world).delete()).tally.counts == {"kept": 1}
    assert upload.ref in world.objects.live
    assert (await world.now(upload)).status is UploadStatus.COMPLETED
    assert await waiting(world) == []


async def test_what_is_gone_already_counts_as_deleted(world: World) -> None:
    upload = await world.failed()
    del world.objects.live[upload.ref]
    assert (await upkeep(world).delete()).tally["deleted"] == 1
    assert await waiting(world) == []


async def test_a_failure_waits_longer_each_time_and_never_ends_the_matter(world: World) -> None:
    await world.failed()
    world.objects.available = False
    for failures, seconds in ((1, 2.5), (2, 5.0), (3, 10.0)):
        deleted = await upkeep(world).delete()
        assert deleted.tally.counts == {"skipped.STORAGE_UNAVAILABLE": 1}
        [kept] = await waiting(world)
        assert (kept.failures, kept.last_error) == (failures, "STORAGE_UNAVAILABLE")
        wait = kept.not_before - world.clock.now()
        assert wait == timedelta(seconds=seconds)
        world.clock.advance(wait - timedelta(seconds=1))
        assert (await upkeep(world).delete()).claimed == 0
        world.clock.advance(timedelta(seconds=1))
    world.objects.available = True
    assert (await upkeep(world).delete()).tally["deleted"] == 1


async def test_what_fails_again_and_again_is_told_apart(world: World) -> None:
    await world.failed()
    world.objects.available = False
    stuck = []
    for _ in range(4):
        stuck.append((await upkeep(world).delete(stuck_after=3)).stuck)
        world.clock.advance(timedelta(hours=2))
    assert stuck == [0, 0, 1, 1]


async def test_what_a_crashed_worker_took_is_due_again_after_its_lease(world: World) -> None:
    await world.failed()
    async with world.store.autocommit() as statements:
        await statements.deletion_queue.claim_due(timedelta(minutes=2), 10)
    assert (await upkeep(world).delete()).claimed == 0
    world.clock.advance(timedelta(minutes=2))
    assert (await upkeep(world).delete()).tally["deleted"] == 1


async def test_a_database_that_goes_down_meanwhile_only_puts_the_batch_off() -> None:
    bucket, clock = BucketWithTraffic(), MovableClock(NOW)
    store = MemoryStore(clock)
    world = World(store, MemoryLedger(store), clock=clock, objects=bucket)
    for _ in range(3):
        await bury(world, put_orphan(world))

    async def shut() -> None:
        store.available = False

    bucket.before_delete = shut
    deleted = await upkeep(world).delete()
    assert (deleted.claimed, deleted.tally.counts) == (3, {"skipped.DATABASE_UNAVAILABLE": 3})
    store.available, bucket.before_delete = True, nothing
    clock.advance(timedelta(minutes=2))
    assert (await upkeep(world).delete()).claimed == 3
    assert (bucket.live, await waiting(world)) == ({}, [])


async def test_a_batch_has_an_end_and_so_has_a_stop(world: World) -> None:
    for _ in range(3):
        await bury(world, put_orphan(world))
    assert (await upkeep(world).delete(batch=2)).claimed == 2
    stop = asyncio.Event()
    stop.set()
    stopped = await upkeep(world).deleter()(stop)
    assert (stopped.claimed, stopped.tally.counts) == (1, {})
    assert len(world.objects.live) == 1
