"""What is before upkeep, as memory has it."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from catalog.adapters.memory.tables import Tables
from catalog.application.ports import Clock
from catalog.application.upkeep_records import Backlog, LastSweep, OpenDeletion
from catalog.domain.upload import Phase

_MOST = 10_000


class MemoryUpkeepReports:
    """The same counts as sql/upkeep_reports.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def backlog(self, session_margin: timedelta) -> Backlog:
        """Count what is open."""
        over = self._clock.now() - session_margin
        waiting = [each for each in self._tables.uploads.values() if each.phase is Phase.WAITING]
        open_rows = [row for row in self._tables.deletions.values() if row.deleted_at is None]
        return Backlog(
            sessions_due=min(_MOST, sum(each.session_expires_at <= over for each in waiting)),
            deletions_open=min(_MOST, len(open_rows)),
            deletions_failing=min(_MOST, sum(row.failures > 0 for row in open_rows)),
            oldest_deletion_at=min((row.created_at for row in open_rows), default=None),
            findings=dict(Counter(kind for kind, *_ in self._tables.findings)),
        )

    async def open_deletions(self, limit: int) -> Sequence[OpenDeletion]:
        """List deletions that are not done."""
        rows = [
            OpenDeletion(
                ref=row.tombstone.ref,
                generation=row.tombstone.generation,
                reason=row.tombstone.reason,
                failures=row.failures,
                last_error=row.last_error,
                created_at=row.created_at,
                not_before=row.not_before,
            )
            for row in self._tables.deletions.values()
            if row.deleted_at is None
        ]
        rows.sort(key=lambda it: (-it.failures, it.created_at, it.ref.bucket, it.ref.name))
        return rows[:limit]

    async def sweeps(self) -> Sequence[LastSweep]:
        """List all walks by name."""
        return [
            LastSweep(
                name=row.name,
                under_way=row.under_way,
                position=row.position,
                started_at=row.started_at,
                finished_at=row.finished_at,
                outcome=row.outcome,
                counts=dict(row.counts),
            )
            for _, row in sorted(self._tables.sweeps.items())
        ]
