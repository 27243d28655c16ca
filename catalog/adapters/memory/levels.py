"""How much waits, as memory has it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from catalog.adapters.memory.outbox import Row, outbox_rows
from catalog.adapters.memory.store import MemoryStore
from catalog.adapters.memory.tables import DeletionRow, SweepRow
from catalog.application.levels import Levels, LevelTerms
from catalog.application.ports import Clock
from catalog.domain.upload import Phase

_AGES = (
    ("under_15m", timedelta(minutes=15)),
    ("under_1h", timedelta(hours=1)),
    ("under_1d", timedelta(days=1)),
    ("under_7d", timedelta(days=7)),
    ("over_7d", timedelta.max),
)


class MemoryLevels:
    """The same figures as sql/levels.sql."""

    def __init__(self, store: MemoryStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, terms: LevelTerms) -> Levels:
        """Look once."""
        now, tables = self._clock.now(), self._store.tables
        deadlines = [
            each.session_expires_at
            for each in tables.uploads.values()
            if each.phase is Phase.WAITING
        ]
        rows = [row for row in outbox_rows(tables, now) if row[1].state in ("waiting", "parked")]
        parked = [row for row in rows if row[1].state == "parked"]
        flowing = [row for row in rows if row not in parked and not _is_held_back(row, parked)]
        inbox = Counter(row.outcome for row in tables.inbox.values())
        walks = _last_walks(tables.sweeps, terms)
        return Levels(
            waiting=Counter(_age(now - each + terms.session_life) for each in deadlines),
            oldest_overdue=_seconds(now, deadlines),
            outbox_backlog=len(rows) - len(parked),
            outbox_parked=len(parked),
            oldest_event=_seconds(now, [record.occurred_at for record, _ in flowing]),
            quarantined=inbox["quarantined"],
            unknown=inbox["unknown_object"],
            tombstones=Counter(_state(row, terms) for row in tables.deletions.values()),
            sweep_ages={
                kind: _seconds(now, [_ended(row) for each, row in walks if each == kind])
                for kind in {each for each, _ in walks}
            },
            sweep_refused=any(row.outcome == "refused" for _, row in walks),
        )


def _age(age: timedelta) -> str:
    return next(name for name, bound in _AGES if age < bound)


def _seconds(now: datetime, times: Sequence[datetime]) -> float:
    """How long ago the earliest was; 0 when it is to come, or there is none."""
    return max(0.0, (now - min(times, default=now)).total_seconds())


def _state(row: DeletionRow, terms: LevelTerms) -> str:
    if row.deleted_at is not None:
        return "done"
    return "stuck" if row.failures >= terms.stuck_after else "queued"


def _is_held_back(row: Row, parked: Sequence[Row]) -> bool:
    return any(
        other.aggregate_id == row[0].aggregate_id and delivery.id < row[1].id
        for other, delivery in parked
    )


def _ended(row: SweepRow) -> datetime:
    return row.finished_at or row.started_at


def _last_walks(sweeps: Mapping[str, SweepRow], terms: LevelTerms) -> list[tuple[str, SweepRow]]:
    """The last walk over each thing, with its kind."""
    last: dict[tuple[str, str], SweepRow] = {}
    for row in sorted(sweeps.values(), key=_ended):
        kind, _, rest = row.name.partition("/")
        bucket = rest.partition("/")[0] if kind == "bucket" else ""
        if not row.name.endswith("/report") and (not bucket or bucket in terms.buckets):
            last[kind, bucket] = row
    return [(kind, row) for (kind, _), row in last.items()]
