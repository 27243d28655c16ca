"""Everything that PostgreSQL keeps of one upload, for people."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from catalog.adapters.postgres.operations_inbox import kept_event_from
from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import upload_from
from catalog.adapters.postgres.statements import Connection
from catalog.application.operations_records import (
    AnnouncedEvent,
    BuriedObject,
    HistoryLine,
    KeptEvent,
)
from catalog.application.outbox_records import OutboxState
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId

_SQL = load("operations_story.sql")


class PostgresStories:
    """One method a query of sql/operations_story.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def upload(self, upload_id: UploadId) -> Upload | None:
        """Load an upload, whoever owns it."""
        row = await self._connection.row(_SQL["get_upload_of_anybody"], upload_id=upload_id)
        return upload_from(row) if row else None

    async def history(self, upload_id: UploadId, limit: int) -> Sequence[HistoryLine]:
        """List its history."""
        rows = await self._connection.rows(
            _SQL["history_of_upload"], upload_id=upload_id, page_limit=limit
        )
        return [_line_from(row) for row in reversed(rows)]

    async def pushes(
        self, ref: ObjectRef, generations: Sequence[Generation], limit: int
    ) -> Sequence[KeptEvent]:
        """List storage events of these generations, and those nobody expected."""
        prefix = f"{ref.bucket}/{ref.name}#"
        rows = await self._connection.rows(
            _SQL["pushes_of_object"],
            dedup_keys=[f"{prefix}{generation}" for generation in generations],
            key_prefix=prefix,
            page_limit=limit,
        )
        return [kept_event_from(row) for row in reversed(rows)]

    async def events(
        self, aggregates: Sequence[UUID], times: Sequence[datetime], limit: int
    ) -> Sequence[AnnouncedEvent]:
        """List events of the aggregates."""
        rows = await self._connection.rows(
            _SQL["events_of_aggregates"], aggregates=aggregates, times=times, page_limit=limit
        )
        return [_event_from(row) for row in reversed(rows)]

    async def deletions(self, ref: ObjectRef, limit: int) -> Sequence[BuriedObject]:
        """List the object's tombstones."""
        rows = await self._connection.rows(
            _SQL["deletions_of_object"], bucket=ref.bucket, object_name=ref.name, page_limit=limit
        )
        return [_buried_from(row) for row in reversed(rows)]


def _line_from(row: Record) -> HistoryLine:
    return HistoryLine(
        row["at"], row["actor"], row["request"], row["decision"], json.loads(row["detail"])
    )


def _event_from(row: Record) -> AnnouncedEvent:
    state, state_at = _state(row)
    return AnnouncedEvent(
        event_id=row["event_id"],
        event_type=row["event_type"],
        aggregate_type=row["aggregate_type"],
        aggregate_id=row["aggregate_id"],
        occurred_at=row["occurred_at"],
        state=state,
        state_at=state_at,
        attempts=row["attempts"],
        last_error=row["last_error"],
        size_bytes=row["size_bytes"],
    )


def _state(row: Record) -> tuple[OutboxState, datetime | None]:
    states: tuple[OutboxState, ...] = ("published", "skipped", "parked")
    for state in states:
        if (at := row[f"{state}_at"]) is not None:
            return state, at
    return "waiting", None


def _buried_from(row: Record) -> BuriedObject:
    return BuriedObject(
        generation=Generation(row["generation"]),
        reason=row["reason"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        last_error=row["last_error"],
        deleted_at=row["deleted_at"],
    )
