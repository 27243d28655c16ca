"""Uploads and videos as they are after a finalize."""

from dataclasses import replace
from datetime import datetime

from catalog.domain.upload import Transition, Upload
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


def completed(
    before: Upload, transition: Transition, stored: StoredObject, video_id: VideoId, at: datetime
) -> Upload:
    """Return the upload with the facts of its object; the declared ones give way.

    Spelled out, as every push that counts passes here: `replace` looks every field up by name.
    """
    return Upload(
        upload_id=before.upload_id,
        user_id=before.user_id,
        video_id=video_id,
        ref=before.ref,
        md5=before.md5,
        filename=before.filename,
        content_type=stored.content_type,
        declared_size=before.declared_size,
        duration_seconds=before.duration_seconds,
        status=transition.to or before.status,
        attempt=before.attempt,
        version=before.version + 1,
        session_expires_at=before.session_expires_at,
        created_at=before.created_at,
        updated_at=at,
        bytes_reported=before.bytes_reported,
        error_code=None,
        error_message=None,
        size_bytes=stored.size_bytes,
        generation=stored.generation,
        etag=stored.etag,
        md5_hash=stored.md5,
        crc32c=stored.crc32c,
        completed_at=at,
        traceparent=before.traceparent,
    )


def failed(before: Upload, transition: Transition, at: datetime) -> Upload:
    """Return the upload with the status and the code of the table's cell."""
    return replace(
        before,
        status=transition.to or before.status,
        version=before.version + 1,
        error_code=transition.code,
        error_message=transition.code.explanation if transition.code else None,
        updated_at=at,
    )
