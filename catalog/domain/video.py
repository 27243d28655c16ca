"""The video that an upload becomes the file of, and the rules that bind the two."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from catalog.domain.errors import (
    UploadNotWaitingError,
    VideoAlreadyBoundError,
    VideoHeldError,
    VideoNotPendingError,
)
from catalog.domain.upload import Phase, Upload
from catalog.domain.values import UploadId, UserId, VideoId


class VideoStatus(StrEnum):
    """Life of a video; only the first two are Catalog's to set."""

    PENDING_UPLOAD = "pending_upload"
    PROCESSING = "processing"
    READY = "ready"
    PUBLISHED = "published"
    FAILED = "failed"
    REJECTED = "rejected"
    ARCHIVED = "archived"
    UNKNOWN = "unknown"
    """A status that a newer release has added: not ours to judge, but no longer pending."""

    @classmethod
    def _missing_(cls, _value: object) -> "VideoStatus":
        return cls.UNKNOWN


@dataclass(frozen=True, slots=True)
class Video:
    """What people see."""

    video_id: VideoId
    user_id: UserId
    title: str
    description: str
    status: VideoStatus
    version: int
    created_at: datetime
    updated_at: datetime
    raw_file_reference: str | None = None
    size_bytes: int | None = None
    upload_id: UploadId | None = None
    """The upload bound to it; known only where a query asks for it."""

    def awaits_file_of(self, user: UserId) -> bool:
        """True while `user`'s upload may become this video's file."""
        return self.user_id == user and self.status is VideoStatus.PENDING_UPLOAD


def title_from(filename: str) -> str:
    """Title of a video that nobody named: its filename, cut to what a title may hold."""
    return filename[:200]


def check_binding(upload: Upload | None, video: Video, holders: Sequence[Upload]) -> bool:
    """True when `video` must be bound now, False when it already is.

    `upload` is None for one that is just being made; `holders` are the other
    uploads that hold the video. Raises the PreconditionError that applies. A
    failed holder gives the video up; a waiting one does not.
    """
    if upload is not None and upload.video_id is not None:
        if upload.video_id != video.video_id:
            raise VideoAlreadyBoundError(video_id=str(upload.video_id))
        return False
    if video.status is not VideoStatus.PENDING_UPLOAD:
        raise VideoNotPendingError(status=video.status.value)
    if any(holder.phase is Phase.WAITING for holder in holders):
        raise VideoHeldError
    return True


def check_waiting(upload: Upload) -> None:
    """Raise UploadNotWaitingError for an upload that has ended."""
    if upload.phase is not Phase.WAITING:
        raise UploadNotWaitingError(status=upload.status.value)
