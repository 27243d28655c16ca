"""An event as an example: what a first upload's completion announces."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from catalog.domain.events import UploadCompleted
from catalog.domain.upload import Upload, UploadStatus
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

_NOW = datetime(2026, 11, 21, 12, 0, 4, tzinfo=UTC)
_BEGAN = _NOW - timedelta(seconds=24)
_USER = UserId(UUID("7f9c24e8-3b13-4d2a-9a57-d1f0c2b8e6a4"))
_UPLOAD = UploadId(UUID("b1d0c9a2-64f7-4a53-8e2d-5c3f9b7a1e08"))
_VIDEO = VideoId(UUID("2c5ea4c0-4067-41e9-8bad-9b1deb4d3b7d"))
_MD5 = Md5("900150983cd24fb0d6963f7d28e17f72")
_REF = ObjectRef.for_upload("my-videos", _USER, _MD5)
_SIZE = 31_457_280


def completed() -> UploadCompleted:
    """Announce that an upload which made its own video is complete."""
    return UploadCompleted(
        event_id=UUID("e4f1a7b3-0d5c-4b8e-9c62-3a1f5d7e9b20"),
        occurred_at=_NOW,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        upload=_upload(),
        stored=_stored(),
        video=_video(),
        video_created=True,
    )


def _upload() -> Upload:
    return Upload(
        upload_id=_UPLOAD,
        user_id=_USER,
        video_id=_VIDEO,
        ref=_REF,
        md5=_MD5,
        filename="holiday.mp4",
        content_type="video/mp4",
        declared_size=_SIZE,
        duration_seconds=12,
        status=UploadStatus.COMPLETED,
        attempt=1,
        version=2,
        session_expires_at=_NOW + timedelta(days=7),
        created_at=_BEGAN,
        updated_at=_NOW,
    )


def _stored() -> StoredObject:
    return StoredObject(
        ref=_REF,
        generation=Generation(1_700_000_000_000_001),
        size_bytes=_SIZE,
        md5=_MD5,
        crc32c="yZRlqg==",
        etag="CMGV9K7X4pEDEAE=",
        content_type="video/mp4",
    )


def _video() -> Video:
    return Video(
        video_id=_VIDEO,
        user_id=_USER,
        title="holiday.mp4",
        description="",
        status=VideoStatus.PROCESSING,
        version=1,
        created_at=_NOW,
        updated_at=_NOW,
        raw_file_reference=_REF.uri,
    )
