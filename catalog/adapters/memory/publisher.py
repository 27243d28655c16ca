"""A topic in memory."""

from collections.abc import Sequence

from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord


class MemoryPublisher:
    """Keeps what was published, in order. With a `fault` every call fails with that reason."""

    def __init__(self) -> None:
        self.published: list[OutboxRecord] = []
        self.fault: str | None = None

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        """Publish events of ONE aggregate, all or none.

        Raises PublishError while `fault` is set; ValueError for events of several
        aggregates.
        """
        if len({event.aggregate_id for event in events}) > 1:
            raise ValueError("events of several aggregates cannot share an ordering key")
        if self.fault is not None and events:
            raise PublishError(self.fault)
        self.published.extend(events)

    async def aclose(self) -> None:
        """Fail all later calls with CLOSED. Safe to repeat."""
        self.fault = "CLOSED"
