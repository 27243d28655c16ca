"""What the store keeps: the schema's tables as plain collections of immutable rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from catalog.adapters.memory.outbox_rows import Delivery
from catalog.application.records import HistoryEntry, OutboxRecord, Tombstone
from catalog.application.upkeep_records import FindingKind, SeenFinding
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
    created_at: datetime
    not_before: datetime
    deleted_at: datetime | None = None
    kept_at: datetime | None = None
    failures: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A walk and who has it."""

    name: str
    owner: UUID
    lease_until: datetime | None
    started_at: datetime
    position: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    under_way: bool = True
    finished_at: datetime | None = None
    outcome: str | None = None


@dataclass(slots=True)
class Tables:
    """All state. Rows are replaced, never changed, so a copy of the collections is a snapshot."""

    uploads: dict[UploadId, Upload] = field(default_factory=dict)
    videos: dict[VideoId, Video] = field(default_factory=dict)
    inbox: dict[tuple[str, str], InboxRow] = field(default_factory=dict)
    outbox: list[OutboxRecord] = field(default_factory=list)
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    history: list[HistoryRow] = field(default_factory=list)
    deletions: dict[tuple[ObjectRef, Generation], DeletionRow] = field(default_factory=dict)
    reap_after: dict[UploadId, datetime] = field(default_factory=dict)
    sweeps: dict[str, SweepRow] = field(default_factory=dict)
    findings: dict[tuple[FindingKind, ObjectRef, Generation], SeenFinding] = field(
        default_factory=dict
    )

    def copy(self) -> Self:
        """Return a snapshot that may be written to."""
        return type(self)(**{each.name: getattr(self, each.name).copy() for each in fields(self)})

    def owner_of(self, ref: ObjectRef) -> Upload | None:
        """Find the upload that owns an object name."""
        return next((each for each in self.uploads.values() if each.ref == ref), None)

    def is_referenced(self, ref: ObjectRef) -> bool:
        """True when a video refers to the object."""
        return any(each.raw_file_reference == ref.uri for each in self.videos.values())

    def bury(self, tombstone: Tombstone, at: datetime) -> None:
        """Write a tombstone, or queue a deleted generation that was seen alive after that."""
        key = tombstone.ref, tombstone.generation
        row = self.deletions.get(key, DeletionRow(tombstone, at, at))
        if row.deleted_at is None or row.deleted_at <= (tombstone.seen_at or at):
            self.deletions[key] = replace(row, deleted_at=None)

    def remove(self, upload: Upload) -> None:
        """Remove an upload's row; nobody keeps its tombstones any more."""
        del self.uploads[upload.upload_id]
        for key, row in self.deletions.items():
            if key[0] == upload.ref:
                self.deletions[key] = replace(row, kept_at=None)

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
