"""This release beside a newer one: what it cannot know must not stop it."""

import uuid

from catalog.api.video.v1 import upload_pb2, video_pb2
from tests.support.service import Rpc, Service

USER = str(uuid.uuid4())
CALLER = (("user_id", USER),)


async def _video(rpc: Rpc) -> str:
    made = await rpc.videos.CreateVideo(
        video_pb2.CreateVideoRequest(title="Holiday"), metadata=CALLER
    )
    return made.video.video_id


async def _init(rpc: Rpc, md5: str, video_id: str = "") -> upload_pb2.InitResumableUploadResponse:
    return await rpc.uploads.InitResumableUpload(
        upload_pb2.InitResumableUploadRequest(
            filename="a.mp4", content_type="video/mp4", content_md5_hex=md5, video_id=video_id
        ),
        metadata=CALLER,
    )


async def test_a_status_that_a_newer_release_added_is_shown_as_unknown(
    live: Service, rpc: Rpc
) -> None:
    video_id = await _video(rpc)
    await live.database.execute("ALTER TYPE catalog.video_status ADD VALUE 'deleted'")
    await live.database.execute("UPDATE catalog.videos SET status = 'deleted'")
    shown = await rpc.videos.GetVideo(video_pb2.GetVideoRequest(video_id=video_id), metadata=CALLER)
    assert shown.video.status == "unknown"


async def test_a_failure_code_that_a_newer_release_added_does_not_stop_a_new_start(
    live: Service, rpc: Rpc
) -> None:
    first = await _init(rpc, "a" * 32)
    await live.database.execute(
        "UPDATE catalog.uploads SET status = 'failed', error_code = 'VIRUS_FOUND'"
    )
    again = await _init(rpc, "a" * 32)
    assert (again.upload_id, again.status, again.attempt) == (first.upload_id, "pending", 2)


async def test_a_binding_from_before_a_video_changed_hands_holds_up_nobody(
    live: Service, rpc: Rpc
) -> None:
    video_id = await _video(rpc)
    await _init(rpc, "b" * 32, video_id)
    await live.database.execute("UPDATE catalog.uploads SET user_id = gen_random_uuid()")
    bound = await _init(rpc, "c" * 32, video_id)
    shown = await rpc.videos.GetVideo(video_pb2.GetVideoRequest(video_id=video_id), metadata=CALLER)
    assert bound.video_id == video_id
    assert shown.video.upload_id == bound.upload_id
