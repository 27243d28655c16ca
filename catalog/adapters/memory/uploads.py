"""Uploads in memory."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from catalog.adapters.memory.tables import Tables
from catalog.application.ports import Clock
from catalog.application.records import (
    Cancellation,
    HistoryEntry,
    InitFacts,
    PagePosition,
    TimedUpload,
)
from catalog.application.store import ConcurrentChangeError
from catalog.domain.policies import ProgressReport
from catalog.domain.upload import FailureCode, Upload, UploadStatus
from catalog.domain.values import Md5, ObjectRef, UploadId, UserId, VideoId


def _place(upload: Upload) -> tuple[datetime, UploadId]:
    return upload.created_at, upload.upload_id


_WAITING = (UploadStatus.PENDING, UploadStatus.UPLOADING)


class MemoryUploads:
    """The same predicates as sql/uploads.sql; a row that does not meet them is left alone."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def insert_by_user_md5(
        self, facts: InitFacts, history: HistoryEntry
    ) -> TimedUpload | None:
        """Make the upload and its first history entry; None when it is there already."""
        if self._find(facts.user_id, facts.md5) or self._tables.owner_of(facts.ref):
            return None
        now = self._clock.now()
        made = Upload(
            upload_id=UploadId(uuid.uuid4()),
            user_id=facts.user_id,
            video_id=None,
            ref=facts.ref,
            md5=facts.md5,
            filename=facts.filename,
            content_type=facts.content_type,
            declared_size=facts.declared_size,
            duration_seconds=facts.duration_seconds,
            status=UploadStatus.PENDING,
            attempt=1,
            version=1,
            session_expires_at=now + facts.session_life,
            created_at=now,
            updated_at=now,
            traceparent=facts.traceparent,
        )
        self._tables.uploads[made.upload_id] = made
        self._tables.tell(made.upload_id, now, history)
        return TimedUpload(made, now)

    async def lock_by_user_md5(self, user: UserId, md5: Md5) -> TimedUpload | None:
        """Load the user's upload of this content."""
        found = self._find(user, md5)
        return TimedUpload(found, self._clock.now()) if found else None

    async def lock_by_object(self, ref: ObjectRef) -> Upload | None:
        """Load the upload that owns an object name."""
        return self._tables.owner_of(ref)

    async def find_by_user_md5(self, user: UserId, md5: Md5) -> UploadId | None:
        """Name the user's upload of this content."""
        found = self._find(user, md5)
        return found.upload_id if found else None

    async def lock_for_binding(
        self, user: UserId, upload_id: UploadId, video_id: VideoId
    ) -> Sequence[TimedUpload]:
        """Load the user's upload and all of theirs that hold the video, in id order."""
        now = self._clock.now()
        found = [
            each
            for each in self._tables.uploads.values()
            if each.user_id == user and (each.upload_id == upload_id or each.video_id == video_id)
        ]
        return [TimedUpload(each, now) for each in sorted(found, key=lambda it: it.upload_id)]

    async def holders_of_video(self, user: UserId, video_id: VideoId) -> Sequence[UploadId]:
        """Name the user's uploads that hold the video."""
        holders = (user, video_id)
        uploads = self._tables.uploads.values()
        return [each.upload_id for each in uploads if (each.user_id, each.video_id) == holders]

    async def get(self, user: UserId, upload_id: UploadId) -> Upload | None:
        """Load one of the user's uploads."""
        owned = self._tables.is_of(user, upload_id)
        return self._tables.uploads[upload_id] if owned else None

    async def object_is_known(self, ref: ObjectRef) -> bool:
        """True when an upload owns the object name."""
        return self._tables.owner_of(ref) is not None

    async def renew(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Write a waiting upload's newest Init."""
        current = self._expected(before, _WAITING)
        return self._init_again(current, facts, video_id, history)

    async def restart(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Bring a failed upload back to pending."""
        current = self._expected(before, (UploadStatus.FAILED,))
        fresh = replace(
            current,
            status=UploadStatus.PENDING,
            attempt=current.attempt + 1,
            error_code=None,
            error_message=None,
            bytes_reported=0,
        )
        return self._init_again(fresh, facts, video_id, history)

    async def bind_upload_to_video(
        self, before: Upload, video_id: VideoId, history: HistoryEntry
    ) -> Upload:
        """Set the video of a waiting upload."""
        current = self._expected(before, _WAITING)
        return self._write(replace(current, video_id=video_id), history)

    async def release_video(self, holders: Sequence[UploadId], history: HistoryEntry) -> int:
        """Take the video from failed uploads."""
        found = [self._tables.uploads[each] for each in holders if each in self._tables.uploads]
        failed = [each for each in found if each.status is UploadStatus.FAILED]
        for upload in failed:
            self._write(replace(upload, video_id=None), history)
        return len(failed)

    async def lock(self, user: UserId, upload_id: UploadId) -> TimedUpload | None:
        """Load one of the user's uploads."""
        found = await self.get(user, upload_id)
        return TimedUpload(found, self._clock.now()) if found else None

    async def mark_cancelled(self, cancellation: Cancellation) -> Upload:
        """Fail the upload with CANCELLED, with history and event."""
        current = self._expected(cancellation.before, (*_WAITING, UploadStatus.FAILED))
        cancelled = replace(
            current,
            status=UploadStatus.FAILED,
            error_code=FailureCode.CANCELLED,
            error_message=FailureCode.CANCELLED.explanation,
        )
        self._tables.outbox.extend(cancellation.outbox)
        return self._write(cancelled, cancellation.history)

    async def report_progress(
        self, user: UserId, upload_id: UploadId, report: ProgressReport
    ) -> Upload | None:
        """Take a report; the counts are kept for nobody here."""
        current = await self.get(user, upload_id)
        if current is None:
            return None
        if current.status in _WAITING:
            current = replace(
                current,
                status=UploadStatus.UPLOADING,
                bytes_reported=max(current.bytes_reported, report.bytes_persisted),
            )
        reported = replace(current, updated_at=self._clock.now())
        self._tables.uploads[upload_id] = reported
        return reported

    async def page(
        self,
        user: UserId,
        status: UploadStatus | None,
        behind: PagePosition | None,
        limit: int,
    ) -> Sequence[Upload]:
        """List the user's uploads behind a position, newest first."""
        own = [each for each in self._tables.uploads.values() if each.user_id == user]
        wanted = [each for each in own if status in (None, each.status)]
        wanted.sort(key=_place, reverse=True)
        if behind is not None:
            last = (behind.created_at, behind.upload_id)
            wanted = [each for each in wanted if _place(each) < last]
        return wanted[:limit]

    async def note(self, upload_id: UploadId, history: HistoryEntry) -> None:
        """Add a history entry."""
        self._tables.tell(upload_id, self._clock.now(), history)

    def _init_again(
        self, current: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        now = self._clock.now()
        changed = replace(
            current,
            filename=facts.filename,
            content_type=facts.content_type,
            declared_size=facts.declared_size,
            duration_seconds=facts.duration_seconds,
            video_id=video_id,
            traceparent=facts.traceparent or current.traceparent,
            session_expires_at=max(current.session_expires_at, now + facts.session_life),
        )
        return TimedUpload(self._write(changed, history), now)

    def _find(self, user: UserId, md5: Md5) -> Upload | None:
        uploads = self._tables.uploads.values()
        return next((each for each in uploads if (each.user_id, each.md5) == (user, md5)), None)

    def _expected(self, before: Upload, statuses: Collection[UploadStatus]) -> Upload:
        """Refuse to go on when the row is not the one that was decided on."""
        current = self._tables.uploads.get(before.upload_id)
        if current is None or current.version != before.version or current.status not in statuses:
            raise ConcurrentChangeError
        return current

    def _write(self, changed: Upload, history: HistoryEntry) -> Upload:
        now = self._clock.now()
        written = replace(changed, version=changed.version + 1, updated_at=now)
        self._tables.uploads[written.upload_id] = written
        self._tables.tell(written.upload_id, now, history)
        return written
