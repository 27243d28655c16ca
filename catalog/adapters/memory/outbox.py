"""The outbox in memory as operators and retention see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from catalog.adapters.memory.outbox_rows import Delivery
from catalog.adapters.memory.tables import Tables
from catalog.application.outbox_records import OutboxEntry, OutboxState, PrunedPage
from catalog.application.ports import Clock
from catalog.application.records import OutboxRecord

Row = tuple[OutboxRecord, Delivery]


def outbox_rows(tables: Tables, now: datetime) -> list[Row]:
    """List all events, lowest id first; those that were just written become available now."""
    for record in tables.outbox:
        if record.event_id not in tables.deliveries:
            tables.deliveries[record.event_id] = Delivery(len(tables.deliveries) + 1, now)
    return [(record, tables.deliveries[record.event_id]) for record in tables.outbox]


class MemoryOutbox:
    """The same predicates as sql/outbox.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def page(
        self, state: OutboxState | None, behind: int, limit: int
    ) -> Sequence[OutboxEntry]:
        """List events with ids above `behind`, lowest first."""
        found = [row for row in self._rows(behind) if state in (None, row[1].state)]
        return [_entry(*row) for row in found[:limit]]

    async def get(self, event_id: UUID) -> OutboxEntry | None:
        """Load one event."""
        found = (_entry(*row) for row in self._rows() if row[0].event_id == event_id)
        return next(found, None)

    async def redrive(self, event_id: UUID) -> bool:
        """Let a parked event wait for delivery again."""
        return self._release([row for row in self._parked() if row[0].event_id == event_id]) == 1

    async def redrive_parked(self, limit: int) -> int:
        """Do so for the parked events with the lowest ids."""
        return self._release(self._parked()[:limit])

    async def skip(self, event_id: UUID) -> bool:
        """Give a parked event up."""
        for record, delivery in self._parked():
            if record.event_id == event_id:
                given_up = replace(delivery, skipped_at=self._clock.now())
                self._tables.deliveries[event_id] = given_up
                return True
        return False

    async def prune(self, behind: int, limit: int, keep: timedelta) -> PrunedPage:
        """Look at rows with ids above `behind` and delete those published longer ago."""
        cutoff = self._clock.now() - keep
        rows = self._rows(behind)[:limit]
        gone = {
            record.event_id
            for record, delivery in rows
            if delivery.published_at is not None and delivery.published_at < cutoff
        }
        kept = [record for record in self._tables.outbox if record.event_id not in gone]
        self._tables.outbox[:] = kept
        return PrunedPage(
            deleted=len(gone),
            last_id=rows[-1][1].id if rows else behind,
            more=any(record.occurred_at < cutoff for record, _ in rows),
        )

    def _rows(self, behind: int = 0) -> list[Row]:
        return [row for row in outbox_rows(self._tables, self._clock.now()) if row[1].id > behind]

    def _parked(self) -> list[Row]:
        return [row for row in self._rows() if row[1].state == "parked"]

    def _release(self, rows: Sequence[Row]) -> int:
        for record, delivery in rows:
            waiting = replace(delivery, parked_at=None, attempts=0, available_at=self._clock.now())
            self._tables.deliveries[record.event_id] = waiting
        return len(rows)


def _entry(record: OutboxRecord, delivery: Delivery) -> OutboxEntry:
    return OutboxEntry(
        id=delivery.id,
        state=delivery.state,
        attempts=delivery.attempts,
        available_at=delivery.available_at,
        published_at=delivery.published_at,
        parked_at=delivery.parked_at,
        skipped_at=delivery.skipped_at,
        last_error=delivery.last_error,
        record=record,
    )
