"""Removal of what is over, in memory."""

from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from catalog.adapters.memory.tables import DeletionRow, Tables
from catalog.application.ports import Clock
from catalog.application.records import HistoryEntry
from catalog.application.upkeep_records import PrunedTombstones
from catalog.domain.upload import Upload, UploadStatus


class MemoryPruning:
    """The same predicates as sql/upkeep_pruning.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def inbox(self, age: timedelta, quarantine_age: timedelta, limit: int) -> int:
        """Remove old storage events."""
        now, ages = self._clock.now(), {"quarantined": max(age, quarantine_age)}
        rows = sorted(self._tables.inbox.items(), key=lambda item: item[1].received_at)
        old = [
            key for key, row in rows if row.received_at < now - ages.get(row.outcome or "", age)
        ][:limit]
        for key in old:
            del self._tables.inbox[key]
        return len(old)

    async def history(self, age: timedelta, limit: int) -> int:
        """Remove the oldest history entries."""
        before = self._clock.now() - age
        oldest, rest = self._tables.history[:limit], self._tables.history[limit:]
        kept = [each for each in oldest if each.at >= before]
        self._tables.history[:] = kept + rest
        return len(oldest) - len(kept)

    async def failed_uploads(
        self, age: timedelta, session_margin: timedelta, history: HistoryEntry, limit: int
    ) -> int:
        """Remove failed uploads that nothing can arrive for any more."""
        now = self._clock.now()
        over = [
            each
            for each in self._tables.uploads.values()
            if each.status is UploadStatus.FAILED
            and each.session_expires_at < now - session_margin
            and each.updated_at < now - age
            and not self._has_open_deletion(each)
        ]
        old = sorted(over, key=lambda each: each.session_expires_at)[:limit]
        for each in old:
            self._tables.remove(each)
            self._tables.tell(each.upload_id, now, history)
        return len(old)

    async def tombstones(self, age: timedelta, limit: int) -> PrunedTombstones:
        """Remove finished tombstones of names that no upload owns."""
        now, rows = self._clock.now(), self._tables.deletions
        ages = [(_age_counts_from(row), key) for key, row in rows.items()]
        over = [(at, key) for at, key in ages if at is not None and at < now - age]
        old = sorted(over, key=itemgetter(0))[:limit]
        kept = [key for _, key in old if self._tables.owner_of(key[0]) is not None]
        gone = [key for _, key in old if self._tables.owner_of(key[0]) is None]
        for key in kept:
            rows[key] = replace(rows[key], kept_at=now)
        for key in gone:
            del rows[key]
        return PrunedTombstones(len(gone), len(kept))

    def _has_open_deletion(self, upload: Upload) -> bool:
        rows = self._tables.deletions.items()
        return any(key[0] == upload.ref and row.deleted_at is None for key, row in rows)


def _age_counts_from(row: DeletionRow) -> datetime | None:
    if row.deleted_at is None:
        return None
    return max(row.deleted_at, row.kept_at or row.deleted_at)
