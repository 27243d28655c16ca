"""Subscriptions by name."""

from collections.abc import Callable
from dataclasses import dataclass

import grpc

from catalog.emulator.pubsub_types import (
    Pb,
    PubsubRefusal,
    already_exists,
    check_name,
    not_found,
)
from catalog.emulator.pull_queue import PullQueue
from catalog.emulator.push_client import PushClient
from catalog.emulator.push_delivery import PushDelivery
from catalog.emulator.settings import EmulatorSettings
from catalog.emulator.subscription_settings import read_subscription
from catalog.emulator.topics import Topics


@dataclass(frozen=True, slots=True)
class _Subscription:
    created: Pb
    delivery: PushDelivery | PullQueue


class Subscriptions:
    """They see what is published while they exist. Methods raise PubsubRefusal."""

    def __init__(
        self, settings: EmulatorSettings, topics: Topics, new_client: Callable[[], PushClient]
    ) -> None:
        self._settings = settings
        self._topics = topics
        self._new_client = new_client
        self._subscriptions: dict[str, _Subscription] = {}

    def create(self, request: Pb) -> Pb:
        """Add a subscription; its deliveries begin with the next message of the topic."""
        wanted = read_subscription(request, self._settings)
        if wanted.name in self._subscriptions:
            raise already_exists(wanted.name)
        self._topics.get(wanted.topic)
        delivery = (
            PullQueue(wanted)
            if wanted.target is None
            else PushDelivery(wanted, wanted.target, self._new_client())
        )
        self._topics.attach(wanted.topic, delivery)
        request.ack_deadline_seconds = wanted.ack_seconds
        self._subscriptions[wanted.name] = _Subscription(request, delivery)
        return request

    def get(self, name: str) -> Pb:
        """The subscription as it was created."""
        return self._known(name).created

    def pulled(self, name: str) -> PullQueue:
        """The queue of a subscription without push endpoint."""
        delivery = self._known(name).delivery
        if isinstance(delivery, PullQueue):
            return delivery
        raise PubsubRefusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            "This method is not supported for this subscription type.",
        )

    async def delete(self, name: str) -> None:
        """Remove a subscription with all it has not delivered."""
        subscription = self._known(name)
        del self._subscriptions[name]
        self._topics.detach(subscription.created.topic, subscription.delivery)
        await subscription.delivery.close()

    async def close(self) -> None:
        """Remove all of them."""
        for name in list(self._subscriptions):
            await self.delete(name)

    def _known(self, name: str) -> _Subscription:
        check_name(name, "subscriptions")
        if name not in self._subscriptions:
            raise not_found(name)
        return self._subscriptions[name]
