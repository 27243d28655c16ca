"""Init of a failed upload: nothing of the old attempt may be in the way of the new one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog.application.records import Tombstone
from catalog.domain.errors import (
    ObjectInTheWayError,
    StorageUnavailableError,
    UnavailableError,
)
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from tests.support.builders import a_stored_object, an_md5
from tests.support.ledger import KeptTombstone, decisions
from tests.support.world import World, memory_world
from tests.unit.application.bucket_with_traffic import BucketWithTraffic


async def cancelled(world: World) -> Upload:
    """An upload that was given up, with nothing in the bucket and no tombstone."""
    upload = await world.waiting()
    await world.ledger.put_upload(
        replace(upload, status=UploadStatus.FAILED, error_code=FailureCode.CANCELLED)
    )
    return await world.now(upload)


async def test_a_failed_upload_starts_anew(world: World) -> None:
    before = await world.failed()
    answer = await world.init_again(before, filename="again.mp4")
    after = answer.upload
    assert (after.upload_id, after.ref) == (before.upload_id, before.ref)
    assert (after.status, after.attempt) == (UploadStatus.PENDING, 2)
    assert (after.error_code, after.error_message, after.bytes_reported) == (None, None, 0)
    assert after.filename == "again.mp4"
    assert answer.start is not None
    assert decisions(await world.ledger.history(before.upload_id)) == [
        "init:insert",
        "finalize:fail",
        "init:replace",
    ]
    last = (await world.ledger.history(before.upload_id))[-1]
    assert last.detail == {"attempt": 2, "after": "MD5_MISMATCH"}


async def test_a_cancelled_upload_starts_anew_too(world: World) -> None:
    before = await cancelled(world)
    after = (await world.init_again(before)).upload
    assert (after.status, after.attempt, after.error_code) == (UploadStatus.PENDING, 2, None)
    assert world.objects.deleted == []


async def test_the_refused_object_is_removed_by_its_generation_first(world: World) -> None:
    before = await world.failed()
    [tombstone] = await world.ledger.tombstones(before.ref)
    assert before.ref in world.objects.live
    await world.init_again(before)
    assert world.objects.deleted == [(before.ref, tombstone.generation)]
    assert await world.ledger.tombstones(before.ref) == [replace(tombstone, deleted=True)]


async def test_an_object_nobody_told_of_is_buried_and_removed(world: World) -> None:
    """It is seen in the bucket; its news comes later and must not complete the new attempt."""
    before = await cancelled(world)
    late = world.objects.put(a_stored_object(before))
    answer = await world.init_again(before)
    assert answer.upload.status is UploadStatus.PENDING
    assert before.ref not in world.objects.live
    assert await world.ledger.tombstones(before.ref) == [
        KeptTombstone(late.generation, "init", deleted=True)
    ]
    assert (await world.finalize(late)).effect == "tombstoned"
    assert (await world.now(before)).status is UploadStatus.PENDING


async def test_a_deleted_generation_that_is_alive_again_is_removed_again(world: World) -> None:
    before = await world.failed()
    [tombstone] = await world.ledger.tombstones(before.ref)
    async with world.store.autocommit() as statements:
        await statements.deletions.mark_deleted(before.ref, tombstone.generation)
    assert before.ref in world.objects.live
    assert (await world.init_again(before)).start is not None
    assert before.ref not in world.objects.live


async def test_a_tombstone_whose_object_is_gone_already_is_no_obstacle(world: World) -> None:
    before = await world.failed()
    world.objects.live.clear()
    assert (await world.init_again(before)).start is not None
    [tombstone] = await world.ledger.tombstones(before.ref)
    assert tombstone.deleted


async def test_after_three_rounds_the_caller_is_asked_to_come_back() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await world.failed()

    async def another_one_arrives() -> None:
        objects.put(a_stored_object(before, md5=an_md5()))

    objects.before_stat = another_one_arrives
    with pytest.raises(ObjectInTheWayError) as refusal:
        await world.init_again(before)
    assert isinstance(refusal.value, UnavailableError)
    assert refusal.value.retry_after_seconds > 0
    assert (await world.now(before)).status is UploadStatus.FAILED
    assert len(objects.deleted) == 3


async def test_two_objects_in_a_row_are_within_the_rounds() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await world.failed()
    arrivals = [a_stored_object(before, md5=an_md5())]

    async def one_more_arrives() -> None:
        if arrivals and before.ref not in objects.live:
            objects.put(arrivals.pop())

    objects.before_stat = one_more_arrives
    assert (await world.init_again(before)).upload.status is UploadStatus.PENDING
    assert len(objects.deleted) == 2


async def test_what_is_alive_again_after_its_removal_is_removed_again() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await cancelled(world)
    late = objects.put(a_stored_object(before))
    comes_back = [late]

    async def time_passes() -> None:
        world.clock.advance(timedelta(milliseconds=1))

    async def it_comes_back() -> None:
        if objects.deleted and comes_back:
            objects.put(comes_back.pop())

    objects.before_delete, objects.before_stat = time_passes, it_comes_back
    assert (await world.init_again(before)).start is not None
    assert objects.deleted == [(late.ref, late.generation)] * 2
    assert before.ref not in objects.live


async def test_what_another_removed_since_the_look_is_not_removed_again() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await cancelled(world)
    late = objects.put(a_stored_object(before))

    async def another_one_removes_it() -> None:
        world.clock.advance(timedelta(milliseconds=1))
        async with world.store.autocommit() as statements:
            await statements.deletions.bury(Tombstone(late.ref, late.generation, "init"))
            objects.live.clear()
            await statements.deletions.mark_deleted(late.ref, late.generation)

    async def removed_again() -> None:
        raise AssertionError

    objects.after_stat, objects.before_delete = another_one_removes_it, removed_again
    assert (await world.init_again(before)).upload.status is UploadStatus.PENDING


async def test_storage_that_is_down_leaves_the_upload_failed_and_its_tombstone_standing(
    world: World,
) -> None:
    before = await world.failed()
    world.objects.available = False
    with pytest.raises(StorageUnavailableError):
        await world.init_again(before)
    assert await world.now(before) == before
    assert [each.deleted for each in await world.ledger.tombstones(before.ref)] == [False]


async def test_no_transaction_is_open_while_storage_is_asked() -> None:
    """Another use of the store would wait for ever otherwise."""
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await world.failed()
    objects.before_stat = objects.before_delete = world.init
    assert (await world.init_again(before)).start is not None


async def test_an_upload_that_completes_meanwhile_keeps_its_object() -> None:
    """The right bytes came late; their news arrives while Init looks at the bucket."""
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await world.failed()
    right = a_stored_object(before)

    async def right_bytes_arrive() -> None:
        objects.before_stat = objects.before_delete
        await world.finalize(objects.put(right))

    objects.before_stat = right_bytes_arrive
    answer = await world.init_again(before)
    assert answer.start is None
    assert answer.upload.status is UploadStatus.COMPLETED
    assert objects.live[before.ref] == right
    assert world.objects.deleted == []


async def test_the_tombstone_is_committed_before_the_delete() -> None:
    objects = BucketWithTraffic()
    world = memory_world(objects=objects)
    before = await cancelled(world)
    late = objects.put(a_stored_object(before))
    seen: list[object] = []

    async def look() -> None:
        seen.extend(await world.ledger.tombstones(before.ref))

    objects.before_delete = look
    await world.init_again(before)
    assert seen == [KeptTombstone(late.generation, "init", deleted=False)]
