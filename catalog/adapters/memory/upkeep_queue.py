"""The queue of deletions in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from catalog.adapters.memory.tables import DeletionRow, Tables
from catalog.application.ports import Clock
from catalog.application.upkeep_records import DueDeletion
from catalog.domain.values import Generation, ObjectRef


class MemoryDeletionQueue:
    """The same predicates as sql/upkeep_queue.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def claim_due(self, lease: timedelta, limit: int) -> Sequence[DueDeletion]:
        """Lease deletions that are due."""
        now = self._clock.now()
        rows = self._tables.deletions.items()
        due = [item for item in rows if item[1].deleted_at is None and item[1].not_before <= now]
        mine = sorted(due, key=lambda item: item[1].not_before)[:limit]
        for key, row in mine:
            self._tables.deletions[key] = replace(row, not_before=now + lease)
        return [self._due(*key, row) for key, row in mine]

    def _due(self, ref: ObjectRef, generation: Generation, row: DeletionRow) -> DueDeletion:
        owner = self._tables.owner_of(ref)
        upload_id = owner.upload_id if owner else None
        return DueDeletion(ref, generation, row.tombstone.reason, row.failures, upload_id)

    async def postpone(
        self, ref: ObjectRef, generation: Generation, wait: timedelta, error: str
    ) -> None:
        """Count a failure and try again later."""
        row = self._tables.deletions.get((ref, generation))
        if row is not None and row.deleted_at is None:
            self._tables.deletions[ref, generation] = replace(
                row,
                failures=row.failures + 1,
                last_error=error,
                not_before=self._clock.now() + wait,
            )
