"""Facts to announce, one class a kind. Each belongs to one aggregate and its version."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from catalog.domain.upload import FailureCode, Upload
from catalog.domain.values import StoredObject
from catalog.domain.video import Video

AggregateType = Literal["upload", "video"]


@dataclass(frozen=True, slots=True)
class _Event:
    event_id: UUID
    occurred_at: datetime
    """By the database's clock, but for CreateVideo, which has the service's."""
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class _UploadFact(_Event):
    upload: Upload
    """The upload after the change, its version included."""

    @property
    def aggregate_type(self) -> AggregateType:
        return "upload"

    @property
    def aggregate_id(self) -> UUID:
        return self.upload.upload_id

    @property
    def version(self) -> int:
        return self.upload.version


@dataclass(frozen=True, slots=True)
class UploadCompleted(_UploadFact):
    """The right bytes are stored and the video is processing."""

    event_type: ClassVar[str] = "video.upload.completed"
    stored: StoredObject
    video: Video
    """The video after the change."""
    video_created: bool


@dataclass(frozen=True, slots=True)
class UploadFailed(_UploadFact):
    """An object arrived that may not complete the upload."""

    event_type: ClassVar[str] = "video.upload.failed"
    stored: StoredObject
    code: FailureCode


@dataclass(frozen=True, slots=True)
class UploadCancelled(_UploadFact):
    """The owner gave the upload up."""

    event_type: ClassVar[str] = "video.upload.cancelled"


@dataclass(frozen=True, slots=True)
class UploadExpired(_UploadFact):
    """The session deadline passed and nothing was stored."""

    event_type: ClassVar[str] = "video.upload.expired"


@dataclass(frozen=True, slots=True)
class VideoCreated(_Event):
    """A video exists: by CreateVideo, or by the completion of an unbound upload."""

    event_type: ClassVar[str] = "video.created"
    video: Video

    @property
    def aggregate_type(self) -> AggregateType:
        """Events of videos are ordered among themselves."""
        return "video"

    @property
    def aggregate_id(self) -> UUID:
        """The ordering key."""
        return self.video.video_id

    @property
    def version(self) -> int:
        """Version of the video that the event brought about."""
        return self.video.version


Event = UploadCompleted | UploadFailed | UploadCancelled | UploadExpired | VideoCreated
