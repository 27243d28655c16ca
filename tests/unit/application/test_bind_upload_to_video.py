"""BindUploadToVideo: the video rules for an upload that is there."""

from dataclasses import replace

import pytest

from catalog.application.bind_upload_to_video import BindUploadToVideo
from catalog.domain.errors import (
    InvalidRequestError,
    UploadNotFoundError,
    UploadNotWaitingError,
    VideoAlreadyBoundError,
    VideoHeldError,
    VideoNotFoundError,
    VideoNotPendingError,
)
from catalog.domain.upload import UploadStatus
from catalog.domain.video import VideoStatus
from tests.support.builders import a_user, a_video, an_upload
from tests.support.ledger import decisions
from tests.support.world import World

NOT_PENDING = [status for status in VideoStatus if status is not VideoStatus.PENDING_UPLOAD]


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_waiting_unbound_upload_is_bound(world: World, status: UploadStatus) -> None:
    waiting = await world.waiting()
    await world.ledger.put_upload(replace(waiting, status=status))
    video = await world.create_video(waiting.user_id)
    after = await world.bind(waiting, video)
    assert (after.video_id, after.status, after.version) == (video.video_id, status, 2)
    assert await world.now(waiting) == after
    shown = await world.get_video(waiting.user_id, str(video.video_id))
    assert shown.upload_id == waiting.upload_id


async def test_the_same_binding_again_changes_nothing(world: World) -> None:
    waiting = await world.waiting()
    video = await world.create_video(waiting.user_id)
    first = await world.bind(waiting, video)
    assert await world.bind(waiting, video) == first
    assert decisions(await world.ledger.history(waiting.upload_id)) == [
        "init:insert",
        "bind:replace",
    ]


async def test_the_same_binding_is_fine_once_all_is_done(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    done = await world.completed(user=user, video=video)
    assert await world.bind(done, video) == done


async def test_another_video_is_refused_while_one_is_bound(world: World) -> None:
    user = a_user()
    video, other = await world.create_video(user), await world.create_video(user)
    bound = await world.waiting(user=user, video=video)
    with pytest.raises(VideoAlreadyBoundError) as refusal:
        await world.bind(bound, other)
    assert refusal.value.metadata == {"video_id": str(video.video_id)}
    assert await world.now(bound) == bound


async def test_a_failed_upload_is_refused(world: World) -> None:
    failed = await world.failed()
    video = await world.create_video(failed.user_id)
    with pytest.raises(UploadNotWaitingError) as refusal:
        await world.bind(failed, video)
    assert refusal.value.metadata == {"status": "failed"}
    assert await world.now(failed) == failed


async def test_a_completed_upload_is_refused_another_video(world: World) -> None:
    completed = await world.completed()
    video = await world.create_video(completed.user_id)
    with pytest.raises(VideoAlreadyBoundError):
        await world.bind(completed, video)
    assert await world.now(completed) == completed


async def test_an_unknown_and_a_foreign_upload_are_refused_alike(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    foreign = replace(await world.waiting(), user_id=user)
    refusals = []
    for upload in (an_upload(user_id=user), foreign):
        with pytest.raises(UploadNotFoundError) as refusal:
            await world.bind(upload, video)
        refusals.append((str(refusal.value), refusal.value.metadata))
    assert refusals[0] == refusals[1]


async def test_an_unknown_and_a_foreign_video_are_refused_alike(world: World) -> None:
    waiting = await world.waiting()
    refusals = []
    for video in (a_video(), await world.create_video(a_user())):
        with pytest.raises(VideoNotFoundError) as refusal:
            await world.bind(waiting, video)
        refusals.append((str(refusal.value), refusal.value.metadata))
    assert refusals[0] == refusals[1]
    assert await world.now(waiting) == waiting


@pytest.mark.parametrize("status", NOT_PENDING)
async def test_a_video_that_waits_for_no_file_is_refused(world: World, status: VideoStatus) -> None:
    waiting = await world.waiting()
    video = a_video(user_id=waiting.user_id, status=status)
    await world.ledger.put_video(video)
    with pytest.raises(VideoNotPendingError):
        await world.bind(waiting, video)
    assert await world.now(waiting) == waiting


async def test_a_video_held_by_a_waiting_upload_is_refused(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    holder = await world.waiting(user=user, video=video)
    waiting = await world.waiting(user=user)
    with pytest.raises(VideoHeldError):
        await world.bind(waiting, video)
    assert await world.now(holder) == holder
    assert await world.now(waiting) == waiting


async def test_a_video_is_taken_from_a_failed_upload(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    holder = await world.failed(user=user, video=video)
    waiting = await world.waiting(user=user)
    assert (await world.bind(waiting, video)).video_id == video.video_id
    assert (await world.now(holder)).video_id is None


async def test_every_malformed_id_is_named(world: World) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        await BindUploadToVideo(world.store)(a_user(), "x", "")
    assert [each.field for each in refusal.value.violations] == ["upload_id", "video_id"]
