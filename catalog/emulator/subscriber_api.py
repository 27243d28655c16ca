"""``google.pubsub.v1.Subscriber``, as far as push subscriptions and simple pulling go."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from catalog.emulator.messages import Message
from catalog.emulator.pubsub_types import (
    AcknowledgeRequest,
    DeleteSubscriptionRequest,
    Empty,
    GetSubscriptionRequest,
    ModifyAckDeadlineRequest,
    Pb,
    PubsubMessage,
    PullRequest,
    PullResponse,
    ReceivedMessage,
    Subscription,
    invalid,
)
from catalog.emulator.subscriptions import Subscriptions

SERVICE = "google.pubsub.v1.Subscriber"

# The service waits "a bounded time" for the first message [pubsub-discovery].
_PULL_WAIT_SECONDS = 2.0
_MAX_EXTENSION_SECONDS = 600


class SubscriberApi:
    """Handlers; each raises PubsubRefusal for what the service refuses."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions
        self.methods = {
            "CreateSubscription": (self.create, Subscription),
            "GetSubscription": (self.get, GetSubscriptionRequest),
            "DeleteSubscription": (self.delete, DeleteSubscriptionRequest),
            "Pull": (self.pull, PullRequest),
            "Acknowledge": (self.acknowledge, AcknowledgeRequest),
            "ModifyAckDeadline": (self.modify_ack_deadline, ModifyAckDeadlineRequest),
        }

    async def create(self, request: Pb) -> Pb:
        """The subscription as created."""
        return self._subscriptions.create(request)

    async def get(self, request: Pb) -> Pb:
        """The subscription."""
        return self._subscriptions.get(request.subscription)

    async def delete(self, request: Pb) -> Pb:
        """Nothing."""
        await self._subscriptions.delete(request.subscription)
        return Empty()

    async def pull(self, request: Pb) -> Pb:
        """Messages that wait, or those that come soon."""
        queue = self._subscriptions.pulled(request.subscription)
        if request.max_messages < 1:
            raise invalid("max_messages must be positive.")
        wait = 0.0 if request.return_immediately else _PULL_WAIT_SECONDS
        taken = await queue.pull(request.max_messages, wait)
        received = [ReceivedMessage(ack_id=ack, message=_message(each)) for ack, each in taken]
        return PullResponse(received_messages=received)

    async def acknowledge(self, request: Pb) -> Pb:
        """Nothing."""
        self._subscriptions.pulled(request.subscription).acknowledge(request.ack_ids)
        return Empty()

    async def modify_ack_deadline(self, request: Pb) -> Pb:
        """Nothing."""
        seconds = request.ack_deadline_seconds
        if not 0 <= seconds <= _MAX_EXTENSION_SECONDS:
            raise invalid(f"The deadline must be 0 to {_MAX_EXTENSION_SECONDS} seconds.")
        queue = self._subscriptions.pulled(request.subscription)
        queue.modify_ack_deadline(request.ack_ids, seconds)
        return Empty()


def _message(message: Message) -> Pb:
    return PubsubMessage(
        data=message.data,
        attributes=dict(message.attributes),
        ordering_key=message.ordering_key,
        message_id=message.message_id,
        publish_time=_timestamp(message.published_at),
    )


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
