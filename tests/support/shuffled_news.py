"""The news of many objects: each told one to five times, in an order that nobody chose."""

import asyncio
import random
import time

from catalog.emulator import Emulator
from catalog.emulator.messages import Message
from catalog.emulator.objects import StoredObject
from tests.support.acknowledged import Acknowledged

MOST_DELIVERIES = 5
_STEP_SECONDS = 0.005
_LATE_SECONDS = 0.1
"""So much of a pause is the loop's own, and made up for."""


class ShuffledNews:
    """Keeps deliveries back until there are enough of them to draw from."""

    def __init__(
        self,
        emulator: Emulator,
        acknowledged: Acknowledged,
        *,
        window: int,
        per_second: float = float("inf"),
    ) -> None:
        self._emulator = emulator
        self._acknowledged = acknowledged
        self._window = window
        self._per_second = per_second
        self._waiting: list[Message] = []
        self.handed_over = 0
        self.last_at = 0.0
        """When the latest delivery was handed to Pub/Sub, by `time.monotonic`."""

    def add(self, stored: StoredObject) -> None:
        """Have it told, under a fresh message id each time."""
        for _ in range(random.randint(1, MOST_DELIVERIES)):
            self._waiting.append(self._emulator.state.notifications.finalize(stored))

    async def room(self) -> None:
        """Wait until there is not too much to tell."""
        while len(self._waiting) > 2 * self._window:  # noqa: ASYNC110 - a list has no event
            await asyncio.sleep(_STEP_SECONDS)

    async def tell(self, all_there: asyncio.Event) -> None:
        """Hand deliveries over until `all_there` is set and none is left."""
        due = time.monotonic()
        while self._waiting or not all_there.is_set():
            now = time.monotonic()
            if due > now or not self._ready(all_there):
                await asyncio.sleep(max(due - now, _STEP_SECONDS))
            else:
                self._hand_over()
                # What a pause left undone is not made up for at once: the pace holds behind it too.
                due = max(due, now - _LATE_SECONDS) + 1 / self._per_second

    @property
    def unanswered(self) -> int:
        """Deliveries that Pub/Sub has and that were not acknowledged yet."""
        return self.handed_over - self._acknowledged.pushes

    def _ready(self, all_there: asyncio.Event) -> bool:
        enough = 0 if all_there.is_set() else self._window
        return len(self._waiting) > enough and self.unanswered < self._window

    def _hand_over(self) -> None:
        chosen = random.randrange(len(self._waiting))
        self._waiting[chosen], self._waiting[-1] = self._waiting[-1], self._waiting[chosen]
        message = self._waiting.pop()
        self._emulator.pushes.publish(message, message.attributes["objectId"])
        self.handed_over += 1
        self.last_at = time.monotonic()
