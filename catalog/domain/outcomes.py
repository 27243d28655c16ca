"""Uploads and videos as they are after a finalize."""

from dataclasses import replace
from datetime import datetime

from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject, VideoId
from catalog.domain.video import Video, VideoStatus, title_from


def moved_to_processing(bound: Video, stored: StoredObject) -> Video:
    """Return the bound video with its file."""
    return replace(
        bound,
        status=VideoStatus.PROCESSING,
        raw_file_reference=stored.ref.uri,
        size_bytes=stored.size_bytes,
        version=bound.version + 1,
    )


def made_from(upload: Upload, stored: StoredObject, video_id: VideoId, at: datetime) -> Video:
    """Return the video that an upload without a usable one becomes: processing at once."""
    return Video(
        video_id=video_id,
        user_id=upload.user_id,
        title=title_from(upload.filename),
        description="",
        status=VideoStatus.PROCESSING,
        version=1,
        created_at=at,
        updated_at=at,
        raw_file_reference=stored.ref.uri,
        size_bytes=stored.size_bytes,
    )


def completed(before: Upload, stored: StoredObject, video_id: VideoId, at: datetime) -> Upload:
    """Return the upload with the facts of its object; the declared ones give way."""
    return replace(
        before,
        status=UploadStatus.COMPLETED,
        version=before.version + 1,
        video_id=video_id,
        content_type=stored.content_type,
        size_bytes=stored.size_bytes,
        generation=stored.generation,
        etag=stored.etag,
        md5_hash=stored.md5,
        crc32c=stored.crc32c,
        error_code=None,
        error_message=None,
        completed_at=at,
        updated_at=at,
    )


def failed(before: Upload, code: FailureCode, at: datetime) -> Upload:
    """Return the upload as failed for `code`."""
    return replace(
        before,
        status=UploadStatus.FAILED,
        version=before.version + 1,
        error_code=code,
        error_message=code.explanation,
        updated_at=at,
    )
