"""Walks over bucket and rows, in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.rows import upload_from
from catalog.adapters.postgres.statements import Connection
from catalog.application.upkeep_records import (
    KnownPage,
    ListedObject,
    SweepOutcome,
    SweepStart,
    SweepTurn,
)
from catalog.domain.sweep import KnownObject
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import Generation, ObjectRef, UploadId

_SQL = load("upkeep_sweeps.sql")


class PostgresSweeps:
    """One method a query of sql/upkeep_sweeps.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(
        self, name: str, owner: UUID, *, lease: timedelta, every: timedelta, restart: bool
    ) -> SweepStart | None:
        """Take the walk, or leave it to whoever has it."""
        row = await self._connection.row(
            _SQL["begin_sweep"], name=name, owner=owner, lease=lease, every=every, restart=restart
        )
        if row is None:
            return None
        return SweepStart(row["position"], json.loads(row["counts"]), row["started_at"])

    async def look_up(
        self, turn: SweepTurn, bucket: str, objects: Sequence[ListedObject]
    ) -> KnownPage | None:
        """Say what is known of each object, one at least, and keep the lease."""
        rows = await self._connection.rows(
            _SQL["look_up_objects"],
            bucket=bucket,
            object_names=[each.stored.ref.name for each in objects],
            generations=[each.stored.generation for each in objects],
            **_turn(turn),
        )
        if not rows[0]["held"]:
            return None
        return KnownPage(rows[0]["at"], [_known(row) for row in rows])

    async def waiting(
        self,
        turn: SweepTurn,
        behind: tuple[datetime, UploadId] | None,
        age: timedelta,
        limit: int,
    ) -> Sequence[Upload] | None:
        """List waiting uploads by deadline and id."""
        rows = await self._connection.rows(
            _SQL["waiting_uploads"],
            behind_at=behind[0] if behind else None,
            behind_id=behind[1] if behind else None,
            age=age,
            page_limit=limit,
            **_turn(turn),
        )
        return _uploads(rows)

    async def completed(
        self, turn: SweepTurn, behind: ObjectRef | None, limit: int
    ) -> Sequence[Upload] | None:
        """List completed uploads in the order of their objects."""
        rows = await self._connection.rows(
            _SQL["completed_uploads"],
            behind_bucket=behind.bucket if behind else "",
            behind_name=behind.name if behind else "",
            page_limit=limit,
            **_turn(turn),
        )
        return _uploads(rows)

    async def keep(self, turn: SweepTurn) -> bool:
        """Keep the lease where there is no page to ask for."""
        return await self._connection.row(_SQL["keep_sweep"], **_turn(turn)) is not None

    async def leave(self, turn: SweepTurn) -> None:
        """Give the walk up where it is."""
        await self._connection.run(
            _SQL["leave_sweep"],
            name=turn.name,
            owner=turn.owner,
            position=turn.position,
            counts=json.dumps(dict(turn.counts)),
        )

    async def finish(self, turn: SweepTurn, outcome: SweepOutcome) -> None:
        """End the walk."""
        await self._connection.run(
            _SQL["finish_sweep"],
            name=turn.name,
            owner=turn.owner,
            counts=json.dumps(dict(turn.counts)),
            outcome=outcome,
        )


def _turn(turn: SweepTurn) -> dict[str, object]:
    return {
        "name": turn.name,
        "owner": turn.owner,
        "lease": turn.lease,
        "position": turn.position,
        "counts": json.dumps(dict(turn.counts)),
    }


def _uploads(rows: Sequence[Record]) -> Sequence[Upload] | None:
    """Read a page: one row at least, which says whether the walk is still ours."""
    if not rows[0]["held"]:
        return None
    return [upload_from(row) for row in rows if row["upload_id"] is not None]


def _known(row: Record) -> KnownObject:
    status, generation = row["status"], row["gcs_generation"]
    return KnownObject(
        upload_id=row["upload_id"],
        status=UploadStatus(status) if status else None,
        completed_by=Generation(int(generation)) if generation else None,
        tombstoned=row["tombstoned"],
        deleted=row["deleted"],
        referenced=row["referenced"],
    )
