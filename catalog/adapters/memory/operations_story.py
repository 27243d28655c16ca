"""Everything that is kept of one upload in memory, for people."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from catalog.adapters.memory.operations_inbox import kept_event
from catalog.adapters.memory.outbox import Row, outbox_rows
from catalog.adapters.memory.outbox_rows import Delivery
from catalog.adapters.memory.tables import STORAGE_EVENTS, DeletionRow, HistoryRow, Tables
from catalog.application.operations_records import (
    AnnouncedEvent,
    BuriedObject,
    HistoryLine,
    KeptEvent,
)
from catalog.application.ports import Clock
from catalog.domain.upload import Upload
from catalog.domain.values import Generation, ObjectRef, UploadId

_T = TypeVar("_T")


class MemoryStories:
    """The same predicates and orders as sql/operations_story.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def upload(self, upload_id: UploadId) -> Upload | None:
        """Load an upload, whoever owns it."""
        return self._tables.uploads.get(upload_id)

    async def history(self, upload_id: UploadId, limit: int) -> Sequence[HistoryLine]:
        """List its history."""
        rows = [row for row in self._tables.history if row.upload_id == upload_id]
        return [_line(row) for row in _newest(rows, limit)]

    async def pushes(
        self, ref: ObjectRef, generations: Sequence[Generation], limit: int
    ) -> Sequence[KeptEvent]:
        """List storage events of these generations, and those nobody expected."""
        prefix = f"{ref.bucket}/{ref.name}#"
        keys = {f"{prefix}{generation}" for generation in generations}
        found = [
            kept_event(row)
            for (source, key), row in self._tables.inbox.items()
            if source == STORAGE_EVENTS
            and (key in keys or (row.outcome == "unknown_object" and key.startswith(prefix)))
        ]
        found.sort(key=lambda each: (each.received_at, each.key.dedup_key))
        return _newest(found, limit)

    async def events(
        self, aggregates: Sequence[UUID], times: Sequence[datetime], limit: int
    ) -> Sequence[AnnouncedEvent]:
        """List events of the aggregates."""
        found = [
            (record, delivery)
            for record, delivery in outbox_rows(self._tables, self._clock.now())
            if record.aggregate_id in aggregates
            and (delivery.published_at is None or record.occurred_at in times)
        ]
        return [_event(row) for row in _newest(found, limit)]

    async def deletions(self, ref: ObjectRef, limit: int) -> Sequence[BuriedObject]:
        """List the object's tombstones."""
        rows = [row for row in self._tables.deletions.values() if row.tombstone.ref == ref]
        rows.sort(key=lambda row: (row.created_at, row.tombstone.generation))
        return [_buried(row) for row in _newest(rows, limit)]


def _newest(rows: Sequence[_T], limit: int) -> Sequence[_T]:
    return rows[max(0, len(rows) - limit) :]


def _line(row: HistoryRow) -> HistoryLine:
    entry = row.entry
    return HistoryLine(row.at, entry.actor, entry.request, entry.decision.value, dict(entry.detail))


def _event(row: Row) -> AnnouncedEvent:
    record, delivery = row
    return AnnouncedEvent(
        event_id=record.event_id,
        event_type=record.event_type,
        aggregate_type=record.aggregate_type,
        aggregate_id=record.aggregate_id,
        occurred_at=record.occurred_at,
        state=delivery.state,
        state_at=_since(delivery),
        attempts=delivery.attempts,
        last_error=delivery.last_error,
        size_bytes=len(record.payload),
    )


def _since(delivery: Delivery) -> datetime | None:
    return delivery.published_at or delivery.skipped_at or delivery.parked_at


def _buried(row: DeletionRow) -> BuriedObject:
    return BuriedObject(
        generation=row.tombstone.generation,
        reason=row.tombstone.reason,
        created_at=row.created_at,
        attempts=row.failures,
        last_error=row.last_error,
        deleted_at=row.deleted_at,
    )
