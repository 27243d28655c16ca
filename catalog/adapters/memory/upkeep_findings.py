"""What sweeps saw and did not settle, in memory."""

from collections.abc import Sequence
from datetime import datetime

from catalog.adapters.memory.tables import Tables
from catalog.application.ports import Clock
from catalog.application.records import Tombstone
from catalog.application.upkeep_records import Finding, FindingKind, SeenFinding
from catalog.domain.values import Generation, ObjectRef


class MemoryFindings:
    """The same predicates as sql/upkeep_findings.sql."""

    __slots__ = ("_clock", "_tables")

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def note(self, findings: Sequence[Finding]) -> None:
        """Keep findings; known ones are seen again."""
        now = self._clock.now()
        for each in findings:
            key = each.kind, each.ref, each.generation
            known = self._tables.findings.get(key)
            first = known.first_seen_at if known else now
            self._tables.findings[key] = SeenFinding(each, first, now)

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
        found = sorted(
            (each for each in self._tables.findings.values() if each.finding.kind == kind),
            key=lambda each: _place(each.finding.ref, each.finding.generation),
        )
        return [
            each
            for each in found
            if behind is None or _place(each.finding.ref, each.finding.generation) > _place(*behind)
            if bucket is None or each.finding.ref.bucket == bucket
            if seen_since is None or each.seen_at >= seen_since
        ][:limit]

    async def bury_orphan(self, ref: ObjectRef, generation: Generation) -> bool:
        """Settle an orphan: bury it unless somebody owns or refers to it by now."""
        self._tables.findings.pop(("orphan", ref, generation), None)
        if self._tables.owner_of(ref) is not None or self._tables.is_referenced(ref):
            return False
        self._tables.bury(Tombstone(ref, generation, "ORPHAN"), self._clock.now())
        return True

    async def drop_unseen(
        self, kinds: Sequence[FindingKind], since: datetime, bucket: str | None = None
    ) -> int:
        """Drop findings that a whole walk did not see again."""
        rows = self._tables.findings.items()
        unseen = [
            key
            for key, each in rows
            if key[0] in kinds and each.seen_at < since and bucket in (None, key[1].bucket)
        ]
        for key in unseen:
            del self._tables.findings[key]
        return len(unseen)


def _place(ref: ObjectRef, generation: Generation) -> tuple[str, str, int]:
    return ref.bucket, ref.name, generation
