"""The inbox in PostgreSQL as people see it."""

from collections.abc import Sequence

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.operations_records import InboxKey, KeptBody, KeptEvent

_SQL = load("operations_inbox.sql")


class PostgresInboxRecords:
    """One method a query of sql/operations_inbox.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(
        self, outcome: str | None, behind: KeptEvent | None, limit: int
    ) -> Sequence[KeptEvent]:
        """List rows that arrived before `behind`, newest first."""
        rows = await self._connection.rows(
            _SQL["page_of_inbox"], outcome=outcome, page_limit=limit, **_position(behind)
        )
        return [kept_event_from(row) for row in rows]

    async def get(self, key: InboxKey) -> KeptBody | None:
        """Load one row with its payload."""
        row = await self._connection.row(
            _SQL["get_kept_event"], source=key.source, dedup_key=key.dedup_key
        )
        return KeptBody(kept_event_from(row), row["payload"]) if row else None

    async def quarantined(self, behind: KeptEvent | None, limit: int) -> Sequence[KeptEvent]:
        """List quarantined pushes that arrived after `behind`, oldest first."""
        rows = await self._connection.rows(
            _SQL["page_of_quarantine"], page_limit=limit, **_position(behind)
        )
        return [kept_event_from(row) for row in rows]

    async def mark_replayed(self, key: InboxKey, result: str) -> bool:
        """Settle a quarantined push."""
        row = await self._connection.row(
            _SQL["mark_replayed"], source=key.source, dedup_key=key.dedup_key, result=result
        )
        return row is not None

    async def mark_unusable(self, key: InboxKey, reason: str) -> bool:
        """Write why a quarantined push still cannot be used."""
        row = await self._connection.row(
            _SQL["mark_unusable"], source=key.source, dedup_key=key.dedup_key, reason=reason
        )
        return row is not None


def kept_event_from(row: Record) -> KeptEvent:
    """Build what the columns beside the payload say."""
    return KeptEvent(
        key=InboxKey(row["source"], row["dedup_key"]),
        message_id=row["first_msg_id"],
        actor=row["actor"],
        received_at=row["received_at"],
        processed_at=row["processed_at"],
        outcome=row["outcome"],
        reason=row["last_error"],
        payload_bytes=row["payload_bytes"],
    )


def _position(behind: KeptEvent | None) -> dict[str, object]:
    return {
        "behind_at": behind.received_at if behind else None,
        "behind_source": behind.key.source if behind else None,
        "behind_key": behind.key.dedup_key if behind else None,
    }
