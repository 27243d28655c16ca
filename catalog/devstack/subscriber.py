"""A subscriber to the events topic of a local stack: Google's own client, on the emulator."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from google.pubsub_v1 import (
    AcknowledgeRequest,
    PullRequest,
    SubscriberAsyncClient,
    Subscription,
)
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport

from catalog.emulator import Emulator

_CALL_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """One event as it reached the subscriber."""

    attributes: Mapping[str, str]
    ordering_key: str
    size_bytes: int


class EventSubscriber:
    """Pulls and acknowledges; keeps what it has seen."""

    def __init__(self, client: SubscriberAsyncClient, subscription: str) -> None:
        self._client = client
        self._subscription = subscription
        self.received: list[ReceivedEvent] = []

    async def until(self, event_type: str, aggregate_id: str, seconds: float) -> ReceivedEvent:
        """Return the event once it has come. Raises TimeoutError after `seconds`."""
        async with asyncio.timeout(seconds):
            while True:
                for event in self.received:
                    if (event.attributes["event_type"], event.ordering_key) == (
                        event_type,
                        aggregate_id,
                    ):
                        return event
                if not await self._pull():
                    await asyncio.sleep(0.05)

    async def _pull(self) -> int:
        request = PullRequest(subscription=self._subscription, max_messages=100)
        answer = await self._client.pull(request, timeout=_CALL_SECONDS)
        ids = [each.ack_id for each in answer.received_messages]
        self.received += [
            ReceivedEvent(
                dict(each.message.attributes), each.message.ordering_key, len(each.message.data)
            )
            for each in answer.received_messages
        ]
        if ids:
            request = AcknowledgeRequest(subscription=self._subscription, ack_ids=ids)
            await self._client.acknowledge(request, timeout=_CALL_SECONDS)
        return len(ids)


@asynccontextmanager
async def event_subscriber(emulator: Emulator) -> AsyncIterator[EventSubscriber]:
    """Subscribe to the events topic while the block lasts, from now on."""
    project = emulator.settings.project_id
    name = f"projects/{project}/subscriptions/local-{uuid.uuid4().hex[:8]}"
    async with grpc.aio.insecure_channel(emulator.pubsub_target) as channel:
        client = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
        topic = emulator.settings.events_topic_path
        wanted = Subscription(name=name, topic=topic, enable_message_ordering=True)
        await client.create_subscription(wanted, timeout=_CALL_SECONDS)
        yield EventSubscriber(client, name)
