"""What is before upkeep, as PostgreSQL counts it."""

import json
from collections.abc import Sequence
from datetime import timedelta

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.upkeep_records import Backlog, LastSweep, OpenDeletion
from catalog.domain.values import Generation, ObjectRef

_SQL = load("upkeep_reports.sql")


class PostgresUpkeepReports:
    """One method a query of sql/upkeep_reports.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def backlog(self, session_margin: timedelta) -> Backlog:
        """Count what is open."""
        row = await self._connection.one(_SQL["backlog"], session_margin=session_margin)
        return Backlog(
            sessions_due=row["sessions_due"],
            deletions_open=row["deletions_open"],
            deletions_failing=row["deletions_failing"],
            oldest_deletion_at=row["oldest_deletion_at"],
            findings=json.loads(row["findings"]),
        )

    async def open_deletions(self, limit: int) -> Sequence[OpenDeletion]:
        """List deletions that are not done."""
        rows = await self._connection.rows(_SQL["open_deletions"], page_limit=limit)
        return [
            OpenDeletion(
                ref=ObjectRef(row["bucket"], row["object_name"]),
                generation=Generation(row["generation"]),
                reason=row["reason"],
                failures=row["attempts"],
                last_error=row["last_error"],
                created_at=row["created_at"],
                not_before=row["not_before"],
            )
            for row in rows
        ]

    async def sweeps(self) -> Sequence[LastSweep]:
        """List all walks by name."""
        rows = await self._connection.rows(_SQL["all_sweeps"])
        return [
            LastSweep(
                name=row["name"],
                under_way=row["under_way"],
                position=row["position"],
                started_at=row["started_at"],
                finished_at=row["finished_at"],
                outcome=row["outcome"],
                counts=json.loads(row["counts"]),
            )
            for row in rows
        ]
