"""Uploads in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import (
    history_values,
    outbox_values,
    timed_upload_from,
    upload_from,
)
from catalog.adapters.postgres.statements import Connection
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

_SQL = load("uploads.sql")


class PostgresUploads:
    """One method a query of sql/uploads.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def insert_by_user_md5(
        self, facts: InitFacts, history: HistoryEntry
    ) -> TimedUpload | None:
        """Make the upload and its first history entry; None when it is there already."""
        row = await self._connection.row(
            _SQL["insert_by_user_md5"],
            user_id=facts.user_id,
            bucket=facts.ref.bucket,
            object_name=facts.ref.name,
            content_md5=facts.md5.hex,
            **_facts(facts),
            **history_values(history),
        )
        return timed_upload_from(row) if row else None

    async def lock_by_user_md5(self, user: UserId, md5: Md5) -> TimedUpload | None:
        """Load and lock the user's upload of this content."""
        row = await self._connection.row(
            _SQL["lock_by_user_md5"], user_id=user, content_md5=md5.hex
        )
        return timed_upload_from(row) if row else None

    async def find_by_user_md5(self, user: UserId, md5: Md5) -> UploadId | None:
        """Name the user's upload of this content."""
        row = await self._connection.row(
            _SQL["find_by_user_md5"], user_id=user, content_md5=md5.hex
        )
        return row["upload_id"] if row else None

    async def lock_by_object(self, ref: ObjectRef) -> Upload | None:
        """Load and lock the upload that owns an object name."""
        row = await self._connection.row(
            _SQL["lock_by_object"], bucket=ref.bucket, object_name=ref.name
        )
        return upload_from(row) if row else None

    async def lock_for_binding(
        self, user: UserId, upload_id: UploadId, video_id: VideoId
    ) -> Sequence[TimedUpload]:
        """Lock the upload and all that hold the video, in id order."""
        rows = await self._connection.rows(
            _SQL["lock_for_binding"], user_id=user, upload_id=upload_id, video_id=video_id
        )
        return [timed_upload_from(row) for row in rows]

    async def holders_of_video(self, user: UserId, video_id: VideoId) -> Sequence[UploadId]:
        """Name the user's uploads that hold the video now."""
        rows = await self._connection.rows(
            _SQL["holders_of_video"], user_id=user, video_id=video_id
        )
        return [row["upload_id"] for row in rows]

    async def get(self, user: UserId, upload_id: UploadId) -> Upload | None:
        """Load one of the user's uploads."""
        row = await self._connection.row(_SQL["get_upload"], user_id=user, upload_id=upload_id)
        return upload_from(row) if row else None

    async def object_is_known(self, ref: ObjectRef) -> bool:
        """True when an upload owns the object name."""
        row = await self._connection.one(
            _SQL["object_is_known"], bucket=ref.bucket, object_name=ref.name
        )
        return bool(row["exists"])

    async def renew(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Write a waiting upload's newest Init."""
        row = await self._connection.row(
            _SQL["renew_upload"],
            video_id=video_id,
            **_target(before),
            **_facts(facts),
            **history_values(history),
        )
        return timed_upload_from(_changed(row))

    async def restart(
        self, before: Upload, facts: InitFacts, video_id: VideoId | None, history: HistoryEntry
    ) -> TimedUpload:
        """Bring a failed upload back to pending."""
        row = await self._connection.row(
            _SQL["restart_upload"],
            video_id=video_id,
            **_target(before),
            **_facts(facts),
            **history_values(history),
        )
        return timed_upload_from(_changed(row))

    async def bind_upload_to_video(
        self, before: Upload, video_id: VideoId, history: HistoryEntry
    ) -> Upload:
        """Set the video of a waiting upload."""
        row = await self._connection.row(
            _SQL["bind_upload_to_video"],
            video_id=video_id,
            **_target(before),
            **history_values(history),
        )
        return upload_from(_changed(row))

    async def release_video(self, holders: Sequence[UploadId], history: HistoryEntry) -> int:
        """Take the video from failed uploads."""
        row = await self._connection.one(
            _SQL["release_video"], upload_ids=list(holders), **history_values(history)
        )
        return int(row["count"])

    async def lock(self, user: UserId, upload_id: UploadId) -> TimedUpload | None:
        """Load and lock one of the user's uploads."""
        row = await self._connection.row(_SQL["lock_upload"], user_id=user, upload_id=upload_id)
        return timed_upload_from(row) if row else None

    async def mark_cancelled(self, cancellation: Cancellation) -> Upload:
        """Fail the upload with CANCELLED, with history and event."""
        row = await self._connection.row(
            _SQL["mark_cancelled"],
            message=FailureCode.CANCELLED.explanation,
            **_target(cancellation.before),
            **history_values(cancellation.history),
            **outbox_values(cancellation.outbox),
        )
        return upload_from(_changed(row))

    async def report_progress(
        self, user: UserId, upload_id: UploadId, report: ProgressReport
    ) -> Upload | None:
        """Take a report."""
        row = await self._connection.row(
            _SQL["report_progress"], user_id=user, upload_id=upload_id, **asdict(report)
        )
        return upload_from(row) if row else None

    async def page(
        self,
        user: UserId,
        status: UploadStatus | None,
        behind: PagePosition | None,
        limit: int,
    ) -> Sequence[Upload]:
        """List the user's uploads behind a position, newest first."""
        rows = await self._connection.rows(
            _SQL["page_of_uploads"],
            user_id=user,
            status=status.value if status else None,
            behind_at=behind.created_at if behind else None,
            behind_id=behind.upload_id if behind else None,
            page_limit=limit,
        )
        return [upload_from(row) for row in rows]

    async def note(self, upload_id: UploadId, history: HistoryEntry) -> None:
        """Add a history entry."""
        await self._connection.run(
            _SQL["note_upload"], upload_id=upload_id, **history_values(history)
        )


def _target(before: Upload) -> dict[str, object]:
    return {"upload_id": before.upload_id, "version": before.version}


def _facts(facts: InitFacts) -> dict[str, object]:
    return {
        "filename": facts.filename,
        "content_type": facts.content_type,
        "declared_size": facts.declared_size,
        "duration_seconds": facts.duration_seconds,
        "traceparent": facts.traceparent,
        "session_life": facts.session_life,
    }


def _changed(row: Record | None) -> Record:
    """Refuse to go on when the row is not the one that was decided on."""
    if row is None:
        raise ConcurrentChangeError
    return row
