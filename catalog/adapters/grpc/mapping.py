"""Domain to wire, field by field."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from catalog.api.video.v1 import upload_pb2, video_pb2
from catalog.application.list_uploads import UploadPage
from catalog.application.records import SignedStart
from catalog.domain.upload import Upload
from catalog.domain.values import CHUNK_MULTIPLE_BYTES, RECOMMENDED_CHUNK_BYTES
from catalog.domain.video import Video

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def unixms(at: datetime | None) -> int:
    """Count whole milliseconds since 1970; 0 stands for never."""
    return 0 if at is None else (at - _EPOCH) // _MILLISECOND


def _text(value: UUID | int | None) -> str:
    return "" if value is None else str(value)


def init_answer(
    upload: Upload, start: SignedStart | None
) -> upload_pb2.InitResumableUploadResponse:
    """Say how to start, or, with no start, that the content is stored already."""
    answer = upload_pb2.InitResumableUploadResponse(
        resumable_init_headers={} if start is None else start.headers,
        upload_id=str(upload.upload_id),
        bucket=upload.ref.bucket,
        object_name=upload.ref.name,
        already_completed=start is None,
        chunk_multiple_bytes=CHUNK_MULTIPLE_BYTES,
        recommended_chunk_bytes=RECOMMENDED_CHUNK_BYTES,
        status=upload.status,
        video_id=_text(upload.video_id),
        attempt=upload.attempt,
    )
    if start is not None:
        answer.resumable_init_url = start.url
        answer.expires_at_unixms = unixms(start.expires_at)
        answer.resumable_init_method = start.method
        answer.session_expires_at_unixms = unixms(upload.session_expires_at)
    return answer


def upload_answer(upload: Upload) -> upload_pb2.GetUploadResponse:
    """Show an upload as it stands."""
    return upload_pb2.GetUploadResponse(
        status=upload.status,
        bucket=upload.ref.bucket,
        object_name=upload.ref.name,
        gcs_etag=upload.etag or "",
        gcs_generation=_text(upload.generation),
        size_bytes=upload.size_bytes,
        md5_hash_hex=upload.md5_hash.hex if upload.md5_hash else "",
        upload_id=str(upload.upload_id),
        video_id=_text(upload.video_id),
        content_type=upload.content_type,
        error_code=upload.error_code or "",
        error_message=upload.error_message or "",
        attempt=upload.attempt,
        version=upload.version,
        created_at_unixms=unixms(upload.created_at),
        updated_at_unixms=unixms(upload.updated_at),
        completed_at_unixms=unixms(upload.completed_at),
        session_expires_at_unixms=unixms(upload.session_expires_at),
        bytes_reported=upload.bytes_reported,
        filename=upload.filename,
    )


def bind_answer(upload: Upload) -> upload_pb2.BindUploadToVideoResponse:
    """Show the binding as it stands."""
    return upload_pb2.BindUploadToVideoResponse(
        upload_id=str(upload.upload_id),
        video_id=_text(upload.video_id),
        version=upload.version,
    )


def cancel_answer(upload: Upload) -> upload_pb2.CancelUploadResponse:
    """Show how the upload ended."""
    return upload_pb2.CancelUploadResponse(
        status=upload.status, error_code=upload.error_code or "", version=upload.version
    )


def progress_answer(upload: Upload) -> upload_pb2.ReportUploadProgressResponse:
    """Show what is known after a report."""
    return upload_pb2.ReportUploadProgressResponse(
        status=upload.status, bytes_reported=upload.bytes_reported
    )


def page_answer(page: UploadPage) -> upload_pb2.ListUploadsResponse:
    """Show one page."""
    return upload_pb2.ListUploadsResponse(
        uploads=[upload_answer(each) for each in page.uploads], next_page_token=page.next_token
    )


def video_message(video: Video) -> video_pb2.Video:
    """Show a video as it stands."""
    return video_pb2.Video(
        video_id=str(video.video_id),
        title=video.title,
        description=video.description,
        status=video.status,
        raw_file_reference=video.raw_file_reference or "",
        upload_id=_text(video.upload_id),
        version=video.version,
        created_at_unixms=unixms(video.created_at),
        updated_at_unixms=unixms(video.updated_at),
        size_bytes=video.size_bytes or 0,
    )
