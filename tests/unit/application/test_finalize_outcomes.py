"""What a stored object means for its upload: each cell of the table that a finalize can meet."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import Generation, StoredObject
from tests.support.builders import POLICY, a_stored_object, an_md5
from tests.support.ledger import KeptTombstone, decisions
from tests.support.world import World

Make = Callable[[Upload], StoredObject]
TOO_LARGE = POLICY.max_size_bytes + 1


def no_md5(upload: Upload) -> StoredObject:
    return a_stored_object(upload, md5=None)


def wrong_md5(upload: Upload) -> StoredObject:
    return a_stored_object(upload, md5=an_md5())


def too_large(upload: Upload) -> StoredObject:
    return a_stored_object(upload, size_bytes=TOO_LARGE)


REFUSED = [
    pytest.param(no_md5, FailureCode.MD5_UNAVAILABLE, id="no md5"),
    pytest.param(wrong_md5, FailureCode.MD5_MISMATCH, id="wrong md5"),
    pytest.param(too_large, FailureCode.SIZE_LIMIT_EXCEEDED, id="too large"),
]


async def cancelled(world: World) -> Upload:
    upload = await world.waiting()
    await world.ledger.put_upload(
        replace(upload, status=UploadStatus.FAILED, error_code=FailureCode.CANCELLED)
    )
    return await world.now(upload)


async def test_the_right_object_completes_a_waiting_upload(world: World) -> None:
    upload = await world.waiting(size_bytes=0)
    stored = a_stored_object(upload, size_bytes=77)
    outcome = await world.finalize(stored)
    assert (outcome.effect, outcome.upload_id) == ("completed", upload.upload_id)
    assert (outcome.alarm, outcome.size_differs, outcome.type_differs) == (False, False, False)
    assert outcome.refusal is None
    after = await world.now(upload)
    assert after.status is UploadStatus.COMPLETED
    assert (after.size_bytes, after.generation, after.md5_hash) == (
        77,
        stored.generation,
        upload.md5,
    )
    kept = await world.ledger.inbox(stored.dedup_key)
    assert kept is not None
    assert (kept.outcome, kept.processed) == ("completed", True)


async def test_a_size_and_a_type_that_differ_are_recorded_not_refused(world: World) -> None:
    upload = await world.waiting(size_bytes=1000, content_type="video/mp4")
    stored = a_stored_object(upload, size_bytes=999, content_type="video/quicktime")
    outcome = await world.finalize(stored)
    assert (outcome.effect, outcome.size_differs, outcome.type_differs) == ("completed", True, True)
    after = await world.now(upload)
    assert (after.declared_size, after.size_bytes) == (1000, 999)
    assert after.content_type == "video/quicktime"
    detail = (await world.ledger.history(upload.upload_id))[-1].detail
    assert (detail["size_differs"], detail["content_type"]) == (True, "video/quicktime")


async def test_exactly_the_limit_is_not_too_large(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload, size_bytes=POLICY.max_size_bytes)
    assert (await world.finalize(stored)).effect == "completed"


@pytest.mark.parametrize(("make", "code"), REFUSED)
async def test_a_bad_object_fails_a_waiting_upload(
    world: World, make: Make, code: FailureCode
) -> None:
    upload = await world.waiting()
    stored = make(upload)
    assert (await world.finalize(stored)).effect == "failed"
    after = await world.now(upload)
    assert (after.status, after.error_code) == (UploadStatus.FAILED, code)
    assert after.error_message == code.explanation
    assert await world.events_of(upload) == ["video.upload.failed"]
    assert await world.ledger.tombstones(upload.ref) == [
        KeptTombstone(stored.generation, code.value, deleted=False)
    ]


@pytest.mark.parametrize(("make", "code"), REFUSED)
async def test_a_bad_object_of_a_failed_upload_is_buried_alone(
    world: World, make: Make, code: FailureCode
) -> None:
    upload = await world.failed()
    late = make(upload)
    outcome = await world.finalize(late)
    assert (outcome.effect, outcome.refusal) == ("rejected", code)
    assert await world.now(upload) == upload
    assert await world.events_of(upload) == ["video.upload.failed"]
    assert late.generation in [
        each.generation for each in await world.ledger.tombstones(upload.ref)
    ]


@pytest.mark.parametrize(("make", "code"), REFUSED)
async def test_a_bad_object_of_a_completed_upload_raises_an_alarm_alone(
    world: World, make: Make, code: FailureCode
) -> None:
    upload = await world.completed()
    outcome = await world.finalize(make(upload))
    assert (outcome.effect, outcome.alarm) == ("ignored", True)
    assert await world.now(upload) == upload
    assert await world.ledger.tombstones(upload.ref) == []
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_the_right_object_completes_a_failed_upload(world: World) -> None:
    upload = await world.failed()
    assert (await world.finalize(a_stored_object(upload))).effect == "completed"
    after = await world.now(upload)
    assert (after.status, after.error_code, after.error_message) == (
        UploadStatus.COMPLETED,
        None,
        None,
    )
    assert await world.events_of(upload) == ["video.upload.failed", "video.upload.completed"]


async def test_nothing_completes_a_cancelled_upload(world: World) -> None:
    upload = await cancelled(world)
    stored = a_stored_object(upload)
    assert (await world.finalize(stored)).effect == "rejected"
    assert await world.now(upload) == upload
    assert await world.events_of(upload) == []
    assert await world.ledger.tombstones(upload.ref) == [
        KeptTombstone(stored.generation, "CANCELLED", deleted=False)
    ]


async def test_another_right_object_of_a_completed_upload_raises_an_alarm(world: World) -> None:
    upload = await world.completed()
    outcome = await world.finalize(a_stored_object(upload))
    assert (outcome.effect, outcome.alarm, outcome.refusal) == ("ignored", True, None)
    assert await world.now(upload) == upload
    assert await world.ledger.tombstones(upload.ref) == []


async def test_the_same_object_again_is_a_duplicate_even_after_the_inbox_was_pruned(
    world: World,
) -> None:
    upload = await world.completed()
    stored = world.objects.live[upload.ref]
    again = await world.finalize(stored)
    await world.ledger.forget_inbox()
    later = await world.finalize(stored)
    assert (again.effect, later.effect) == ("duplicate", "duplicate")
    assert (again.alarm, later.alarm) == (False, False)
    assert await world.now(upload) == upload
    assert await world.events_of(upload) == ["video.upload.completed"]


async def test_a_tombstone_is_the_last_word_even_after_the_inbox_was_pruned(world: World) -> None:
    upload = await world.failed()
    [tombstone] = await world.ledger.tombstones(upload.ref)
    await world.init_again(upload)
    await world.ledger.forget_inbox()
    right_bytes = a_stored_object(upload, generation=tombstone.generation)
    assert (await world.finalize(right_bytes)).effect == "tombstoned"
    after = await world.now(upload)
    assert after.status is UploadStatus.PENDING
    assert await world.events_of(upload) == ["video.upload.failed"]
    assert decisions(await world.ledger.history(upload.upload_id))[-1] == "finalize:noop"


async def test_an_older_generation_after_a_newer_one_changes_nothing(world: World) -> None:
    upload = await world.waiting()
    newer = a_stored_object(upload)
    older = replace(newer, generation=Generation(newer.generation - 1), md5=an_md5())
    assert (await world.finalize(newer)).effect == "completed"
    done = await world.now(upload)
    assert (await world.finalize(older)).effect == "ignored"
    assert await world.now(upload) == done


async def test_an_older_wrong_one_does_not_touch_what_a_newer_right_one_completed(
    world: World,
) -> None:
    """The wrong object failed the first attempt; its late news comes by another message."""
    upload = await world.failed()
    wrong = world.objects.live[upload.ref]
    await world.init_again(upload)
    await world.finalize(a_stored_object(upload))
    done = await world.now(upload)
    assert (await world.finalize(wrong)).effect == "duplicate"
    assert await world.now(upload) == done


async def test_every_actor_uses_the_same_key(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    effects = [
        (await world.finalize(stored, actor=actor, message_id=None)).effect
        for actor in ("sweep", "push", "reaper", "replay")
    ]
    assert effects == ["completed", "duplicate", "duplicate", "duplicate"]
    assert (await world.ledger.history(upload.upload_id))[-1].actor == "sweep"


async def test_history_says_what_arrived(world: World) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    await world.finalize(stored, message_id="m-17")
    entry = (await world.ledger.history(upload.upload_id))[-1]
    detail = json.loads(json.dumps(entry.detail))
    assert detail["generation"] == str(stored.generation)
    assert (detail["message_id"], detail["outcome"], detail["event"]) == (
        "m-17",
        "completed",
        "finalize_right",
    )
