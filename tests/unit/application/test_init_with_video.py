"""The video rules at Init: which uploads may hold which video."""

import uuid
from dataclasses import replace

import pytest

from catalog.domain.errors import (
    NotFoundError,
    PreconditionError,
    VideoAlreadyBoundError,
    VideoHeldError,
    VideoNotFoundError,
    VideoNotPendingError,
)
from catalog.domain.upload import UploadStatus
from catalog.domain.values import VideoId
from catalog.domain.video import Video, VideoStatus
from tests.support.builders import a_user, a_video
from tests.support.ledger import decisions
from tests.support.world import World

NOT_PENDING = [status for status in VideoStatus if status is not VideoStatus.PENDING_UPLOAD]


async def test_a_new_upload_is_bound_at_once(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    answer = await world.init(user, video=video)
    assert answer.upload.video_id == video.video_id
    assert answer.start is not None
    assert await world.now(answer.upload) == answer.upload
    assert decisions(await world.ledger.history(answer.upload.upload_id)) == [
        "init:insert",
        "bind:replace",
    ]


async def test_an_unbound_upload_is_bound_by_a_later_init(world: World) -> None:
    before = await world.waiting()
    video = await world.create_video(before.user_id)
    after = (await world.init_again(before, video=video)).upload
    assert (after.upload_id, after.video_id) == (before.upload_id, video.video_id)


async def test_none_given_keeps_the_binding(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    before = await world.waiting(user=user, video=video)
    assert (await world.init_again(before)).upload.video_id == video.video_id


async def test_the_same_again_is_fine(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    before = await world.waiting(user=user, video=video)
    answer = await world.init_again(before, video=video)
    assert answer.start is not None
    assert answer.upload.video_id == video.video_id


async def test_the_same_again_is_fine_even_once_all_is_done(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    before = await world.completed(user=user, video=video)
    answer = await world.init_again(before, video=video)
    assert (answer.upload, answer.start) == (before, None)


@pytest.mark.parametrize("state", ["waiting", "failed", "completed"])
async def test_another_while_one_is_bound_is_refused(world: World, state: str) -> None:
    user = a_user()
    video, other = await world.create_video(user), await world.create_video(user)
    make = {"waiting": world.waiting, "failed": world.failed, "completed": world.completed}[state]
    before = await make(user=user, video=video)
    with pytest.raises(VideoAlreadyBoundError) as refusal:
        await world.init_again(before, video=other)
    assert refusal.value.metadata == {"video_id": str(video.video_id)}
    assert await world.now(before) == before


async def test_an_unknown_and_a_foreign_video_are_refused_alike(world: World) -> None:
    refusals = []
    for video in (a_video(), await world.create_video(a_user())):
        with pytest.raises(VideoNotFoundError) as refusal:
            await world.init(a_user(), video=video)
        refusals.append((refusal.type, str(refusal.value), refusal.value.metadata))
    assert refusals[0] == refusals[1]
    assert await world.ledger.uploads() == []


@pytest.mark.parametrize("status", NOT_PENDING)
async def test_a_video_that_waits_for_no_file_is_refused(world: World, status: VideoStatus) -> None:
    user = a_user()
    video = a_video(user_id=user, status=status)
    await world.ledger.put_video(video)
    with pytest.raises(VideoNotPendingError) as refusal:
        await world.init(user, video=video)
    assert refusal.value.metadata == {"status": status.value}
    assert await world.ledger.uploads() == []


@pytest.mark.parametrize("status", [UploadStatus.PENDING, UploadStatus.UPLOADING])
async def test_a_video_held_by_a_waiting_upload_is_refused(
    world: World, status: UploadStatus
) -> None:
    user = a_user()
    video = await world.create_video(user)
    holder = await world.waiting(user=user, video=video)
    await world.ledger.put_upload(replace(holder, status=status))
    with pytest.raises(VideoHeldError):
        await world.init(user, video=video)
    assert len(await world.ledger.uploads()) == 1


async def test_a_video_is_taken_from_a_failed_upload(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    holder = await world.failed(user=user, video=video)
    taker = (await world.init(user, video=video)).upload
    assert taker.video_id == video.video_id
    loser = await world.now(holder)
    assert (loser.video_id, loser.status) == (None, UploadStatus.FAILED)
    assert decisions(await world.ledger.history(holder.upload_id))[-1] == "bind:noop"


async def test_an_upload_that_lost_its_video_starts_anew_without_one(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    loser = await world.failed(user=user, video=video)
    await world.init(user, video=video)
    assert (await world.init_again(loser)).upload.video_id is None
    with pytest.raises(VideoHeldError):
        await world.init_again(loser, video=video)


async def test_a_failed_upload_starts_anew_with_its_own_video(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    before = await world.failed(user=user, video=video)
    for given in (None, video):
        after = (await world.init_again(before, video=given)).upload
        assert (after.status, after.video_id) == (UploadStatus.PENDING, video.video_id)


async def test_a_failed_upload_is_bound_as_it_starts_anew(world: World) -> None:
    before = await world.failed()
    video = await world.create_video(before.user_id)
    after = (await world.init_again(before, video=video)).upload
    assert (after.status, after.video_id) == (UploadStatus.PENDING, video.video_id)


async def test_a_video_whose_file_has_come_takes_no_other(world: World) -> None:
    user = a_user()
    video = await world.create_video(user)
    await world.completed(user=user, video=video)
    with pytest.raises(VideoNotPendingError):
        await world.init(user, video=video)


async def test_a_refused_video_does_not_renew_an_upload_that_is_there(world: World) -> None:
    before = await world.waiting()
    foreign = await world.create_video(a_user())
    with pytest.raises(NotFoundError):
        await world.init_again(before, video=foreign, filename="other.mp4")
    assert await world.now(before) == before


async def test_a_refused_video_removes_nothing_from_the_bucket(world: World) -> None:
    before = await world.failed()
    held = await world.create_video(before.user_id)
    await world.waiting(user=before.user_id, video=held)
    with pytest.raises(PreconditionError):
        await world.init_again(before, video=held)
    assert world.objects.deleted == []
    assert await world.now(before) == before


async def test_a_video_that_vanished_is_not_found(world: World) -> None:
    ghost: Video = a_video(video_id=VideoId(uuid.uuid4()))
    before = await world.waiting(user=ghost.user_id)
    with pytest.raises(VideoNotFoundError):
        await world.init_again(before, video=ghost)
