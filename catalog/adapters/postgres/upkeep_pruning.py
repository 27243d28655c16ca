"""Removal of what is over, in PostgreSQL."""

from datetime import timedelta

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import history_values
from catalog.adapters.postgres.statements import Connection
from catalog.application.records import HistoryEntry
from catalog.application.upkeep_records import PrunedTombstones

_SQL = load("upkeep_pruning.sql")


class PostgresPruning:
    """One method a query of sql/upkeep_pruning.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def inbox(self, age: timedelta, quarantine_age: timedelta, limit: int) -> int:
        """Remove old storage events."""
        row = await self._connection.one(
            _SQL["prune_inbox"], age=age, quarantine_age=quarantine_age, page_limit=limit
        )
        return int(row["pruned"])

    async def history(self, age: timedelta, limit: int) -> int:
        """Remove the oldest history entries."""
        row = await self._connection.one(_SQL["prune_history"], age=age, page_limit=limit)
        return int(row["pruned"])

    async def failed_uploads(
        self, age: timedelta, session_margin: timedelta, history: HistoryEntry, limit: int
    ) -> int:
        """Remove failed uploads that nothing can arrive for any more."""
        row = await self._connection.one(
            _SQL["prune_failed_uploads"],
            age=age,
            session_margin=session_margin,
            page_limit=limit,
            **history_values(history),
        )
        return int(row["pruned"])

    async def tombstones(self, age: timedelta, limit: int) -> PrunedTombstones:
        """Remove finished tombstones of names that no upload owns."""
        row = await self._connection.one(_SQL["prune_tombstones"], age=age, page_limit=limit)
        return PrunedTombstones(row["pruned"], row["kept"])
