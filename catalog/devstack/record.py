"""What the database holds of one upload, for the demo and for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

_SECONDS = 5.0
_OUTBOX = """
SELECT event_type, aggregate_type, aggregate_id, occurred_at, published_at, length(payload) AS size
FROM catalog.outbox_events
WHERE aggregate_id = $1
    OR aggregate_id = (SELECT video_id FROM catalog.uploads WHERE upload_id = $1)
ORDER BY id
"""
_HISTORY = """
SELECT at, actor, request, decision, detail FROM catalog.upload_events
WHERE upload_id = $1 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """One row of the outbox."""

    event_type: str
    aggregate: str
    occurred_at: datetime
    published: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of an upload's story."""

    at: datetime
    actor: str
    request: str
    decision: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Record:
    """Events and history of one upload."""

    outbox: Sequence[WaitingEvent]
    history: Sequence[HistoryLine]


async def read_record(dsn: str, upload_id: str) -> Record:
    """Read both, in order."""
    connection = await asyncpg.connect(dsn, timeout=_SECONDS, command_timeout=_SECONDS)
    try:
        events = await connection.fetch(_OUTBOX, upload_id)
        lines = await connection.fetch(_HISTORY, upload_id)
    finally:
        await connection.close(timeout=_SECONDS)
    return Record([_event(row) for row in events], [_line(row) for row in lines])


def _event(row: asyncpg.Record) -> WaitingEvent:
    return WaitingEvent(
        event_type=row["event_type"],
        aggregate=f"{row['aggregate_type']} {row['aggregate_id']}",
        occurred_at=row["occurred_at"],
        published=row["published_at"] is not None,
        size_bytes=row["size"],
    )


def _line(row: asyncpg.Record) -> HistoryLine:
    return HistoryLine(
        row["at"], row["actor"], row["request"], row["decision"], json.loads(row["detail"])
    )
