"""What a relay shows of itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.application.metrics.metric import Measures, NoMeasures
from catalog.application.metrics.outbox import (
    PUBLISH_ATTEMPTS,
    PUBLISH_LAG,
    RELAY_SHARDS,
    TOPIC_UP,
)
from catalog.application.metrics.upkeep import ROUNDS_FAILED
from catalog.application.outbox_records import Setback
from catalog.application.relay_batches import Batch


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RelayFigures:
    """One look at the clock a batch, one count for many: a quick topic leaves 70 us an event."""

    measures: Measures = field(default_factory=NoMeasures)
    now: Callable[[], datetime] = _now

    def begun(self) -> None:
        """Show a session that knows nothing against the topic and has no shards yet."""
        self.topic(up=True)
        self.shards(0)

    def session_lost(self, worker: str) -> None:
        """Count what a relay has in place of a round that failed."""
        self.measures.add(ROUNDS_FAILED, worker=worker)

    def published(self, batch: Batch) -> None:
        """The topic has just said that it has all of these."""
        now, record = self.now(), self.measures.record
        for event in batch.events:
            record(PUBLISH_LAG, (now - event.record.occurred_at).total_seconds())

    def counted(self, events: int) -> None:
        """Count what the topic has, of several batches at once."""
        self.measures.add(PUBLISH_ATTEMPTS, events, result="published")

    def failed(self, batch: Batch, setback: Setback) -> None:
        """The topic took none of these."""
        failed = len(batch.events)
        if setback.parked:
            failed -= 1
            self.measures.add(PUBLISH_ATTEMPTS, result="parked")
        if failed:
            self.measures.add(PUBLISH_ATTEMPTS, failed, result="failed")

    def topic(self, *, up: bool) -> None:
        """Show whether the topic takes events."""
        self.measures.set(TOPIC_UP, int(up))

    def shards(self, count: int) -> None:
        """Show how many shards are worked on."""
        self.measures.set(RELAY_SHARDS, count)
