"""Uploads that end without their owner, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from catalog.adapters.memory.tables import DeletionRow, Tables
from catalog.application.ports import Clock
from catalog.application.records import HistoryEntry, TimedUpload, Tombstone
from catalog.application.store import ConcurrentChangeError
from catalog.application.upkeep_records import Expiry
from catalog.domain.upload import FailureCode, Phase, Upload, UploadStatus
from catalog.domain.values import UploadId


class MemoryEndings:
    """The same predicates as sql/upkeep_endings.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def claim_expired(
        self, margin: timedelta, lease: timedelta, limit: int
    ) -> Sequence[Upload]:
        """Lease waiting uploads past deadline and margin."""
        now = self._clock.now()
        due = [
            each
            for each in self._tables.uploads.values()
            if each.phase is Phase.WAITING
            and each.session_expires_at <= now - margin
            and self._tables.reap_after.get(each.upload_id, now) <= now
        ]
        mine = sorted(due, key=lambda each: each.session_expires_at)[:limit]
        self._tables.reap_after.update((each.upload_id, now + lease) for each in mine)
        return mine

    async def lock_by_id(self, upload_id: UploadId) -> TimedUpload | None:
        """Load an upload, whoever owns it."""
        found = self._tables.uploads.get(upload_id)
        return TimedUpload(found, self._clock.now()) if found else None

    async def mark_expired(self, expiry: Expiry) -> None:
        """Fail a waiting upload with SESSION_EXPIRED."""
        current = self._unchanged(expiry.before)
        if current.phase is not Phase.WAITING:
            raise ConcurrentChangeError
        now, code = self._clock.now(), FailureCode.SESSION_EXPIRED
        self._tables.uploads[current.upload_id] = replace(
            current,
            status=UploadStatus.FAILED,
            error_code=code,
            error_message=code.explanation,
            version=current.version + 1,
            updated_at=now,
        )
        self._tables.tell(current.upload_id, now, expiry.history)
        self._tables.outbox.extend(expiry.outbox)

    async def forget(self, before: Upload, history: HistoryEntry) -> None:
        """Remove a completed upload's row."""
        current = self._unchanged(before)
        if current.status is not UploadStatus.COMPLETED or current.generation is None:
            raise ConcurrentChangeError
        now, ref = self._clock.now(), current.ref
        tombstone = Tombstone(ref, current.generation, "FORGOTTEN")
        key = ref, current.generation
        self._tables.deletions.setdefault(key, DeletionRow(tombstone, now, now, deleted_at=now))
        self._tables.remove(current)
        self._tables.tell(current.upload_id, now, history)
        for finding in [each for each in self._tables.findings if each[:2] == ("gone", ref)]:
            del self._tables.findings[finding]

    def _unchanged(self, before: Upload) -> Upload:
        current = self._tables.uploads.get(before.upload_id)
        if current is None or current.version != before.version:
            raise ConcurrentChangeError
        return current
