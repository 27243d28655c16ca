"""Walks over bucket and rows, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from catalog.adapters.memory.tables import SweepRow, Tables
from catalog.application.ports import Clock
from catalog.application.upkeep_records import (
    KnownPage,
    ListedObject,
    SweepOutcome,
    SweepStart,
    SweepTurn,
)
from catalog.domain.sweep import KnownObject
from catalog.domain.upload import Phase, Upload, UploadStatus
from catalog.domain.values import Generation, ObjectRef, UploadId


class MemorySweeps:
    """The same predicates as sql/upkeep_sweeps.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def begin(
        self, name: str, owner: UUID, *, lease: timedelta, every: timedelta, restart: bool
    ) -> SweepStart | None:
        """Take the walk, or leave it to whoever has it."""
        now = self._clock.now()
        row = self._tables.sweeps.get(name)
        if row is not None and not _is_free(row, now, every):
            return None
        if row is None or restart or not row.under_way:
            last = row or SweepRow(name, owner, None, now)
            row = SweepRow(
                name, owner, None, now, finished_at=last.finished_at, outcome=last.outcome
            )
        self._tables.sweeps[name] = replace(row, owner=owner, lease_until=now + lease)
        return SweepStart(row.position, dict(row.counts), row.started_at)

    async def look_up(
        self, turn: SweepTurn, bucket: str, objects: Sequence[ListedObject]
    ) -> KnownPage | None:
        """Say what is known of each object, and keep the lease."""
        if not await self.keep(turn):
            return None
        refs = [(ObjectRef(bucket, it.stored.ref.name), it.stored.generation) for it in objects]
        return KnownPage(self._clock.now(), [self._known(*each) for each in refs])

    async def waiting(
        self,
        turn: SweepTurn,
        behind: tuple[datetime, UploadId] | None,
        age: timedelta,
        limit: int,
    ) -> Sequence[Upload] | None:
        """List waiting uploads by deadline and id."""
        if not await self.keep(turn):
            return None
        made_before = self._clock.now() - age
        uploads = sorted(
            (each for each in self._tables.uploads.values() if each.phase is Phase.WAITING),
            key=_by_deadline,
        )
        found = [each for each in uploads if each.created_at <= made_before]
        return [each for each in found if behind is None or _by_deadline(each) > behind][:limit]

    async def completed(
        self, turn: SweepTurn, behind: ObjectRef | None, limit: int
    ) -> Sequence[Upload] | None:
        """List completed uploads in the order of their objects."""
        if not await self.keep(turn):
            return None
        uploads = sorted(self._tables.uploads.values(), key=lambda each: _by_object(each.ref))
        found = [each for each in uploads if each.status is UploadStatus.COMPLETED]
        after = _by_object(behind) if behind else ("", "")
        return [each for each in found if _by_object(each.ref) > after][:limit]

    async def leave(self, turn: SweepTurn) -> None:
        """Give the walk up where it is."""
        row = self._held(turn)
        if row is not None:
            self._tables.sweeps[turn.name] = replace(
                row, position=turn.position, counts=dict(turn.counts), lease_until=None
            )

    async def finish(self, turn: SweepTurn, outcome: SweepOutcome) -> None:
        """End the walk."""
        row = self._held(turn)
        if row is not None:
            self._tables.sweeps[turn.name] = replace(
                row,
                under_way=False,
                position=None,
                counts=dict(turn.counts),
                lease_until=None,
                finished_at=self._clock.now(),
                outcome=outcome,
            )

    def _held(self, turn: SweepTurn) -> SweepRow | None:
        row = self._tables.sweeps.get(turn.name)
        return row if row is not None and row.owner == turn.owner and row.under_way else None

    async def keep(self, turn: SweepTurn) -> bool:
        """Keep the lease where there is no page to ask for."""
        row = self._held(turn)
        if row is None:
            return False
        until = self._clock.now() + turn.lease
        self._tables.sweeps[turn.name] = replace(
            row, position=turn.position, counts=dict(turn.counts), lease_until=until
        )
        return True

    def _known(self, ref: ObjectRef, generation: Generation) -> KnownObject:
        upload = self._tables.owner_of(ref)
        tombstone = self._tables.deletions.get((ref, generation))
        return KnownObject(
            upload_id=upload.upload_id if upload else None,
            status=upload.status if upload else None,
            completed_by=upload.generation if upload else None,
            tombstoned=tombstone is not None,
            deleted=tombstone is not None and tombstone.deleted_at is not None,
            referenced=upload is None and self._tables.is_referenced(ref),
        )


def _is_free(row: SweepRow, now: datetime, every: timedelta) -> bool:
    if row.lease_until is not None and row.lease_until > now:
        return False
    return row.under_way or (row.finished_at is not None and row.finished_at <= now - every)


def _by_deadline(upload: Upload) -> tuple[datetime, UploadId]:
    return upload.session_expires_at, upload.upload_id


def _by_object(ref: ObjectRef) -> tuple[str, str]:
    return ref.bucket, ref.name
