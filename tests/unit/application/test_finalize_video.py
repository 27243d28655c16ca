"""The video of a completed upload: the bound one moved on, or one made on the spot."""

import json
from dataclasses import replace

import pytest

from catalog.domain.video import Video, VideoStatus
from tests.support.builders import a_stored_object, a_user, a_video
from tests.support.world import World

NOT_PENDING = [status for status in VideoStatus if status is not VideoStatus.PENDING_UPLOAD]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_bound_video_gets_its_file_and_is_processing(world: World) -> None:
    user = a_user()
    video = await world.create_video(user, "Mine", "about")
    upload = await world.waiting(user=user, video=video)
    stored = a_stored_object(upload)
    outcome = await world.finalize(stored)
    assert outcome.video_created is False
    after = await world.get_video(user, str(video.video_id))
    assert (after.status, after.version) == (VideoStatus.PROCESSING, video.version + 1)
    assert (after.raw_file_reference, after.size_bytes) == (stored.ref.uri, stored.size_bytes)
    assert (after.title, after.description) == ("Mine", "about")
    assert after.upload_id == upload.upload_id
    assert len(await world.ledger.videos()) == 1


async def test_without_one_a_video_is_made_named_like_the_file(world: World) -> None:
    upload = await world.waiting(filename="x" * 255)
    outcome = await world.finalize(a_stored_object(upload))
    assert outcome.video_created is True
    [made] = await world.ledger.videos()
    assert (made.user_id, made.title) == (upload.user_id, "x" * 200)
    assert (made.status, made.version) == (VideoStatus.PROCESSING, 1)
    assert (await world.now(upload)).video_id == made.video_id


async def assert_made_instead(world: World, bound: Video, filename: str) -> None:
    """The bound video is as it was; the upload has one of its own."""
    [made] = [each for each in await world.ledger.videos() if each.video_id != bound.video_id]
    assert await world.ledger.video(bound.video_id) == bound
    assert (made.status, made.title) == (VideoStatus.PROCESSING, filename)
    [upload] = await world.ledger.uploads()
    assert upload.video_id == made.video_id
    assert (await world.ledger.history(upload.upload_id))[-1].detail["made"] is True


@pytest.mark.parametrize("status", NOT_PENDING)
async def test_a_bound_video_that_waits_no_longer_is_left_alone(
    world: World, status: VideoStatus
) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user, video=video)
    moved = replace(video, status=status)
    await world.ledger.put_video(moved)
    assert (await world.finalize(a_stored_object(upload))).video_created is True
    await assert_made_instead(world, moved, upload.filename)


async def test_a_bound_video_of_somebody_else_is_left_alone(world: World) -> None:
    upload = await world.waiting()
    foreign = a_video(user_id=a_user())
    await world.ledger.put_video(foreign)
    await world.ledger.put_upload(replace(upload, video_id=foreign.video_id))
    assert (await world.finalize(a_stored_object(upload))).video_created is True
    await assert_made_instead(world, foreign, upload.filename)


async def test_two_uploads_of_one_video_both_complete_with_a_video_each(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    first = await world.waiting(user=user, video=video)
    second = await world.waiting(user=user)
    await world.ledger.put_upload(replace(second, video_id=video.video_id))
    outcomes = [await world.finalize(a_stored_object(each)) for each in (first, second)]
    assert [each.effect for each in outcomes] == ["completed", "completed"]
    assert [each.video_created for each in outcomes] == [False, True]
    assert len(await world.ledger.videos()) == 2


async def test_the_completed_event_carries_upload_object_and_video(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    upload = await world.waiting(user=user, video=video, traceparent=TRACE)
    stored = a_stored_object(upload)
    await world.finalize(stored)
    event = (await world.ledger.outbox())[-1]
    after = await world.now(upload)
    assert (event.event_type, event.aggregate_id) == ("video.upload.completed", upload.upload_id)
    assert event.headers["version"] == str(after.version)
    assert event.headers["traceparent"] == TRACE
    payload = json.loads(event.payload)
    assert payload["upload"]["status"] == "completed"
    assert payload["stored"]["generation"] == stored.generation
    assert payload["video"]["status"] == "processing"
    assert payload["video"]["version"] == video.version + 1
    assert payload["video_created"] is False


async def test_the_completed_event_of_a_failed_upload_has_no_old_error(world: World) -> None:
    upload = await world.failed()
    await world.finalize(a_stored_object(upload))
    [payload] = [
        json.loads(event.payload)
        for event in await world.ledger.outbox()
        if event.event_type == "video.upload.completed"
    ]
    assert payload["upload"]["error_code"] is None
    assert payload["upload"]["error_message"] is None


async def test_a_made_video_is_announced_after_the_upload(world: World) -> None:
    upload = await world.waiting()
    await world.finalize(a_stored_object(upload))
    completed, created = await world.ledger.outbox()
    assert (completed.event_type, created.event_type) == ("video.upload.completed", "video.created")
    assert created.aggregate_id == (await world.now(upload)).video_id
    assert created.headers["version"] == "1"


async def test_a_failed_event_carries_the_version_of_the_row(world: World) -> None:
    upload = await world.failed()
    [event] = await world.ledger.outbox()
    assert event.headers["version"] == str(upload.version)
    assert json.loads(event.payload)["code"] == "MD5_MISMATCH"
