"""Events and what became of each, in the order of their ids."""

from dataclasses import dataclass
from datetime import datetime

from catalog.application.outbox_records import OutboxState


@dataclass(frozen=True, slots=True)
class Delivery:
    """The columns of an outbox row that relays and operators write."""

    id: int
    available_at: datetime
    attempts: int = 0
    published_at: datetime | None = None
    parked_at: datetime | None = None
    skipped_at: datetime | None = None
    last_error: str | None = None

    @property
    def state(self) -> OutboxState:
        """Where the event is on its way."""
        if self.published_at is not None:
            return "published"
        if self.skipped_at is not None:
            return "skipped"
        return "parked" if self.parked_at is not None else "waiting"
