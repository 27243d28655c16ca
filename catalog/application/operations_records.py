"""What operators are shown of the tables, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from catalog.application.outbox_records import OutboxState
from catalog.domain.values import Generation

InboxSource = Literal["gcs", "gcs-quarantine"]


@dataclass(frozen=True, slots=True)
class InboxKey:
    """A row of the inbox by its two names."""

    source: InboxSource
    dedup_key: str

    @classmethod
    def parse(cls, text: str) -> "InboxKey":
        """Tell the source by the key: no bucket's name has a colon in it."""
        quarantined = text.startswith(("msg:", "sha256:"))
        return cls("gcs-quarantine" if quarantined else "gcs", text)


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """A row of the inbox without its payload."""

    key: InboxKey
    message_id: str | None
    actor: str
    received_at: datetime
    processed_at: datetime | None
    outcome: str | None
    reason: str | None
    payload_bytes: int | None
    """None where nothing was kept."""


@dataclass(frozen=True, slots=True)
class KeptBody:
    """A row of the inbox and what was received, its first 64 KiB."""

    event: KeptEvent
    payload: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of an upload's history."""

    at: datetime
    actor: str
    request: str
    decision: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AnnouncedEvent:
    """An event of the outbox and how far its delivery is."""

    event_id: UUID
    event_type: str
    aggregate_type: str
    aggregate_id: UUID
    occurred_at: datetime
    state: OutboxState
    state_at: datetime | None
    """When it was published, parked or skipped; None while it waits."""
    attempts: int
    last_error: str | None
    size_bytes: int


@dataclass(frozen=True, slots=True)
class BuriedObject:
    """A generation that may complete nothing, and how far its deletion is."""

    generation: Generation
    reason: str
    created_at: datetime
    attempts: int
    last_error: str | None
    deleted_at: datetime | None
