"""Judging what lies in the bucket against what is known of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from catalog.domain.upload import UploadStatus
from catalog.domain.values import Generation, UploadId


class Verdict(StrEnum):
    """What a sweep makes of one stored object."""

    KEEP = "keep"
    """It completed its upload, or a video refers to it."""
    FINALIZE = "finalize"
    """Its upload waits or has failed: nobody has judged it, or its news were lost."""
    DELETION_QUEUED = "deletion_queued"
    QUEUE_AGAIN = "queue_again"
    """Deleted, by the books, and alive all the same."""
    OTHER_GENERATION = "other_generation"
    """Another one than that which completed the upload: somebody should look."""
    TOO_YOUNG = "too_young"
    """Nobody's, but its session may have begun before its row was lost."""
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class KnownObject:
    """What the database says of one generation of a name."""

    upload_id: UploadId | None = None
    status: UploadStatus | None = None
    completed_by: Generation | None = None
    """The generation that completed the upload."""
    tombstoned: bool = False
    deleted: bool = False
    """The tombstone says that the object is gone."""
    referenced: bool = False
    """A video refers to the name although no upload owns it."""


def judge_object(
    known: KnownObject,
    generation: Generation,
    *,
    created_at: datetime,
    at: datetime,
    orphan_age: timedelta,
) -> Verdict:
    """Return the first verdict that fits.

    `orphan_age` is the life of a session and a margin: an object that nobody
    owns is nobody's for good only when no session can be behind it any more.
    """
    if known.status is UploadStatus.COMPLETED and known.completed_by == generation:
        return Verdict.KEEP
    if known.tombstoned:
        return Verdict.QUEUE_AGAIN if known.deleted else Verdict.DELETION_QUEUED
    if known.status is UploadStatus.COMPLETED:
        return Verdict.OTHER_GENERATION
    if known.status is not None:
        return Verdict.FINALIZE
    if known.referenced:
        return Verdict.KEEP
    return Verdict.ORPHAN if at - created_at >= orphan_age else Verdict.TOO_YOUNG


@dataclass(frozen=True, slots=True)
class OrphanLimit:
    """How many orphans are believed. A restored backup or a wrong database makes all of them."""

    max_fraction: float
    min_objects: int
    """Fewer say nothing of the whole: until then only the end of the walk decides."""

    def is_exceeded(self, *, objects: int, orphans: int, at_end: bool) -> bool:
        """True when so many of so many objects seen are orphans that the database is doubted."""
        if objects < self.min_objects and not at_end:
            return False
        return orphans > self.max_fraction * objects
