"""What sweeps saw and did not settle, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.statements import Connection
from catalog.application.upkeep_records import Finding, FindingKind, SeenFinding
from catalog.domain.values import Generation, ObjectRef

_SQL = load("upkeep_findings.sql")


class PostgresFindings:
    """One method a query of sql/upkeep_findings.sql."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def note(self, findings: Sequence[Finding]) -> None:
        """Keep findings; known ones are seen again."""
        await self._connection.run(
            _SQL["note_findings"],
            kinds=[each.kind for each in findings],
            buckets=[each.ref.bucket for each in findings],
            object_names=[each.ref.name for each in findings],
            generations=[each.generation for each in findings],
            upload_ids=[each.upload_id for each in findings],
            sizes=[each.size_bytes for each in findings],
        )

    async def page(
        self,
        kind: FindingKind,
        *,
        behind: tuple[ObjectRef, Generation] | None,
        limit: int,
        bucket: str | None = None,
        seen_since: datetime | None = None,
    ) -> Sequence[SeenFinding]:
        """List findings of a kind by object."""
        ref, generation = behind or (ObjectRef("", ""), 0)
        rows = await self._connection.rows(
            _SQL["page_of_findings"],
            kind=kind,
            bucket=bucket,
            behind_bucket=ref.bucket,
            behind_name=ref.name,
            behind_generation=generation,
            seen_since=seen_since,
            page_limit=limit,
        )
        return [_seen(row) for row in rows]

    async def bury_orphan(self, ref: ObjectRef, generation: Generation) -> bool:
        """Settle an orphan: bury it unless somebody owns or refers to it by now."""
        row = await self._connection.one(
            _SQL["bury_orphan"], bucket=ref.bucket, object_name=ref.name, generation=generation
        )
        return bool(row["orphans"])

    async def drop_unseen(
        self, kinds: Sequence[FindingKind], since: datetime, bucket: str | None = None
    ) -> int:
        """Drop findings that a whole walk did not see again."""
        row = await self._connection.one(
            _SQL["drop_unseen_findings"], kinds=list(kinds), since=since, bucket=bucket
        )
        return int(row["dropped"])


def _seen(row: Record) -> SeenFinding:
    finding = Finding(
        kind=row["kind"],
        ref=ObjectRef(row["bucket"], row["object_name"]),
        generation=Generation(row["generation"]),
        upload_id=row["upload_id"],
        size_bytes=row["size_bytes"],
    )
    return SeenFinding(finding, row["first_seen_at"], row["seen_at"])
