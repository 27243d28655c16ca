"""Tombstones in PostgreSQL, which are the queue of deletions as well."""

from collections.abc import Sequence

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.records import Tombstone
from catalog.domain.values import Generation, ObjectRef

_SQL = load("deletions.sql")


class PostgresDeletions:
    """One method a query of sql/deletions.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def bury(self, tombstone: Tombstone) -> None:
        """Write a tombstone, or queue a deleted generation that was seen alive after that."""
        await self._connection.run(
            _SQL["bury"],
            bucket=tombstone.ref.bucket,
            object_name=tombstone.ref.name,
            generation=tombstone.generation,
            reason=tombstone.reason,
            seen_at=tombstone.seen_at,
        )

    async def unfinished(self, ref: ObjectRef) -> Sequence[Generation]:
        """List the generations that are to be deleted and are not yet."""
        rows = await self._connection.rows(
            _SQL["unfinished"], bucket=ref.bucket, object_name=ref.name
        )
        return [Generation(row["generation"]) for row in rows]

    async def release(self, ref: ObjectRef, generation: Generation) -> None:
        """Drop a tombstone."""
        await self._connection.run(
            _SQL["release"], bucket=ref.bucket, object_name=ref.name, generation=generation
        )

    async def mark_deleted(self, ref: ObjectRef, generation: Generation) -> None:
        """Record that the generation is gone from the bucket."""
        await self._connection.run(
            _SQL["mark_deleted"], bucket=ref.bucket, object_name=ref.name, generation=generation
        )
