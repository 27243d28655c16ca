"""A relay's session in PostgreSQL: what it holds, chooses and records."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from catalog.adapters.postgres.outbox import record_from
from catalog.adapters.postgres.queries import load
from catalog.adapters.postgres.relay_connection import RelayConnection
from catalog.application.outbox_ports import RelaySessionLostError
from catalog.application.outbox_records import QueuedEvent, Setback, Standing

LOCKS = 0x6F757462
"""The first key of all advisory locks of relays ("outb"); the second is the shard."""
PRESENCE = 64

_SQL = load("outbox.sql")


class PostgresRelaySession:
    """One method a query of sql/outbox.sql."""

    def __init__(self, connection: RelayConnection, pid: int) -> None:
        self._connection = connection
        self._pid = pid

    def certain(self) -> bool:
        """True while the locks are held beyond doubt."""
        return self._connection.certain()

    async def standing(self) -> Standing:
        """Say that we live, and look around."""
        [row] = await self._connection.rows(_SQL["standing"], key=LOCKS)
        if row["pid"] != self._pid:
            raise RelaySessionLostError("another backend answers")
        return Standing(
            relays=row["relays"],
            held=frozenset(row["held"]),
            taken=frozenset(row["taken"]),
            highest_id=row["highest_id"],
            transaction=row["transaction"],
            running=row["running"],
        )

    async def take(self, shards: Collection[int]) -> frozenset[int]:
        """Lock those that are free."""
        rows = await self._connection.rows(_SQL["take_shards"], shards=list(shards), key=LOCKS)
        return frozenset(row["shard"] for row in rows)

    async def give_back(self, shards: Collection[int]) -> frozenset[int]:
        """Unlock."""
        rows = await self._connection.rows(_SQL["give_back_shards"], shards=list(shards), key=LOCKS)
        return frozenset(row["shard"] for row in rows)

    async def choose(
        self, marks: Mapping[int, int], busy: Collection[UUID], per_shard: int
    ) -> Sequence[QueuedEvent]:
        """Find events to publish."""
        rows = await self._connection.rows(
            _SQL["choose"],
            shards=list(marks.keys()),
            marks=list(marks.values()),
            busy=list(busy),
            per_shard=per_shard,
        )
        return [
            QueuedEvent(row["id"], row["shard"], row["attempts"], record_from(row)) for row in rows
        ]

    async def mark_published(self, ids: Sequence[int]) -> None:
        """Record that the topic has them."""
        await self._connection.rows(_SQL["mark_published"], ids=list(ids))

    async def postpone(self, setbacks: Sequence[Setback]) -> None:
        """Record failures."""
        await self._connection.rows(
            _SQL["postpone"],
            ids=[setback.id for setback in setbacks],
            attempts=[setback.attempts for setback in setbacks],
            reasons=[setback.reason for setback in setbacks],
            waits=[setback.wait_seconds for setback in setbacks],
            parked=[setback.parked for setback in setbacks],
        )
