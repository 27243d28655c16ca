"""CreateVideo, GetVideo and GetUpload."""

import json
import uuid
from datetime import timedelta

import pytest

from catalog.domain.errors import (
    InvalidRequestError,
    UploadNotFoundError,
    VideoNotFoundError,
)
from catalog.domain.video import VideoStatus
from tests.support.builders import NOW, a_user
from tests.support.world import World


async def test_a_created_video_waits_for_its_file(world: World) -> None:
    user = a_user()
    video = await world.create_video(user, "Töpfern", "one\ntwo")
    assert (video.user_id, video.title, video.description) == (user, "Töpfern", "one\ntwo")
    assert (video.status, video.version) == (VideoStatus.PENDING_UPLOAD, 1)
    assert video.created_at == NOW
    assert await world.get_video(user, str(video.video_id)) == video


async def test_a_created_video_is_announced(world: World) -> None:
    video = await world.create_video(a_user())
    [event] = await world.ledger.outbox()
    assert (event.event_type, event.aggregate_type) == ("video.created", "video")
    assert event.aggregate_id == video.video_id
    assert event.headers["version"] == "1"
    assert json.loads(event.payload)["video"]["title"] == "Holiday"


async def test_a_repeated_request_answers_the_same_video(world: World) -> None:
    user, request_id = a_user(), str(uuid.uuid4())
    first = await world.create_video(user, request_id=request_id)
    world.clock.advance(timedelta(minutes=1))
    again = await world.create_video(user, "Another title", request_id=request_id)
    assert again == first
    assert len(await world.ledger.outbox()) == 1


async def test_a_request_id_is_the_users_own(world: World) -> None:
    request_id = str(uuid.uuid4())
    first = await world.create_video(a_user(), request_id=request_id)
    second = await world.create_video(a_user(), request_id=request_id)
    assert first.video_id != second.video_id


async def test_without_a_request_id_every_call_makes_a_video(world: World) -> None:
    user = a_user()
    first, second = await world.create_video(user), await world.create_video(user)
    assert first.video_id != second.video_id


async def test_a_bad_video_leaves_no_trace(world: World) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        await world.create_video(a_user(), "", "x" * 5001, "not a uuid")
    fields = [each.field for each in refusal.value.violations]
    assert fields == ["title", "description", "request_id"]
    assert await world.ledger.videos() == []


async def test_a_foreign_and_an_absent_video_are_refused_alike(world: World) -> None:
    video = await world.create_video(a_user())
    for wanted in (video.video_id, uuid.uuid4()):
        with pytest.raises(VideoNotFoundError):
            await world.get_video(a_user(), str(wanted))


async def test_a_foreign_and_an_absent_upload_are_refused_alike(world: World) -> None:
    upload = await world.waiting()
    for wanted in (upload.upload_id, uuid.uuid4()):
        with pytest.raises(UploadNotFoundError):
            await world.get_upload(a_user(), str(wanted))


async def test_an_owner_sees_the_upload_as_it_is(world: World) -> None:
    for upload in (await world.waiting(), await world.failed(), await world.completed()):
        assert await world.get_upload(upload.user_id, str(upload.upload_id)) == upload


MALFORMED = ["", "x", "8D2F3F50-6C1B-4BD6-9A55-0C6F4A4F8C11", "8d2f3f506c1b4bd69a550c6f4a4f8c11"]


@pytest.mark.parametrize("malformed", MALFORMED)
async def test_a_malformed_id_is_named(world: World, malformed: str) -> None:
    for get, field in ((world.get_upload, "upload_id"), (world.get_video, "video_id")):
        with pytest.raises(InvalidRequestError) as refusal:
            await get(a_user(), malformed)
        assert [each.field for each in refusal.value.violations] == [field]
