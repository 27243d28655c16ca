"""The database as upkeep sees it: further repositories whose methods are one statement each.

They raise as those of store.py do. Times are told as spans: the database's
clock decides what is due.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from catalog.application.records import HistoryEntry, TimedUpload
from catalog.application.store import Statements
from catalog.application.upkeep_records import (
    Backlog,
    DueDeletion,
    Expiry,
    Finding,
    FindingKind,
    KnownPage,
    LastSweep,
    ListedObject,
    OpenDeletion,
    PrunedTombstones,
    SeenFinding,
    SweepOutcome,
    SweepStart,
    SweepTurn,
)
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId


class Endings(Protocol):
    """Uploads that end without their owner: by the clock, or forgotten."""

    async def claim_expired(
        self, margin: timedelta, lease: timedelta, limit: int
    ) -> Sequence[Upload]:
        """Lease waiting uploads past deadline and margin; locked and leased ones are skipped."""
        ...

    async def lock_by_id(self, upload_id: UploadId) -> TimedUpload | None:
        """Load and lock an upload, whoever owns it."""
        ...

    async def mark_expired(self, expiry: Expiry) -> None:
        """Fail a waiting upload with SESSION_EXPIRED, with history and event.

        Raises ConcurrentChangeError when it is not as it was decided on.
        """
        ...

    async def forget(self, before: Upload, history: HistoryEntry) -> None:
        """Remove a completed upload's row; its generation stays rejected for ever.

        Raises ConcurrentChangeError when it is not as it was decided on.
        """
        ...


class DeletionQueue(Protocol):
    """Tombstones whose objects are still to be deleted."""

    async def claim_due(self, lease: timedelta, limit: int) -> Sequence[DueDeletion]:
        """Lease deletions that are due, oldest first; locked ones are skipped."""
        ...

    async def postpone(
        self, ref: ObjectRef, generation: Generation, wait: timedelta, error: str
    ) -> None:
        """Count a failure and try again later. A deletion that is done meanwhile stays done."""
        ...


class Sweeps(Protocol):
    """Walks: one at a time by name, resumed where the last one stopped."""

    async def begin(
        self, name: str, owner: UUID, *, lease: timedelta, every: timedelta, restart: bool
    ) -> SweepStart | None:
        """Take the walk; None while another holds it or when it ended less than `every` ago."""
        ...

    async def look_up(
        self, turn: SweepTurn, bucket: str, objects: Sequence[ListedObject]
    ) -> KnownPage | None:
        """Say what is known of each object, one at least; None when the lease was lost."""
        ...

    async def waiting(
        self,
        turn: SweepTurn,
        behind: tuple[datetime, UploadId] | None,
        age: timedelta,
        limit: int,
    ) -> Sequence[Upload] | None:
        """List waiting uploads made longer than `age` ago, by deadline and id.

        `behind` is the last one of the page before. None when the lease was lost.
        """
        ...

    async def completed(
        self, turn: SweepTurn, behind: ObjectRef | None, limit: int
    ) -> Sequence[Upload] | None:
        """List completed uploads in the order of their objects; None when the lease was lost."""
        ...

    async def keep(self, turn: SweepTurn) -> bool:
        """Keep the lease where there is no page to ask for; False when it was lost."""
        ...

    async def leave(self, turn: SweepTurn) -> None:
        """Give the walk up where it is, for anybody to resume."""
        ...

    async def finish(self, turn: SweepTurn, outcome: SweepOutcome) -> None:
        """End the walk: the next one starts anew."""
        ...


class Findings(Protocol):
    """What sweeps saw and did not settle."""

    async def note(self, findings: Sequence[Finding]) -> None:
        """Keep findings; known ones are seen again."""
        ...

    async def page(
        self,
        kind: FindingKind,
        *,
        behind: tuple[ObjectRef, Generation] | None,
        limit: int,
        bucket: str | None = None,
        seen_since: datetime | None = None,
    ) -> Sequence[SeenFinding]:
        """List findings of a kind by object: all, or those of a bucket or seen since then."""
        ...

    async def bury_orphan(self, ref: ObjectRef, generation: Generation) -> bool:
        """Settle an orphan: bury it unless somebody owns or refers to it by now; True if buried."""
        ...

    async def drop_unseen(
        self, kinds: Sequence[FindingKind], since: datetime, bucket: str | None = None
    ) -> int:
        """Drop findings that a whole walk, of one bucket or of all, did not see again."""
        ...


class Pruning(Protocol):
    """Removal of what is over, at most `limit` rows a statement; locked rows are left alone."""

    async def inbox(self, age: timedelta, quarantine_age: timedelta, limit: int) -> int:
        """Remove storage events received longer ago than that; return how many."""
        ...

    async def history(self, age: timedelta, limit: int) -> int:
        """Remove the oldest history entries as far as they are older than `age`."""
        ...

    async def failed_uploads(
        self, age: timedelta, session_margin: timedelta, history: HistoryEntry, limit: int
    ) -> int:
        """Remove failed uploads whose sessions are over and whose objects are all deleted."""
        ...

    async def tombstones(self, age: timedelta, limit: int) -> PrunedTombstones:
        """Look at finished tombstones of that age: remove those of names that no upload owns.

        The others begin to age anew.
        """
        ...


class UpkeepReports(Protocol):
    """What is before upkeep, for people."""

    async def backlog(self, session_margin: timedelta) -> Backlog:
        """Count what is open, each kind up to 10,000."""
        ...

    async def open_deletions(self, limit: int) -> Sequence[OpenDeletion]:
        """List deletions that are not done, those that failed most first."""
        ...

    async def sweeps(self) -> Sequence[LastSweep]:
        """List all walks by name."""
        ...


class UpkeepStatements(Statements, Protocol):
    """Everything one connection can do for upkeep."""

    @property
    def endings(self) -> Endings: ...  # noqa: D102 - the types say it
    @property
    def deletion_queue(self) -> DeletionQueue: ...  # noqa: D102
    @property
    def sweeps(self) -> Sweeps: ...  # noqa: D102
    @property
    def findings(self) -> Findings: ...  # noqa: D102
    @property
    def pruning(self) -> Pruning: ...  # noqa: D102
    @property
    def upkeep_reports(self) -> UpkeepReports: ...  # noqa: D102


class UpkeepStore(Protocol):
    """The Store with the repositories of upkeep."""

    def autocommit(self) -> AbstractAsyncContextManager[UpkeepStatements]:
        """Lend a connection; each statement is its own transaction."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[UpkeepStatements]:
        """Lend a connection inside one READ COMMITTED transaction; an exception rolls back."""
        ...
