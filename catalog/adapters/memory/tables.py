"""What the store keeps: the schema's tables as plain collections of immutable rows."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Self

from catalog.application.records import HistoryEntry, OutboxRecord, Tombstone
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId, UserId, VideoId
from catalog.domain.video import Video

STORAGE_EVENTS = "gcs"
QUARANTINE = "gcs-quarantine"


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One storage event, or one push that could not be read."""

    source: str
    dedup_key: str
    message_id: str | None
    payload: bytes | None = field(repr=False)
    actor: str
    received_at: datetime
    processed_at: datetime | None = None
    outcome: str | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of an upload's story and when it was written."""

    upload_id: UploadId
    at: datetime
    entry: HistoryEntry


@dataclass(frozen=True, slots=True)
class DeletionRow:
    """A tombstone; its object is still to be deleted while `deleted_at` is None."""

    tombstone: Tombstone
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Tables:
    """All state. Rows are replaced, never changed, so a copy of the collections is a snapshot."""

    uploads: dict[UploadId, Upload] = field(default_factory=dict)
    videos: dict[VideoId, Video] = field(default_factory=dict)
    inbox: dict[tuple[str, str], InboxRow] = field(default_factory=dict)
    outbox: list[OutboxRecord] = field(default_factory=list)
    history: list[HistoryRow] = field(default_factory=list)
    deletions: dict[tuple[ObjectRef, Generation], DeletionRow] = field(default_factory=dict)

    def copy(self) -> Self:
        """Return a snapshot that may be written to."""
        return type(self)(**{each.name: getattr(self, each.name).copy() for each in fields(self)})

    def owner_of(self, ref: ObjectRef) -> Upload | None:
        """Find the upload that owns an object name."""
        return next((each for each in self.uploads.values() if each.ref == ref), None)

    def waiting_video(self, upload: Upload) -> Video | None:
        """Find the bound video while it still waits for this owner's file."""
        video = self.videos.get(upload.video_id) if upload.video_id else None
        return video if video is not None and video.awaits_file_of(upload.user_id) else None

    def is_of(self, user: UserId, upload_id: UploadId) -> bool:
        """True when the user has such an upload."""
        upload = self.uploads.get(upload_id)
        return upload is not None and upload.user_id == user

    def tell(self, upload_id: UploadId, at: datetime, entry: HistoryEntry) -> None:
        """Append to an upload's history."""
        self.history.append(HistoryRow(upload_id, at, entry))
