"""Tombstones in memory, which are the queue of deletions as well."""

from collections.abc import Sequence
from dataclasses import replace

from catalog.adapters.memory.tables import Tables
from catalog.application.ports import Clock
from catalog.application.records import Tombstone
from catalog.domain.values import Generation, ObjectRef


class MemoryDeletions:
    """The same predicates as sql/deletions.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def bury(self, tombstone: Tombstone) -> None:
        """Write a tombstone, or queue a deleted generation that is alive once more."""
        self._tables.bury(tombstone, self._clock.now())

    async def unfinished(self, ref: ObjectRef) -> Sequence[Generation]:
        """List the generations that are to be deleted and are not yet."""
        rows = self._tables.deletions.items()
        return sorted(key[1] for key, row in rows if key[0] == ref and row.deleted_at is None)

    async def release(self, ref: ObjectRef, generation: Generation) -> None:
        """Drop a tombstone."""
        self._tables.deletions.pop((ref, generation), None)

    async def mark_deleted(self, ref: ObjectRef, generation: Generation) -> None:
        """Record that the generation is gone from the bucket."""
        row = self._tables.deletions.get((ref, generation))
        if row is not None and row.deleted_at is None:
            gone = replace(row, deleted_at=self._clock.now())
            self._tables.deletions[ref, generation] = gone
