"""Google's own clients, pointed at the emulator, and topics that nobody else uses."""

import uuid
from typing import Any

import grpc
from google.pubsub_v1 import (
    PublisherAsyncClient,
    PubsubMessage,
    PushConfig,
    RetryPolicy,
    SubscriberAsyncClient,
    Subscription,
    Topic,
)
from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport

from catalog.emulator import Emulator

AT_ONCE = RetryPolicy(minimum_backoff={"seconds": 0}, maximum_backoff={"seconds": 0})


class PubsubClients:
    """One channel, two clients."""

    def __init__(self, emulator: Emulator) -> None:
        self._project = f"projects/{emulator.settings.project_id}"
        self._channel = grpc.aio.insecure_channel(emulator.pubsub_target)
        publishing = PublisherGrpcAsyncIOTransport(channel=self._channel)
        subscribing = SubscriberGrpcAsyncIOTransport(channel=self._channel)
        self.publisher = PublisherAsyncClient(transport=publishing)
        self.subscriber = SubscriberAsyncClient(transport=subscribing)

    async def topic(self) -> str:
        """Create a topic."""
        name = f"{self._project}/topics/t-{uuid.uuid4().hex}"
        await self.publisher.create_topic(request=Topic(name=name))
        return name

    async def subscription(
        self, topic: str, endpoint: str | None = None, *, ordered: bool = True, **wishes: Any
    ) -> str:
        """Create a subscription that redelivers at once."""
        name = f"{self._project}/subscriptions/s-{uuid.uuid4().hex}"
        push = PushConfig(push_endpoint=endpoint or "")
        wishes = {"push_config": push, "retry_policy": AT_ONCE} | wishes
        wanted = Subscription(name=name, topic=topic, enable_message_ordering=ordered, **wishes)
        await self.subscriber.create_subscription(request=wanted)
        return name

    async def publish(self, topic: str, *data: str, key: str = "", **attributes: str) -> list[str]:
        """Publish messages of one key; return their ids."""
        messages = [
            PubsubMessage(data=each.encode(), ordering_key=key, attributes=attributes)
            for each in data
        ]
        answer = await self.publisher.publish(
            topic=topic, messages=messages, retry=None, timeout=20
        )
        return list(answer.message_ids)

    async def pull(self, subscription: str, limit: int = 100) -> list[tuple[str, PubsubMessage]]:
        """Lease what is there."""
        answer = await self.subscriber.pull(
            subscription=subscription, max_messages=limit, timeout=20
        )
        return [(each.ack_id, each.message) for each in answer.received_messages]

    async def close(self) -> None:
        await self._channel.close()
