"""A publisher that is made at the first event: its library takes longest of all to load."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from catalog.application.ports import Publisher, PublishError
from catalog.application.records import OutboxRecord


class ClosablePublisher(Publisher, Protocol):
    """One that holds a connection."""

    async def aclose(self) -> None:
        """Close it. Safe to repeat."""
        ...


class LatePublisher:
    """Behaves as what `make` returns, which is called once and in a thread: loading takes a while.

    What `make` raises is raised to whoever publishes, and tried again for the next.
    """

    def __init__(self, make: Callable[[], ClosablePublisher]) -> None:
        self._make = make
        self._made: ClosablePublisher | None = None
        self._making = asyncio.Lock()
        self._closed = False

    async def publish(self, events: Sequence[OutboxRecord]) -> None:
        """Publish as the one behind does; raises PublishError as it does, CLOSED once closed."""
        await (self._made or await self._ready()).publish(events)

    async def aclose(self) -> None:
        """Close what was made, and make nothing any more. Safe to repeat."""
        self._closed = True
        async with self._making:
            if self._made is not None:
                await self._made.aclose()

    async def _ready(self) -> ClosablePublisher:
        async with self._making:
            if self._closed:
                raise PublishError("CLOSED")
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made
