"""What events say of uploads, objects and videos, written into the contract's types.

In place: a message that is made first and then put into another one is copied.
"""

from catalog.api.video.v1 import events_pb2 as pb
from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject
from catalog.domain.video import Video


def tell_upload(told: pb.UploadSnapshot, upload: Upload) -> None:
    """An upload as it stands after the change."""
    told.upload_id = str(upload.upload_id)
    told.user_id = str(upload.user_id)
    if upload.video_id is not None:
        told.video_id = str(upload.video_id)
    told.bucket = upload.ref.bucket
    told.object_name = upload.ref.name
    told.content_md5_hex = upload.md5.hex
    told.content_type = upload.content_type
    told.attempt = upload.attempt


def tell_object(told: pb.ObjectSnapshot, stored: StoredObject) -> None:
    """The one generation that the event is about."""
    told.generation = str(stored.generation)
    told.size_bytes = stored.size_bytes
    if stored.md5 is not None:
        told.md5_hash_hex = stored.md5.hex
    told.crc32c = stored.crc32c
    told.content_type = stored.content_type
    told.etag = stored.etag


def tell_video(told: pb.VideoSnapshot, video: Video) -> None:
    """A video as it stands after the change."""
    told.video_id = str(video.video_id)
    told.user_id = str(video.user_id)
    told.title = video.title
    told.description = video.description
    told.status = video.status.value
    told.raw_file_reference = video.raw_file_reference or ""
    told.version = video.version
