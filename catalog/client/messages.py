"""Catalog's answers as plain values, free of wire types."""

from dataclasses import dataclass, field

from catalog.api.video.v1 import upload_pb2, video_pb2


@dataclass(frozen=True, slots=True)
class InitAnswer:
    """All that is needed to open a session, or the news that there is nothing to do."""

    upload_id: str
    status: str
    bucket: str
    object_name: str
    video_id: str
    already_completed: bool
    method: str
    chunk_bytes: int
    chunk_multiple: int
    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload as Catalog knows it; empty strings and zeros mean "not yet"."""

    upload_id: str
    status: str
    bucket: str
    object_name: str
    gcs_etag: str
    gcs_generation: str
    size_bytes: int
    md5_hash_hex: str
    video_id: str
    content_type: str
    filename: str
    error_code: str
    error_message: str
    attempt: int
    version: int
    created_at_unixms: int
    updated_at_unixms: int
    completed_at_unixms: int
    session_expires_at_unixms: int
    bytes_reported: int


@dataclass(frozen=True, slots=True)
class Video:
    """One video as Catalog knows it; empty strings and zeros mean "not yet"."""

    video_id: str
    title: str
    description: str
    status: str
    raw_file_reference: str
    upload_id: str
    version: int
    created_at_unixms: int
    updated_at_unixms: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class UploadPage:
    """Uploads, newest first; without a `next_page_token` these are the last ones."""

    uploads: tuple[Upload, ...]
    next_page_token: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An upload after it was given up."""

    status: str
    error_code: str
    version: int


@dataclass(frozen=True, slots=True)
class Reported:
    """An upload after a progress report."""

    status: str
    bytes_reported: int


def init_answer(wire: upload_pb2.InitResumableUploadResponse) -> InitAnswer:
    """The answer without its wire type."""
    return InitAnswer(
        upload_id=wire.upload_id,
        status=wire.status,
        bucket=wire.bucket,
        object_name=wire.object_name,
        video_id=wire.video_id,
        already_completed=wire.already_completed,
        method=wire.resumable_init_method,
        chunk_bytes=wire.recommended_chunk_bytes,
        chunk_multiple=wire.chunk_multiple_bytes,
        url=wire.resumable_init_url,
        headers=dict(wire.resumable_init_headers),
    )


def upload(wire: upload_pb2.GetUploadResponse) -> Upload:
    """The upload without its wire type."""
    return Upload(
        upload_id=wire.upload_id,
        status=wire.status,
        bucket=wire.bucket,
        object_name=wire.object_name,
        gcs_etag=wire.gcs_etag,
        gcs_generation=wire.gcs_generation,
        size_bytes=wire.size_bytes,
        md5_hash_hex=wire.md5_hash_hex,
        video_id=wire.video_id,
        content_type=wire.content_type,
        filename=wire.filename,
        error_code=wire.error_code,
        error_message=wire.error_message,
        attempt=wire.attempt,
        version=wire.version,
        created_at_unixms=wire.created_at_unixms,
        updated_at_unixms=wire.updated_at_unixms,
        completed_at_unixms=wire.completed_at_unixms,
        session_expires_at_unixms=wire.session_expires_at_unixms,
        bytes_reported=wire.bytes_reported,
    )


def upload_page(wire: upload_pb2.ListUploadsResponse) -> UploadPage:
    """The page without its wire type."""
    return UploadPage(tuple(upload(each) for each in wire.uploads), wire.next_page_token)


def video(wire: video_pb2.Video) -> Video:
    """The video without its wire type."""
    return Video(
        video_id=wire.video_id,
        title=wire.title,
        description=wire.description,
        status=wire.status,
        raw_file_reference=wire.raw_file_reference,
        upload_id=wire.upload_id,
        version=wire.version,
        created_at_unixms=wire.created_at_unixms,
        updated_at_unixms=wire.updated_at_unixms,
        size_bytes=wire.size_bytes,
    )
