"""What goes in reaches the use case; what comes out reaches the client."""

import uuid
from datetime import timedelta

from catalog.adapters.grpc.trace_context import checked_traceparent
from catalog.api.video.v1 import upload_pb2, video_pb2
from catalog.application.init_resumable_upload import InitAnswer, InitCommand
from catalog.application.records import SignedStart
from catalog.domain.policies import RawInit
from catalog.domain.values import VideoId
from tests.integration.grpc.service import AS_USER, USER, UseCases, serving
from tests.support.builders import NOW, an_upload

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
REQUEST = upload_pb2.InitResumableUploadRequest(
    filename="a.mp4",
    size_bytes=5,
    content_type="video/mp4",
    content_md5_hex="0" * 32,
    duration_seconds=3,
    video_id="v",
)
RAW = RawInit("a.mp4", 5, "video/mp4", "0" * 32, 3, "v")
START = SignedStart("https://signed", "POST", {"a": "b"}, NOW + timedelta(minutes=15))


async def test_init_carries_every_field_and_the_trace() -> None:
    cases = UseCases()
    cases.answer = InitAnswer(cases.upload, START)
    async with serving(cases) as service:
        metadata = [*AS_USER, ("traceparent", TRACE)]
        answer = await service.uploads.InitResumableUpload(REQUEST, metadata=metadata)
    assert cases.asked == [InitCommand(USER, RAW, TRACE)]
    assert answer.upload_id == str(cases.upload.upload_id)
    assert answer.resumable_init_url == START.url


async def test_a_malformed_trace_is_ignored() -> None:
    async with serving() as service:
        metadata = [*AS_USER, ("traceparent", "00-nonsense")]
        await service.uploads.InitResumableUpload(REQUEST, metadata=metadata)
    (asked,) = service.use_cases.asked
    assert (asked.user, asked.raw) == (USER, RAW)
    assert checked_traceparent(asked.traceparent) is not None, "a trace of its own"


async def test_init_of_a_completed_upload_has_no_url() -> None:
    async with serving() as service:
        answer = await service.uploads.InitResumableUpload(REQUEST, metadata=AS_USER)
    assert answer.already_completed
    assert (answer.resumable_init_url, answer.expires_at_unixms) == ("", 0)


async def test_an_upload_is_shown() -> None:
    async with serving() as service:
        request = upload_pb2.GetUploadRequest(upload_id="u")
        answer = await service.uploads.GetUpload(request, metadata=AS_USER)
    assert service.use_cases.asked == [(USER, "u")]
    assert (answer.upload_id, answer.status) == (
        str(service.use_cases.upload.upload_id),
        "pending",
    )


async def test_a_binding_is_shown() -> None:
    cases = UseCases(upload=an_upload(video_id=VideoId(uuid.uuid4()), version=4))
    async with serving(cases) as service:
        request = upload_pb2.BindUploadToVideoRequest(upload_id="u", video_id="v")
        answer = await service.uploads.BindUploadToVideo(request, metadata=AS_USER)
    assert cases.asked == [(USER, "u", "v")]
    assert (answer.video_id, answer.version) == (str(cases.upload.video_id), 4)


async def test_a_video_is_made_and_shown() -> None:
    async with serving() as service:
        create = video_pb2.CreateVideoRequest(title="t", description="d", request_id="r")
        metadata = [*AS_USER, ("traceparent", TRACE)]
        made = await service.videos.CreateVideo(create, metadata=metadata)
        get = video_pb2.GetVideoRequest(video_id="v")
        shown = await service.videos.GetVideo(get, metadata=AS_USER)
    assert service.use_cases.asked == [(USER, "t", "d", "r", TRACE), (USER, "v")]
    assert made.video == shown.video
    assert shown.video.video_id == str(service.use_cases.video.video_id)
