"""What upkeep and its ports hand each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from catalog.application.records import HistoryEntry, OutboxRecord
from catalog.domain.sweep import KnownObject
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, StoredObject, UploadId


@dataclass(frozen=True, slots=True)
class ListedObject:
    """A live object as a listing of the bucket describes it."""

    stored: StoredObject
    created_at: datetime
    """By Cloud Storage's clock: when its upload ended."""


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """Consecutive objects in the order of their names."""

    objects: Sequence[ListedObject]
    more: bool
    """True when the bucket may hold further ones behind the last."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """The decided end of an upload by the clock: what `mark_expired` carries out."""

    before: Upload
    history: HistoryEntry
    outbox: tuple[OutboxRecord, ...]


@dataclass(frozen=True, slots=True)
class DueDeletion:
    """An object to delete, leased to whoever was given it."""

    ref: ObjectRef
    generation: Generation
    reason: str
    failures: int
    upload_id: UploadId | None = None
    """The upload that the object was to be; None for an object that is nobody's."""


@dataclass(frozen=True, slots=True)
class SweepTurn:
    """Who walks, and how far: what every look at a page remembers on the way."""

    name: str
    owner: UUID
    lease: timedelta
    position: str | None
    """Everything up to here is done; None at the start."""
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SweepStart:
    """Where a walk begins: anew, or where another one stopped."""

    position: str | None
    counts: Mapping[str, int]
    started_at: datetime


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is known of the objects of a page, in their order."""

    at: datetime
    """By the database's clock."""
    known: Sequence[KnownObject]


SweepOutcome = Literal["finished", "refused"]

FindingKind = Literal["orphan", "other_generation", "gone"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a sweep saw and leaves to people, or to its second step."""

    kind: FindingKind
    ref: ObjectRef
    generation: Generation
    """Of the object that is there; for `gone`, of the one that should be."""
    upload_id: UploadId | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class SeenFinding:
    """A finding and since when it is known."""

    finding: Finding
    first_seen_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PrunedTombstones:
    """What came of those that were looked at."""

    pruned: int
    kept: int
    """Whose uploads are still there: nobody looks at them until they are old once more."""

    @property
    def looked_at(self) -> int:
        """How many there were; fewer than asked for when no more are old."""
        return self.pruned + self.kept


@dataclass(frozen=True, slots=True)
class OpenDeletion:
    """A deletion that is not done, as people want to see it."""

    ref: ObjectRef
    generation: Generation
    reason: str
    failures: int
    last_error: str | None
    created_at: datetime
    not_before: datetime


@dataclass(frozen=True, slots=True)
class LastSweep:
    """How a sweep stands: under way, or as it ended."""

    name: str
    under_way: bool
    position: str | None
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What upkeep has before it."""

    sessions_due: int
    deletions_open: int
    deletions_failing: int
    oldest_deletion_at: datetime | None
    findings: Mapping[str, int]
