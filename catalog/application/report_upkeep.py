"""Shows people what upkeep has before it and what its sweeps found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from catalog.application.tally import spelled_in_full
from catalog.application.upkeep_records import (
    Backlog,
    FindingKind,
    LastSweep,
    OpenDeletion,
    SeenFinding,
)
from catalog.application.upkeep_store import UpkeepStore
from catalog.domain.values import Generation, ObjectRef

FINDING_KINDS: Sequence[FindingKind] = get_args(FindingKind)


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """One moment's picture."""

    backlog: Backlog
    sweeps: Sequence[LastSweep]
    deletions: Sequence[OpenDeletion]
    findings: Sequence[SeenFinding]
    more_deletions: bool
    next_after: Mapping[FindingKind, str]
    """Kinds of which there are more findings, and the key to go on behind."""

    def as_json(self) -> dict[str, Any]:
        """Spell it in JSON's types."""
        return {
            "backlog": _plain(asdict(self.backlog)),
            "sweeps": [
                _plain(asdict(each)) | {"counts": spelled_in_full(each.counts)}
                for each in self.sweeps
            ],
            "open_deletions": [_flat(asdict(each)) for each in self.deletions],
            "more_deletions": self.more_deletions,
            "findings": [finding_facts(each) for each in self.findings],
            "next_after": dict(self.next_after),
        }


@dataclass(frozen=True, slots=True)
class ReportUpkeep:
    """Reads only."""

    store: UpkeepStore
    session_margin: timedelta

    async def __call__(self, limit: int = 100) -> UpkeepReport:
        """Show at most `limit` open deletions and findings of a kind. Raises UnavailableError."""
        findings: list[SeenFinding] = []
        next_after: dict[FindingKind, str] = {}
        async with self.store.autocommit() as statements:
            for kind in FINDING_KINDS:
                # One more than is shown tells whether that was all.
                page = await statements.findings.page(kind, behind=None, limit=limit + 1)
                findings += page[:limit]
                if len(page) > limit:
                    next_after[kind] = finding_key(page[limit - 1])
            deletions = await statements.upkeep_reports.open_deletions(limit + 1)
            return UpkeepReport(
                backlog=await statements.upkeep_reports.backlog(self.session_margin),
                sweeps=await statements.upkeep_reports.sweeps(),
                deletions=deletions[:limit],
                findings=findings,
                more_deletions=len(deletions) > limit,
                next_after=next_after,
            )

    async def findings(
        self, kind: FindingKind, after: str | None, limit: int
    ) -> Sequence[SeenFinding]:
        """List findings of a kind by object, those behind the one with the key `after`.

        Raises ValueError for what is no key, and UnavailableError.
        """
        behind = _parsed(after) if after else None
        async with self.store.autocommit() as statements:
            return await statements.findings.page(kind, behind=behind, limit=limit)


def finding_key(seen: SeenFinding) -> str:
    """Name the object of a finding as the inbox would."""
    finding = seen.finding
    return f"{finding.ref.bucket}/{finding.ref.name}#{finding.generation}"


def finding_facts(seen: SeenFinding) -> dict[str, Any]:
    """Spell a finding in JSON's types."""
    return _flat(asdict(seen.finding)) | {
        "key": finding_key(seen),
        "first_seen_at": seen.first_seen_at.isoformat(),
        "seen_at": seen.seen_at.isoformat(),
    }


def _parsed(key: str) -> tuple[ObjectRef, Generation]:
    bucket, slash, rest = key.partition("/")
    name, hash_sign, generation = rest.rpartition("#")
    if not (bucket and slash and name and hash_sign and generation.isdecimal()):
        raise ValueError(key)
    return ObjectRef(bucket, name), Generation(int(generation))


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
    }


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Spell the object by its URI, and 64-bit numbers and ids as strings."""
    ref = fields.pop("ref")
    plain = _plain(fields) | {
        "object": f"gs://{ref['bucket']}/{ref['name']}",
        "generation": str(fields["generation"]),
    }
    if plain.get("upload_id") is not None:
        plain["upload_id"] = str(plain["upload_id"])
    return plain
