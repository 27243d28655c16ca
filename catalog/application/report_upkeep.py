"""Shows people what upkeep has before it and what its sweeps found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from catalog.application.tally import spelled
from catalog.application.upkeep_records import (
    Backlog,
    FindingKind,
    LastSweep,
    OpenDeletion,
    SeenFinding,
)
from catalog.application.upkeep_store import UpkeepStore


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """One moment's picture."""

    backlog: Backlog
    sweeps: Sequence[LastSweep]
    deletions: Sequence[OpenDeletion]
    findings: Sequence[SeenFinding]

    def as_json(self) -> dict[str, Any]:
        """Spell it in JSON's types."""
        return {
            "backlog": _plain(asdict(self.backlog)),
            "sweeps": [
                _plain(asdict(each)) | {"counts": spelled(each.counts)} for each in self.sweeps
            ],
            "open_deletions": [_flat(asdict(each)) for each in self.deletions],
            "findings": [
                _flat(asdict(each.finding))
                | {
                    "first_seen_at": each.first_seen_at.isoformat(),
                    "seen_at": each.seen_at.isoformat(),
                }
                for each in self.findings
            ],
        }


@dataclass(frozen=True, slots=True)
class ReportUpkeep:
    """Reads only."""

    store: UpkeepStore
    session_margin: timedelta

    async def __call__(self, limit: int = 100) -> UpkeepReport:
        """Show at most `limit` open deletions and findings of a kind. Raises UnavailableError."""
        async with self.store.autocommit() as statements:
            findings: list[SeenFinding] = []
            kinds: tuple[FindingKind, ...] = get_args(FindingKind)
            for kind in kinds:
                findings += await statements.findings.page(kind, behind=None, limit=limit)
            return UpkeepReport(
                backlog=await statements.upkeep_reports.backlog(self.session_margin),
                sweeps=await statements.upkeep_reports.sweeps(),
                deletions=await statements.upkeep_reports.open_deletions(limit),
                findings=findings,
            )


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
