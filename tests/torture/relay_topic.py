"""A topic in the test's own process, and relays that publish to it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.application.metrics.metric import Measures
from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from catalog.application.relay_outbox import RelayOutbox
from catalog.application.relay_policy import RelayPolicy
from catalog.application.worker import Journal
from tests.support.announcing import relay_sessions
from tests.torture.relay_story import Arrival, Story


@dataclass(slots=True)
class RecordedTopic:
    """Takes a moment for each batch, and refuses what it is told to."""

    longest: float = 0.005
    down: bool = False
    is_bad: Callable[[OutboxRecord], bool] = lambda _: False
    arrivals: list[Arrival] = field(default_factory=list)

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        await asyncio.sleep(random.uniform(0, self.longest))
        if self.down:
            raise PublishError("UNAVAILABLE")
        if any(map(self.is_bad, events)):
            raise PublishError("INVALID_ARGUMENT")
        self.arrivals += [Arrival.of(event, time.time()) for event in events]

    @property
    def story(self) -> Story:
        return Story.of(self.arrivals)


class Silence:
    """A journal for nobody."""

    def info(self, event: str, **facts: object) -> None: ...

    warning = info


@dataclass(slots=True)
class Told:
    """A journal that counts what it is told."""

    lines: Counter[str] = field(default_factory=Counter)

    def info(self, event: str, **_: object) -> None:
        self.lines[event] += 1

    warning = info


@asynccontextmanager
async def relaying(
    dsn: str,
    topic: RecordedTopic,
    relays: int = 1,
    journal: Journal | None = None,
    measures: Measures | None = None,
    **policy: Any,
) -> AsyncIterator[Sequence[RelayOutbox]]:
    """Run relays, each with a connection of its own, while the block lasts."""
    stop, chosen = asyncio.Event(), replace(RelayPolicy(), **policy)
    running = [
        RelayOutbox(relay_sessions(dsn), topic, chosen, journal or Silence(), measures)
        for _ in range(relays)
    ]
    async with asyncio.TaskGroup() as tasks:
        for relay in running:
            tasks.create_task(relay.run(stop))
        try:
            yield running
        finally:
            stop.set()
