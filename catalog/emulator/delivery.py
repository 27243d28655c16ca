"""The push subscription's queue: every message is pushed until it is acknowledged."""

import asyncio
from collections.abc import Coroutine

from catalog.emulator.delivery_log import DeliveryLog
from catalog.emulator.fault_switches import FaultSwitches
from catalog.emulator.faults import Delay, Drop, Duplicate, NewMessageId, Reorder
from catalog.emulator.messages import Message, MessageIds
from catalog.emulator.push_client import PushAnswer, PushClient, PushTarget
from catalog.emulator.settings import EmulatorSettings


class PushQueue:
    """Delivers at least once and without order [taourl-ordering]; lost with the process."""

    def __init__(
        self, settings: EmulatorSettings, faults: FaultSwitches, client: PushClient
    ) -> None:
        self._settings = settings
        self._faults = faults
        self._client = client
        self.ids = MessageIds()
        self.log = DeliveryLog()
        self._tasks: dict[asyncio.Task[None], list[Message]] = {}
        self._held: list[Message] = []
        self._target: PushTarget | None = None
        self._target_known = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        faults.on_change(self._release_unless_reordering)
        if settings.push_endpoint is not None:
            self.set_target(PushTarget(settings.push_endpoint, settings.push_audience))

    @property
    def target(self) -> PushTarget | None:
        """Where pushes go; None until an endpoint is set, and messages wait until then."""
        return self._target

    def set_target(self, target: PushTarget) -> None:
        """Push to ``target`` from the next attempt on, waiting messages included."""
        self._target = target
        self._target_known.set()

    @property
    def pending(self) -> list[Message]:
        """Messages that are not acknowledged yet, held ones included."""
        return [*self._held, *(message for batch in self._tasks.values() for message in batch)]

    def publish(self, message: Message, object_name: str) -> None:
        """Queue a message, under the faults that are set for the object."""
        if self._faults.take(Drop, object_name) is not None:
            self.log.record(message, 0, PushAnswer("dropped"))
            return
        copies = self._copies(message, object_name)
        reorder = self._faults.take(Reorder, object_name)
        if reorder is not None:
            self._hold(copies, reorder.hold)
            return
        delay = self._faults.take(Delay, object_name)
        for copy in copies:
            self._spawn(self._deliver(copy, delay.seconds if delay else 0.0), [copy])

    def release(self) -> None:
        """Deliver what a reorder fault holds, last to first."""
        held, self._held = self._held[::-1], []
        if held:
            self._spawn(self._deliver_in_order(held), held)

    async def drain(self, timeout_seconds: float) -> None:
        """Return once nothing is pending. Raises TimeoutError."""
        self.release()
        async with asyncio.timeout(timeout_seconds):
            await self._idle.wait()

    async def discard(self) -> None:
        """Forget all pending messages, as seeking a subscription to now does."""
        self._held.clear()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._client.reset()
        self._note_idle()

    def _copies(self, message: Message, object_name: str) -> list[Message]:
        duplicate = self._faults.take(Duplicate, object_name)
        extra = 0 if duplicate is None else duplicate.extra
        return [message, *(self._again(message, object_name) for _ in range(extra))]

    def _again(self, message: Message, object_name: str) -> Message:
        """[stackguides-dup] Pub/Sub redelivers under the same id, GCS duplicates have another."""
        if self._faults.take(NewMessageId, object_name) is None:
            return message
        return message.with_id(self.ids.next())

    def _hold(self, copies: list[Message], enough: int) -> None:
        self._held.extend(copies)
        self._idle.clear()
        if len(self._held) >= enough:
            self.release()
        else:
            self._release_unless_reordering()

    def _release_unless_reordering(self) -> None:
        if not self._faults.is_set(Reorder):
            self.release()

    def _spawn(self, work: Coroutine[None, None, None], messages: list[Message]) -> None:
        task = asyncio.create_task(work)
        self._tasks[task] = messages
        self._idle.clear()
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        self._note_idle()
        if not task.cancelled():
            task.result()  # a bug in delivery must surface, not vanish

    def _note_idle(self) -> None:
        if not self._tasks and not self._held:
            self._idle.set()

    async def _deliver_in_order(self, messages: list[Message]) -> None:
        for message in messages:
            answer = await self._attempt(message, 1)
            if not answer.acknowledged:
                self._spawn(self._redeliver(message), [message])

    async def _deliver(self, message: Message, delay_seconds: float) -> None:
        await asyncio.sleep(delay_seconds)
        answer = await self._attempt(message, 1)
        if not answer.acknowledged:
            await self._redeliver(message)

    async def _redeliver(self, message: Message) -> None:
        """[pubsub-discovery] exponential backoff between the subscription's two bounds, for as
        long as the message is not acknowledged.
        """
        backoff = self._settings.redelivery_min_seconds
        attempt = 1
        acknowledged = False
        while not acknowledged:
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, self._settings.redelivery_max_seconds)
            message = self._again(message, message.attributes.get("objectId", ""))
            attempt += 1
            acknowledged = (await self._attempt(message, attempt)).acknowledged

    async def _attempt(self, message: Message, attempt: int) -> PushAnswer:
        await self._target_known.wait()
        assert self._target is not None
        body = message.push_body(self._settings.subscription_path)
        answer = await self._client.push(self._target, body)
        self.log.record(message, attempt, answer)
        return answer
