"""One event of each kind with every field set, the same in every run: its bytes are kept."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from catalog.domain.events import (
    Event,
    UploadCancelled,
    UploadCompleted,
    UploadExpired,
    UploadFailed,
    VideoCreated,
)
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import (
    Generation,
    Md5,
    ObjectRef,
    StoredObject,
    UploadId,
    UserId,
    VideoId,
)
from catalog.domain.video import Video, VideoStatus

AT: Final = datetime(2026, 11, 21, 9, 30, 15, 987654, tzinfo=UTC)
AT_UNIXMS: Final = 1_795_253_415_987
TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
USER = UserId(UUID("7a3f3c5e-9b0e-4a53-8f0c-6f5f6d1f7a01"))
UPLOAD = UploadId(UUID("0c8f1f4e-2c2f-4f58-9f3c-0d2b7f6a1b02"))
VIDEO = VideoId(UUID("5d1e7b7a-5a1c-4e5e-8f7d-3b9a1c2d3e03"))
MD5 = Md5("d41d8cd98f00b204e9800998ecf8427e")
REF = ObjectRef.for_upload("catalog-uploads", USER, MD5)


def upload(status: UploadStatus, video_id: VideoId | None = VIDEO) -> Upload:
    return Upload(
        upload_id=UPLOAD,
        user_id=USER,
        video_id=video_id,
        ref=REF,
        md5=MD5,
        filename="holiday.mp4",
        content_type="video/mp4",
        declared_size=1000,
        duration_seconds=12,
        status=status,
        attempt=3,
        version=7,
        session_expires_at=AT,
        created_at=AT,
        updated_at=AT,
    )


def video(status: VideoStatus, raw_file_reference: str | None) -> Video:
    return Video(
        video_id=VIDEO,
        user_id=USER,
        title="Ferien: 休暇",
        description="By the sea",
        status=status,
        version=2,
        created_at=AT,
        updated_at=AT,
        raw_file_reference=raw_file_reference,
        size_bytes=None,
    )


def stored(md5: Md5 | None = MD5) -> StoredObject:
    return StoredObject(
        ref=REF,
        generation=Generation(1_795_253_415_987_654),
        size_bytes=4_294_967_296,
        md5=md5,
        crc32c="AAAAAA==",
        etag="CMDAwMDAwMAC",
        content_type="video/quicktime",
    )


EVENTS: dict[str, Event] = {
    "completed": UploadCompleted(
        event_id=UUID("11111111-1111-4111-8111-111111111111"),
        occurred_at=AT,
        traceparent=TRACE,
        upload=upload(UploadStatus.COMPLETED),
        stored=stored(),
        video=video(VideoStatus.PROCESSING, REF.uri),
        video_created=True,
    ),
    "failed": UploadFailed(
        event_id=UUID("22222222-2222-4222-8222-222222222222"),
        occurred_at=AT,
        traceparent=TRACE,
        upload=upload(UploadStatus.FAILED, video_id=None),
        stored=stored(md5=None),
        code=FailureCode.MD5_UNAVAILABLE,
    ),
    "cancelled": UploadCancelled(
        event_id=UUID("33333333-3333-4333-8333-333333333333"),
        occurred_at=AT,
        traceparent=None,
        upload=upload(UploadStatus.FAILED),
    ),
    "expired": UploadExpired(
        event_id=UUID("44444444-4444-4444-8444-444444444444"),
        occurred_at=AT,
        traceparent=TRACE,
        upload=upload(UploadStatus.FAILED),
    ),
    "created": VideoCreated(
        event_id=UUID("55555555-5555-4555-8555-555555555555"),
        occurred_at=AT,
        traceparent=None,
        video=video(VideoStatus.PENDING_UPLOAD, None),
    ),
}
