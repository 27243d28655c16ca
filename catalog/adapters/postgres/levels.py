"""How much waits, as PostgreSQL counts it."""

import json
from dataclasses import dataclass

from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.levels import Levels, LevelTerms

_SQL = load("levels.sql")


@dataclass(frozen=True, slots=True)
class PostgresLevels:
    """The query of sql/levels.sql, on a connection of the pool."""

    store: PostgresStore

    async def read(self, terms: LevelTerms) -> Levels:
        """Look once."""
        async with self.store.connection() as connection:
            row = await connection.one(
                _SQL["levels"],
                session_life=terms.session_life,
                stuck_after=terms.stuck_after,
                buckets=sorted(terms.buckets),
            )
        return Levels(
            waiting=json.loads(row["waiting"]),
            oldest_overdue=row["oldest_overdue"] or 0.0,
            outbox_backlog=row["outbox_backlog"],
            outbox_parked=row["outbox_parked"],
            oldest_event=row["oldest_event"] or 0.0,
            quarantined=row["quarantined"],
            unknown=row["unknown"],
            tombstones={name: row[name] for name in ("queued", "stuck", "done")},
            sweep_ages=json.loads(row["sweep_ages"]),
            sweep_refused=row["sweep_refused"],
        )
