"""What use cases and ports hand each other beside the domain's own types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from catalog.domain.events import AggregateType
from catalog.domain.upload import Decision, FailureCode, Upload
from catalog.domain.values import (
    Generation,
    Md5,
    ObjectRef,
    StoredObject,
    UploadId,
    UserId,
    VideoId,
)
from catalog.domain.video import Video

Actor = Literal["push", "sweep", "reaper", "replay"]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of an upload's story."""

    actor: str
    request: str
    decision: Decision
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InitFacts:
    """What an Init writes into the upload, whether it is new, renewed or started anew."""

    user_id: UserId
    ref: ObjectRef
    md5: Md5
    filename: str
    content_type: str
    declared_size: int
    duration_seconds: int
    session_life: timedelta
    """From the statement's own time to the session deadline: URL lifetime + 7 days."""
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class TimedUpload:
    """An upload and the database's time of the statement that returned it."""

    upload: Upload
    at: datetime


@dataclass(frozen=True, slots=True)
class OutboxRecord:
    """An event ready to be kept until it is published."""

    event_id: UUID
    aggregate_type: AggregateType
    aggregate_id: UUID
    event_type: str
    payload: bytes
    headers: Mapping[str, str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stored object and who says so."""

    stored: StoredObject
    actor: Actor
    message_id: str | None = None
    payload: bytes | None = field(default=None, repr=False)
    """The first 64 KiB of what was received."""
    stored_at: datetime | None = field(default=None, compare=False)
    """When the bucket had the object, by the bucket's clock, as far as it was said."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What claiming an arrival found. Only `upload` is locked and fresh."""

    won: bool
    at: datetime
    upload: Upload | None
    tombstoned: bool
    """As the statement's snapshot saw it; the apply statements look again."""
    video: Video | None
    """The bound video in the statement's snapshot; the apply statement checks its version."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The decided end of an upload: what `mark_completed` carries out."""

    before: Upload
    after: Upload
    stored: StoredObject
    video: Video
    """The video after the change."""
    video_created: bool
    history: HistoryEntry
    outbox: tuple[OutboxRecord, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """The decided refusal of an object: what `mark_failed` and `mark_rejected` carry out."""

    before: Upload
    stored: StoredObject
    code: FailureCode
    history: HistoryEntry
    outbox: tuple[OutboxRecord, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """How many rows an apply statement really wrote."""

    uploads: int = 0
    videos: int = 0
    tombstones: int = 0
    history: int = 0
    outbox: int = 0
    inbox: int = 0


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An authenticated push that cannot be used, kept for people to look at."""

    dedup_key: str
    message_id: str | None
    payload: bytes = field(repr=False)
    """The first 64 KiB of the body, byte for byte."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A generation that may never complete an upload."""

    ref: ObjectRef
    generation: Generation
    reason: str
    seen_at: datetime | None = None
    """When the object was still there, by the database's clock; None = just now. What was
    deleted after it is gone and need not be deleted again."""


@dataclass(frozen=True, slots=True)
class NewVideo:
    """A video to be made, its id already chosen."""

    video_id: VideoId
    user_id: UserId
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class SignedStart:
    """Everything a client needs to open a session. The URL is a secret."""

    url: str = field(repr=False)
    method: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PagePosition:
    """The last upload of a page: the next one starts behind it."""

    created_at: datetime
    upload_id: UploadId


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The decided end of an upload by its owner: what `mark_cancelled` carries out."""

    before: Upload
    history: HistoryEntry
    outbox: tuple[OutboxRecord, ...]
    """Empty for an upload that had failed already: its end was announced then."""
