"""The queue of deletions in PostgreSQL."""

from collections.abc import Sequence
from datetime import timedelta

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.upkeep_records import DueDeletion
from catalog.domain.values import Generation, ObjectRef

_SQL = load("upkeep_queue.sql")


class PostgresDeletionQueue:
    """One method a query of sql/upkeep_queue.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim_due(self, lease: timedelta, limit: int) -> Sequence[DueDeletion]:
        """Lease deletions that are due."""
        rows = await self._connection.rows(
            _SQL["claim_due_deletions"], lease=lease, page_limit=limit
        )
        return [
            DueDeletion(
                ref=ObjectRef(row["bucket"], row["object_name"]),
                generation=Generation(row["generation"]),
                reason=row["reason"],
                failures=row["attempts"],
                upload_id=row["upload_id"],
            )
            for row in rows
        ]

    async def postpone(
        self, ref: ObjectRef, generation: Generation, wait: timedelta, error: str
    ) -> None:
        """Count a failure and try again later."""
        await self._connection.run(
            _SQL["postpone_deletion"],
            bucket=ref.bucket,
            object_name=ref.name,
            generation=generation,
            wait=wait,
            error=error,
        )
