"""The Store in memory: transactions follow one another, and a failed one leaves no trace."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from catalog.adapters.memory.clock import FixedClock
from catalog.adapters.memory.deletions import MemoryDeletions
from catalog.adapters.memory.inbox import MemoryInbox
from catalog.adapters.memory.operations_inbox import MemoryInboxRecords
from catalog.adapters.memory.operations_story import MemoryStories
from catalog.adapters.memory.outbox import MemoryOutbox
from catalog.adapters.memory.tables import (
    QUARANTINE,
    STORAGE_EVENTS,
    DeletionRow,
    HistoryRow,
    InboxRow,
    Tables,
)
from catalog.adapters.memory.upkeep_endings import MemoryEndings
from catalog.adapters.memory.upkeep_findings import MemoryFindings
from catalog.adapters.memory.upkeep_pruning import MemoryPruning
from catalog.adapters.memory.upkeep_queue import MemoryDeletionQueue
from catalog.adapters.memory.upkeep_reports import MemoryUpkeepReports
from catalog.adapters.memory.upkeep_sweeps import MemorySweeps
from catalog.adapters.memory.uploads import MemoryUploads
from catalog.adapters.memory.videos import MemoryVideos
from catalog.application.ports import Clock
from catalog.application.records import OutboxRecord
from catalog.application.store import ConcurrentChangeError
from catalog.domain.errors import ContentionError, DatabaseUnavailableError
from catalog.domain.upload import Upload
from catalog.domain.values import ObjectRef, UploadId, VideoId
from catalog.domain.video import Video


@dataclass(frozen=True, slots=True)
class MemoryStatements:
    """The repositories over one set of tables."""

    uploads: MemoryUploads
    videos: MemoryVideos
    inbox: MemoryInbox
    deletions: MemoryDeletions
    outbox: MemoryOutbox
    endings: MemoryEndings
    deletion_queue: MemoryDeletionQueue
    sweeps: MemorySweeps
    findings: MemoryFindings
    pruning: MemoryPruning
    upkeep_reports: MemoryUpkeepReports
    stories: MemoryStories
    inbox_records: MemoryInboxRecords


def _over(tables: Tables, clock: Clock) -> MemoryStatements:
    return MemoryStatements(
        uploads=MemoryUploads(tables, clock),
        videos=MemoryVideos(tables),
        inbox=MemoryInbox(tables, clock),
        deletions=MemoryDeletions(tables, clock),
        outbox=MemoryOutbox(tables, clock),
        endings=MemoryEndings(tables, clock),
        deletion_queue=MemoryDeletionQueue(tables, clock),
        sweeps=MemorySweeps(tables, clock),
        findings=MemoryFindings(tables, clock),
        pruning=MemoryPruning(tables, clock),
        upkeep_reports=MemoryUpkeepReports(tables, clock),
        stories=MemoryStories(tables, clock),
        inbox_records=MemoryInboxRecords(tables, clock),
    )


class MemoryStore:
    """Like a pool of one connection: asking for a second one within a block ends in a fault.

    `available` False makes every use fail as a database that is down does.
    """

    def __init__(self, clock: Clock, *, acquire_timeout_seconds: float = 20) -> None:
        self.tables = Tables()
        self.available = True
        self._clock = clock
        self._acquire_timeout = acquire_timeout_seconds
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def autocommit(self) -> AsyncIterator[MemoryStatements]:
        """Lend the tables; what a statement wrote stays, whatever happens later."""
        async with self._turn():
            try:
                yield _over(self.tables, self._clock)
            except ConcurrentChangeError:
                raise ContentionError from None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[MemoryStatements]:
        """Lend a copy at one moment in time; it becomes the state unless the block raises."""
        async with self._turn():
            copy = self.tables.copy()
            yield _over(copy, FixedClock(self._clock.now()))
            self.tables = copy

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if not self.available:
            raise DatabaseUnavailableError
        try:
            async with asyncio.timeout(self._acquire_timeout):
                await self._one_at_a_time.acquire()
        except TimeoutError:
            raise DatabaseUnavailableError from None
        try:
            yield
        finally:
            self._one_at_a_time.release()

    @property
    def outbox(self) -> Sequence[OutboxRecord]:
        """All events, in the order they were written."""
        return tuple(self.tables.outbox)

    @property
    def uploads(self) -> Sequence[Upload]:
        """All uploads, in the order they were made."""
        return tuple(self.tables.uploads.values())

    @property
    def videos(self) -> Sequence[Video]:
        """All videos, in the order they were made."""
        return tuple(self.tables.videos.values())

    def upload(self, upload_id: UploadId) -> Upload:
        """Return an upload whoever owns it; KeyError when there is none."""
        return self.tables.uploads[upload_id]

    def video(self, video_id: VideoId) -> Video:
        """Return a video whoever owns it; KeyError when there is none."""
        return self.tables.videos[video_id]

    def history(self, upload_id: UploadId) -> Sequence[HistoryRow]:
        """Return an upload's story, oldest entry first."""
        return tuple(each for each in self.tables.history if each.upload_id == upload_id)

    def inbox(self, dedup_key: str) -> InboxRow | None:
        """Find a storage event by its natural key."""
        return self.tables.inbox.get((STORAGE_EVENTS, dedup_key))

    def quarantine(self) -> Sequence[InboxRow]:
        """Return the pushes that could not be used."""
        return tuple(row for row in self.tables.inbox.values() if row.source == QUARANTINE)

    def deletions(self, ref: ObjectRef) -> Sequence[DeletionRow]:
        """Return an object's tombstones, oldest generation first."""
        rows = [row for row in self.tables.deletions.values() if row.tombstone.ref == ref]
        return tuple(sorted(rows, key=lambda row: row.tombstone.generation))
