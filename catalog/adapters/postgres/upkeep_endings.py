"""Uploads that end without their owner, in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import (
    history_values,
    outbox_values,
    timed_upload_from,
    upload_from,
)
from catalog.adapters.postgres.statements import Connection
from catalog.application.records import HistoryEntry, TimedUpload
from catalog.application.store import ConcurrentChangeError
from catalog.application.upkeep_records import Expiry
from catalog.domain.upload import FailureCode, Upload
from catalog.domain.values import UploadId

_SQL = load("upkeep_endings.sql")


class PostgresEndings:
    """One method a query of sql/upkeep_endings.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim_expired(
        self, margin: timedelta, lease: timedelta, limit: int
    ) -> Sequence[Upload]:
        """Lease waiting uploads past deadline and margin."""
        rows = await self._connection.rows(
            _SQL["claim_expired_sessions"], margin=margin, lease=lease, page_limit=limit
        )
        return [upload_from(row) for row in rows]

    async def lock_by_id(self, upload_id: UploadId) -> TimedUpload | None:
        """Load and lock an upload, whoever owns it."""
        row = await self._connection.row(_SQL["lock_upload_by_id"], upload_id=upload_id)
        return timed_upload_from(row) if row else None

    async def mark_expired(self, expiry: Expiry) -> None:
        """Fail a waiting upload with SESSION_EXPIRED."""
        row = await self._connection.row(
            _SQL["mark_expired"],
            upload_id=expiry.before.upload_id,
            version=expiry.before.version,
            message=FailureCode.SESSION_EXPIRED.explanation,
            **history_values(expiry.history),
            **outbox_values(expiry.outbox),
        )
        _require_changed(row)

    async def forget(self, before: Upload, history: HistoryEntry) -> None:
        """Remove a completed upload's row."""
        row = await self._connection.row(
            _SQL["forget_upload"],
            upload_id=before.upload_id,
            version=before.version,
            **history_values(history),
        )
        _require_changed(row)


def _require_changed(row: Record | None) -> None:
    if row is None:
        raise ConcurrentChangeError
