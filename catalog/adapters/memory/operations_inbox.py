"""The inbox in memory as people see it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from catalog.adapters.memory.tables import QUARANTINE, InboxRow, Tables
from catalog.application.operations_records import InboxKey, InboxSource, KeptBody, KeptEvent
from catalog.application.ports import Clock

Position = tuple[datetime, str, str]


class MemoryInboxRecords:
    """The same predicates and orders as sql/operations_inbox.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def page(
        self, outcome: str | None, behind: KeptEvent | None, limit: int
    ) -> Sequence[KeptEvent]:
        """List rows that arrived before `behind`, newest first."""
        found = [each for each in self._in_order() if outcome in (None, each.outcome)]
        if behind is not None:
            found = [each for each in found if _position(each) < _position(behind)]
        return found[::-1][:limit]

    async def get(self, key: InboxKey) -> KeptBody | None:
        """Load one row with its payload."""
        row = self._tables.inbox.get((key.source, key.dedup_key))
        return KeptBody(kept_event(row), row.payload) if row else None

    async def quarantined(self, behind: KeptEvent | None, limit: int) -> Sequence[KeptEvent]:
        """List quarantined pushes that arrived after `behind`, oldest first."""
        found = [each for each in self._in_order() if each.outcome == "quarantined"]
        if behind is not None:
            found = [each for each in found if _position(each) > _position(behind)]
        return found[:limit]

    async def mark_replayed(self, key: InboxKey, result: str) -> bool:
        """Settle a quarantined push."""
        row = self._quarantined(key)
        if row is None:
            return False
        told = result if row.last_error is None else f"{row.last_error}; {result}"
        self._write(replace(row, outcome="replayed", last_error=told))
        return True

    async def mark_unusable(self, key: InboxKey, reason: str) -> bool:
        """Write why a quarantined push still cannot be used."""
        row = self._quarantined(key)
        if row is None:
            return False
        self._write(replace(row, last_error=reason))
        return True

    def _in_order(self) -> list[KeptEvent]:
        return sorted(map(kept_event, self._tables.inbox.values()), key=_position)

    def _quarantined(self, key: InboxKey) -> InboxRow | None:
        row = self._tables.inbox.get((key.source, key.dedup_key))
        return row if row is not None and row.outcome == "quarantined" else None

    def _write(self, row: InboxRow) -> None:
        settled = replace(row, processed_at=self._clock.now())
        self._tables.inbox[row.source, row.dedup_key] = settled


def kept_event(row: InboxRow) -> KeptEvent:
    """Build what the columns beside the payload say."""
    return KeptEvent(
        key=InboxKey(_source(row), row.dedup_key),
        message_id=row.message_id,
        actor=row.actor,
        received_at=row.received_at,
        processed_at=row.processed_at,
        outcome=row.outcome,
        reason=row.last_error,
        payload_bytes=None if row.payload is None else len(row.payload),
    )


def _source(row: InboxRow) -> InboxSource:
    return "gcs-quarantine" if row.source == QUARANTINE else "gcs"


def _position(event: KeptEvent) -> Position:
    return event.received_at, event.key.source, event.key.dedup_key
