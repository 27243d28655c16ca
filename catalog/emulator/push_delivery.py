"""A push subscription: each message is pushed until it is acknowledged."""

import asyncio
from collections import deque
from collections.abc import Coroutine

from catalog.emulator.messages import Message
from catalog.emulator.push_client import PushClient, PushTarget
from catalog.emulator.subscription_settings import SubscriptionSettings


class PushDelivery:
    """[pubsub-ordering] with ordering, the next message of a key follows when the one before it
    is acknowledged; messages without a key, and keys among each other, have no order.

    The client is its own, and closed with it.
    """

    def __init__(
        self, settings: SubscriptionSettings, target: PushTarget, client: PushClient
    ) -> None:
        self._settings = settings
        self._target = target
        self._client = client
        self._lanes: dict[str, deque[Message]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, message: Message) -> None:
        """Take a message that was just published."""
        if not (self._settings.ordered and message.ordering_key):
            self._spawn(self._deliver(message))
            return
        lane = self._lanes.get(message.ordering_key)
        if lane is not None:
            lane.append(message)
            return
        self._lanes[message.ordering_key] = deque([message])
        self._spawn(self._deliver_lane(message.ordering_key))

    async def close(self) -> None:
        """Stop; what is not acknowledged is lost."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._client.close()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()  # a bug in delivery must surface, not vanish

    async def _deliver_lane(self, key: str) -> None:
        lane = self._lanes[key]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[key]

    async def _deliver(self, message: Message) -> None:
        """[pubsub-discovery] exponential backoff between the two bounds."""
        body = message.push_body(self._settings.name)
        backoff = self._settings.min_backoff_seconds
        while not await self._acknowledged(body):
            await asyncio.sleep(backoff)
            backoff = min(max(backoff, 0.01) * 2, self._settings.max_backoff_seconds)

    async def _acknowledged(self, body: bytes) -> bool:
        answer = await self._client.push(
            self._target, body, deadline_seconds=self._settings.ack_seconds
        )
        return answer.acknowledged
