"""Sessions end by the clock; whatever arrived counts first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.application.store import Store
from catalog.domain.errors import DatabaseUnavailableError
from catalog.domain.upload import FailureCode, UploadStatus
from tests.support.ledger import decisions
from tests.support.world import World, memory_world
from tests.unit.application.bucket_with_traffic import BucketWithTraffic
from tests.unit.application.upkeep_over_memory import OVER, put, upkeep


async def test_a_session_that_ended_with_nothing_stored_expires(world: World) -> None:
    upload = await world.waiting()
    world.clock.advance(OVER)
    reaped = await upkeep(world).reap()
    assert (reaped.claimed, reaped.tally["expired"]) == (1, 1)
    after = await world.now(upload)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, FailureCode.SESSION_EXPIRED)
    assert await world.events_of(upload) == ["video.upload.expired"]
    story = decisions(await world.ledger.history(upload.upload_id))
    assert story == ["init:insert", "expire:expire"]


async def test_the_event_tells_of_the_upload_after_its_end(world: World) -> None:
    upload = await world.waiting()
    world.clock.advance(OVER)
    await upkeep(world).reap()
    [event] = await world.ledger.outbox()
    assert event.headers["version"] == str((await world.now(upload)).version)
    assert event.occurred_at == world.clock.now()


@pytest.mark.parametrize("early", [OVER - timedelta(minutes=2), timedelta(0)])
async def test_before_deadline_and_margin_nothing_happens(world: World, early: timedelta) -> None:
    upload = await world.waiting()
    world.clock.advance(early)
    assert (await upkeep(world).reap()).claimed == 0
    assert await world.now(upload) == upload


async def test_the_right_object_completes_it(world: World) -> None:
    upload = await world.waiting()
    put(world, upload)
    world.clock.advance(OVER)
    reaped = await upkeep(world).reap()
    assert reaped.tally["completed"] == 1
    assert (await world.now(upload)).status is UploadStatus.COMPLETED
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_a_wrong_object_fails_it_as_any_news_of_it_would(world: World) -> None:
    upload = await world.waiting()
    stored = put(world, upload, wrong=True)
    world.clock.advance(OVER)
    await upkeep(world).reap()
    assert (await world.now(upload)).error_code is FailureCode.MD5_MISMATCH
    [tombstone] = await world.ledger.tombstones(upload.ref)
    assert tombstone.generation == stored.generation


async def test_a_buried_object_is_waited_out(world: World) -> None:
    upload = await world.failed()
    await world.ledger.put_upload(replace(upload, status=UploadStatus.PENDING, error_code=None))
    world.clock.advance(OVER)
    work = upkeep(world)
    assert (await work.reap()).tally["duplicate"] == 1
    await work.delete()
    world.clock.advance(timedelta(minutes=3))
    assert (await work.reap()).tally["expired"] == 1


async def test_storage_that_is_down_leaves_it_for_later(world: World) -> None:
    upload = await world.waiting()
    world.clock.advance(OVER)
    world.objects.available = False
    reaped = await upkeep(world).reap()
    assert reaped.tally.counts == {"skipped.STORAGE_UNAVAILABLE": 1}
    world.objects.available = True
    assert (await upkeep(world).reap()).claimed == 0
    world.clock.advance(timedelta(minutes=3))
    assert (await upkeep(world).reap()).tally["expired"] == 1
    assert (await world.now(upload)).status is UploadStatus.FAILED


async def test_one_that_cannot_be_looked_at_does_not_stop_the_others() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    uploads = [await world.waiting() for _ in range(3)]
    world.clock.advance(OVER)
    looks = 0

    async def first_look_breaks() -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("secret")

    objects.before_stat = first_look_breaks
    heard: list[BaseException] = []
    reaper = replace(upkeep(world).reaper(), on_fault=heard.append)
    reaped = await reaper()
    assert reaped.tally.counts == {"expired": 2, "skipped.RuntimeError": 1}
    assert [type(each) for each in heard] == [RuntimeError]
    assert len(uploads) == reaped.claimed


async def test_a_deadline_that_moves_during_the_look_is_respected() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    upload = await world.waiting()
    world.clock.advance(OVER)

    async def init_again() -> None:
        await world.init_again(upload)

    objects.before_stat = init_again
    reaped = await upkeep(world).reap()
    assert reaped.tally.counts == {"skipped.deadline_moved": 1}
    assert (await world.now(upload)).status is UploadStatus.PENDING


async def test_an_upload_that_ends_during_the_look_stays_as_it_ended() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    upload = await world.waiting()
    world.clock.advance(OVER)

    async def cancel() -> None:
        await upkeep(world).cancel(upload)

    objects.before_stat = cancel
    reaped = await upkeep(world).reap()
    assert reaped.tally.counts == {"skipped.ended": 1}
    assert (await world.now(upload)).error_code is FailureCode.CANCELLED


async def test_a_batch_has_an_end(world: World) -> None:
    for _ in range(3):
        await world.waiting()
    world.clock.advance(OVER)
    assert [(await upkeep(world).reap(batch=2)).claimed for _ in range(3)] == [2, 1, 0]


async def test_a_database_that_is_down_is_told(world: World) -> None:
    store: Store = world.store
    assert hasattr(store, "available")
    store.available = False
    with pytest.raises(DatabaseUnavailableError):
        await upkeep(world).reap()
