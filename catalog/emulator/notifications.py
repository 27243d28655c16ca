"""From a new object to a message: the bucket's notification configuration."""

from collections.abc import Mapping
from typing import Any

from catalog.emulator.clock import Clock
from catalog.emulator.delivery import PushQueue
from catalog.emulator.messages import Message, finalize_message
from catalog.emulator.objects import StoredObject


class Notifications:
    """One OBJECT_FINALIZE configuration with an object_name_prefix [storage-discovery]."""

    def __init__(self, queue: PushQueue, clock: Clock, base_url: str, prefix: str) -> None:
        self._queue = queue
        self._clock = clock
        self._base_url = base_url
        self._prefix = prefix

    def object_finalized(self, stored: StoredObject) -> None:
        """Queue the notification of a new generation, if the prefix covers the object."""
        if stored.name.startswith(self._prefix):
            self._queue.publish(self.finalize(stored), stored.name)

    def finalize(
        self,
        stored: StoredObject,
        payload: Mapping[str, Any] | None = None,
        attributes: Mapping[str, Any] | None = None,
    ) -> Message:
        """A finalize message under a fresh id; the patches replace or (None) remove fields."""
        return finalize_message(
            stored,
            message_id=self._queue.ids.next(),
            now=self._clock.now(),
            base_url=self._base_url,
            payload=payload,
            attributes=attributes,
        )
