"""A pull subscription: messages are leased, and come again unless they are acknowledged."""

import asyncio
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from catalog.emulator.messages import Message
from catalog.emulator.subscription_settings import SubscriptionSettings

_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class _Held:
    message: Message
    ack_id: str = ""
    leased_until: float = -math.inf


class PullQueue:
    """[pubsub-ordering] with ordering, one message of a key at a time is out."""

    def __init__(self, settings: SubscriptionSettings) -> None:
        self._settings = settings
        self._held: dict[str, _Held] = {}
        self._leases: dict[str, _Held] = {}
        self._ack_ids = count(1)
        self._offered = asyncio.Event()

    def offer(self, message: Message) -> None:
        """Take a message that was just published."""
        self._held[message.message_id] = _Held(message)
        self._offered.set()

    async def pull(self, limit: int, wait_seconds: float) -> Sequence[tuple[str, Message]]:
        """Up to ``limit`` messages with their ack ids, oldest first; none after the wait."""
        now = asyncio.get_running_loop().time
        deadline = now() + wait_seconds
        while not (taken := self._lease(limit, now())) and now() < deadline:
            self._offered.clear()
            try:
                async with asyncio.timeout(min(_LOOK_SECONDS, deadline - now())):
                    await self._offered.wait()
            except TimeoutError:
                continue  # a lease may have run out
        return taken

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        """Forget messages; unknown ids are ignored, as are those of leases long over."""
        for ack_id in ack_ids:
            held = self._leases.pop(ack_id, None)
            if held is not None:
                self._held.pop(held.message.message_id, None)
        self._offered.set()

    def modify_ack_deadline(self, ack_ids: Sequence[str], seconds: int) -> None:
        """Let leases end that many seconds from now; 0 gives the messages back."""
        now = asyncio.get_running_loop().time()
        for ack_id in ack_ids:
            held = self._leases.get(ack_id)
            if held is not None and held.ack_id == ack_id:
                held.leased_until = now + seconds if seconds else -math.inf
        self._offered.set()

    async def close(self) -> None:
        """Forget everything."""
        self._held.clear()
        self._leases.clear()

    def _lease(self, limit: int, now: float) -> list[tuple[str, Message]]:
        leased: list[tuple[str, Message]] = []
        for held in self._free(now):
            if len(leased) == limit:
                break
            held.ack_id = f"{self._settings.name.rpartition('/')[2]}-{next(self._ack_ids)}"
            held.leased_until = now + self._settings.ack_seconds
            self._leases[held.ack_id] = held
            leased.append((held.ack_id, held.message))
        return leased

    def _free(self, now: float) -> Iterator[_Held]:
        """Messages that may go out: no lease, and none of their key before them."""
        keys = set[str]()
        for held in list(self._held.values()):
            key = held.message.ordering_key if self._settings.ordered else ""
            if held.leased_until <= now and key not in keys:
                yield held
            if key:
                keys.add(key)
