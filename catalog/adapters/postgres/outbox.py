"""The outbox in PostgreSQL as operators and retention see it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.outbox_records import OutboxEntry, OutboxState, PrunedPage
from catalog.application.records import OutboxRecord

_SQL = load("outbox.sql")


class PostgresOutbox:
    """One method a query of sql/outbox.sql; the others are the relays'."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(
        self, state: OutboxState | None, behind: int, limit: int
    ) -> Sequence[OutboxEntry]:
        """List events with ids above `behind`, lowest first."""
        rows = await self._connection.rows(
            _SQL["page_of_events"], state=state, behind=behind, limit=limit
        )
        return [_entry_from(row) for row in rows]

    async def get(self, event_id: UUID) -> OutboxEntry | None:
        """Load one event."""
        row = await self._connection.row(_SQL["get_event"], event_id=event_id)
        return _entry_from(row) if row else None

    async def redrive(self, event_id: UUID) -> bool:
        """Let a parked event wait for delivery again."""
        return await self._connection.row(_SQL["redrive"], event_id=event_id) is not None

    async def redrive_parked(self, limit: int) -> int:
        """Do so for the parked events with the lowest ids."""
        row = await self._connection.one(_SQL["redrive_parked"], limit=limit)
        return int(row["events"])

    async def skip(self, event_id: UUID) -> bool:
        """Give a parked event up."""
        return await self._connection.row(_SQL["skip"], event_id=event_id) is not None

    async def prune(self, behind: int, limit: int, keep: timedelta) -> PrunedPage:
        """Look at rows with ids above `behind` and delete those published longer ago."""
        row = await self._connection.one(_SQL["prune"], behind=behind, limit=limit, keep=keep)
        return PrunedPage(**row)


def record_from(row: Record) -> OutboxRecord:
    """Build the event as the publisher takes it."""
    return OutboxRecord(
        event_id=row["event_id"],
        aggregate_type=row["aggregate_type"],
        aggregate_id=row["aggregate_id"],
        event_type=row["event_type"],
        payload=row["payload"],
        headers=json.loads(row["headers"]),
        occurred_at=row["occurred_at"],
    )


def _entry_from(row: Record) -> OutboxEntry:
    return OutboxEntry(
        id=row["id"],
        state=_state(row),
        attempts=row["attempts"],
        available_at=row["available_at"],
        published_at=row["published_at"],
        parked_at=row["parked_at"],
        skipped_at=row["skipped_at"],
        last_error=row["last_error"],
        record=record_from(row),
    )


def _state(row: Record) -> OutboxState:
    if row["published_at"] is not None:
        return "published"
    if row["skipped_at"] is not None:
        return "skipped"
    return "parked" if row["parked_at"] is not None else "waiting"
