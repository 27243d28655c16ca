"""The inbox in memory: claim, then carry out in the same transaction."""

from dataclasses import replace

from catalog.adapters.memory.tables import QUARANTINE, STORAGE_EVENTS, InboxRow, Tables
from catalog.application.ports import Clock
from catalog.application.records import (
    Applied,
    Arrival,
    Claim,
    Completion,
    HistoryEntry,
    Quarantined,
    Rejection,
    Tombstone,
)
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import StoredObject
from catalog.domain.video import VideoStatus

_CLAIMABLE_AGAIN = ("quarantined", "unknown_object")


class MemoryInbox:
    """The same predicates and counts as sql/inbox.sql, partial ones included: callers roll back."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def claim(self, arrival: Arrival) -> Claim:
        """Claim the arrival by its natural key, then load the upload it belongs to."""
        stored, now = arrival.stored, self._clock.now()
        won = self._won(arrival)
        upload = self._tables.owner_of(stored.ref) if won else None
        video_id = upload.video_id if upload else None
        return Claim(
            won=won,
            at=now,
            upload=upload,
            tombstoned=(stored.ref, stored.generation) in self._tables.deletions,
            video=self._tables.videos.get(video_id) if video_id else None,
        )

    async def mark_completed(self, completion: Completion) -> Applied:
        """Complete upload and video, write history and events, settle the inbox."""
        before, stored = completion.before, completion.stored
        current = self._undecided(before, stored)
        if current is None or not _may_complete(current):
            return Applied()
        if completion.video_created is (self._tables.waiting_video(current) is not None):
            return Applied()
        after = completion.after
        self._write(
            replace(
                current,
                status=UploadStatus.COMPLETED,
                video_id=completion.video.video_id,
                content_type=after.content_type,
                size_bytes=after.size_bytes,
                generation=stored.generation,
                etag=after.etag,
                md5_hash=after.md5_hash,
                crc32c=after.crc32c,
                error_code=None,
                error_message=None,
                completed_at=after.completed_at,
            )
        )
        videos = self._made(completion) if completion.video_created else self._moved(completion)
        self._tables.outbox.extend(completion.outbox)
        settled = await self.settle(stored, before, completion.history)
        return replace(settled, uploads=1, videos=videos, outbox=len(completion.outbox))

    async def mark_failed(self, rejection: Rejection) -> Applied:
        """Fail a waiting upload, bury the object, write history and event, settle the inbox."""
        current = self._undecided(rejection.before, rejection.stored)
        if current is None or current.status not in (UploadStatus.PENDING, UploadStatus.UPLOADING):
            return Applied()
        code = rejection.code
        self._write(
            replace(
                current,
                status=UploadStatus.FAILED,
                error_code=code,
                error_message=code.explanation,
            )
        )
        self._tables.outbox.extend(rejection.outbox)
        buried = await self._bury(rejection)
        return replace(buried, uploads=1, outbox=len(rejection.outbox))

    async def mark_rejected(self, rejection: Rejection) -> Applied:
        """Bury an object of an upload that has failed already; settle the inbox."""
        current = self._undecided(rejection.before, rejection.stored)
        if current is None or current.status is not UploadStatus.FAILED:
            return Applied()
        return await self._bury(rejection)

    async def settle(self, stored: StoredObject, upload: Upload, history: HistoryEntry) -> Applied:
        """Record that the arrival changes nothing."""
        self._tables.tell(upload.upload_id, self._clock.now(), history)
        settled = self._settle(stored, str(history.detail["outcome"]))
        return Applied(history=1, inbox=settled)

    async def mark_unknown(self, stored: StoredObject) -> None:
        """Record that nobody expects the object."""
        self._settle(stored, "unknown_object")

    async def quarantine(self, push: Quarantined) -> bool:
        """Keep an unusable push; False when it was there already."""
        key = QUARANTINE, push.dedup_key
        if key in self._tables.inbox:
            return False
        now = self._clock.now()
        self._tables.inbox[key] = InboxRow(
            *key, push.message_id, push.payload, "push", now, now, "quarantined", push.reason
        )
        return True

    def _won(self, arrival: Arrival) -> bool:
        key = STORAGE_EVENTS, arrival.stored.dedup_key
        row = self._tables.inbox.get(key)
        if row is None:
            now, by = self._clock.now(), arrival.actor
            row = InboxRow(*key, arrival.message_id, arrival.payload, by, now)
        elif row.outcome not in _CLAIMABLE_AGAIN:
            return False
        self._tables.inbox[key] = replace(row, outcome=None, processed_at=None)
        return True

    def _undecided(self, before: Upload, stored: StoredObject) -> Upload | None:
        """Find the upload as it was decided on; None when it changed or the object is buried."""
        current = self._tables.uploads.get(before.upload_id)
        if current is None or current.version != before.version:
            return None
        return None if (current.ref, stored.generation) in self._tables.deletions else current

    def _write(self, changed: Upload) -> None:
        self._tables.uploads[changed.upload_id] = replace(
            changed, version=changed.version + 1, updated_at=self._clock.now()
        )

    def _moved(self, completion: Completion) -> int:
        """Move the bound video on, if it is still the one that was decided on."""
        video = completion.video
        current = self._tables.videos.get(video.video_id)
        waits = current is not None and current.awaits_file_of(completion.before.user_id)
        if current is None or not waits or current.version != video.version - 1:
            return 0
        self._tables.videos[video.video_id] = replace(
            current,
            status=VideoStatus.PROCESSING,
            raw_file_reference=video.raw_file_reference,
            size_bytes=completion.after.size_bytes,
            version=video.version,
            updated_at=self._clock.now(),
        )
        return 1

    def _made(self, completion: Completion) -> int:
        self._tables.videos[completion.video.video_id] = completion.video
        return 1

    async def _bury(self, rejection: Rejection) -> Applied:
        stored, before = rejection.stored, rejection.before
        tombstone = Tombstone(stored.ref, stored.generation, rejection.code.value)
        self._tables.bury(tombstone, self._clock.now())
        settled = await self.settle(stored, before, rejection.history)
        return replace(settled, tombstones=1)

    def _settle(self, stored: StoredObject, outcome: str) -> int:
        key = STORAGE_EVENTS, stored.dedup_key
        row = self._tables.inbox.get(key)
        if row is None:
            return 0
        settled = replace(row, outcome=outcome, processed_at=self._clock.now())
        self._tables.inbox[key] = settled
        return 1


def _may_complete(upload: Upload) -> bool:
    cancelled = upload.error_code is FailureCode.CANCELLED
    return upload.status is not UploadStatus.COMPLETED and not cancelled
