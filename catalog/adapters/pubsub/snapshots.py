"""What events say of uploads, objects and videos, in the contract's types."""

from catalog.api.video.v1 import events_pb2 as pb
from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject
from catalog.domain.video import Video


def upload(upload: Upload) -> pb.UploadSnapshot:
    """An upload as it stands after the change."""
    return pb.UploadSnapshot(
        upload_id=str(upload.upload_id),
        user_id=str(upload.user_id),
        video_id="" if upload.video_id is None else str(upload.video_id),
        bucket=upload.ref.bucket,
        object_name=upload.ref.name,
        content_md5_hex=upload.md5.hex,
        content_type=upload.content_type,
        attempt=upload.attempt,
    )


def stored_object(stored: StoredObject) -> pb.ObjectSnapshot:
    """The one generation that the event is about."""
    return pb.ObjectSnapshot(
        generation=str(stored.generation),
        size_bytes=stored.size_bytes,
        md5_hash_hex="" if stored.md5 is None else stored.md5.hex,
        crc32c=stored.crc32c,
        content_type=stored.content_type,
        etag=stored.etag,
    )


def video(video: Video) -> pb.VideoSnapshot:
    """A video as it stands after the change."""
    return pb.VideoSnapshot(
        video_id=str(video.video_id),
        user_id=str(video.user_id),
        title=video.title,
        description=video.description,
        status=video.status.value,
        raw_file_reference=video.raw_file_reference or "",
        version=video.version,
    )
