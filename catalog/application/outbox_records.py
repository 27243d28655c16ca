"""What the outbox, its relays and its operators hand each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from catalog.application.records import OutboxRecord

SHARDS = frozenset(range(64))
"""All shards; the column of that name is generated from the aggregate's id."""

OutboxState = Literal["waiting", "parked", "skipped", "published"]


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event that may go out now: nothing earlier of its aggregate stands in its way."""

    id: int
    shard: int
    attempts: int
    """Failed deliveries so far that were held against it."""
    record: OutboxRecord


@dataclass(frozen=True, slots=True)
class Setback:
    """What becomes of an event that could not be published."""

    id: int
    attempts: int
    wait_seconds: float
    """Not before so long from now, by the database's clock."""
    reason: str
    parked: bool
    """Given up until an operator decides; later events of the aggregate stay behind it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a relay stands among the others, and how far the table has settled."""

    relays: int
    """Sessions that are there now, this one included."""
    held: frozenset[int]
    """Shards locked by this session."""
    taken: frozenset[int]
    """Shards locked by any session."""
    highest_id: int
    """The last id drawn, committed or not."""
    transaction: int
    """Of this very statement: all that began to write before have lower ones."""
    running: Sequence[int]
    """Transactions that had begun to write before this statement, and had not ended."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An event and its delivery as operators see them."""

    id: int
    state: OutboxState
    attempts: int
    available_at: datetime
    published_at: datetime | None
    parked_at: datetime | None
    skipped_at: datetime | None
    last_error: str | None
    record: OutboxRecord


@dataclass(frozen=True, slots=True)
class PrunedPage:
    """One step of pruning: rows looked at, rows gone, and where the next step begins."""

    deleted: int
    last_id: int
    more: bool
    """False once the rows looked at were all too young, or none were left."""
