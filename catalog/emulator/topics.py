"""Topics, and everything that was published to them."""

from collections import deque
from collections.abc import Sequence
from typing import Protocol

from catalog.emulator.clock import Clock
from catalog.emulator.messages import Message, MessageIds
from catalog.emulator.pubsub_types import Pb, already_exists, check_name, not_found

_KEPT = 200_000


class Subscriber(Protocol):
    """A subscription as its topic sees it."""

    def offer(self, message: Message) -> None:
        """Take a message that was just published."""
        ...


class Topics:
    """Lost with the process. All methods raise PubsubRefusal as the service refuses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = MessageIds()
        self._topics: dict[str, Pb] = {}
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._published: deque[Message] = deque(maxlen=_KEPT)

    @property
    def published(self) -> list[Message]:
        """The latest messages of all topics, in the order in which they were accepted."""
        return list(self._published)

    def forget_published(self) -> None:
        """Empty ``published``; subscriptions keep what they have."""
        self._published.clear()

    def create(self, topic: Pb) -> Pb:
        """Add a topic."""
        check_name(topic.name, "topics")
        if topic.name in self._topics:
            raise already_exists(topic.name)
        self._topics[topic.name] = topic
        self._subscribers[topic.name] = []
        return topic

    def get(self, name: str) -> Pb:
        """The topic as it was created."""
        check_name(name, "topics")
        if name not in self._topics:
            raise not_found(name)
        return self._topics[name]

    def of_project(self, project: str) -> list[Pb]:
        """Topics of ``projects/P``, by name."""
        inside = f"{project}/topics/"
        return [topic for name, topic in sorted(self._topics.items()) if name.startswith(inside)]

    def delete(self, name: str) -> None:
        """Remove a topic; its subscriptions stay, without new messages."""
        self.get(name)
        del self._topics[name], self._subscribers[name]

    def publish(self, name: str, messages: Sequence[Pb]) -> list[str]:
        """Number the messages and hand them to the subscriptions that exist right now."""
        self.get(name)
        now = self._clock.now()
        accepted = [
            Message(
                message_id=self._ids.next(),
                published_at=now,
                attributes=dict(each.attributes),
                data=each.data,
                ordering_key=each.ordering_key,
                topic=name,
            )
            for each in messages
        ]
        self._published.extend(accepted)
        for subscriber in self._subscribers[name]:
            for message in accepted:
                subscriber.offer(message)
        return [message.message_id for message in accepted]

    def attach(self, name: str, subscriber: Subscriber) -> None:
        """Have new messages of a topic offered to a subscription."""
        self.get(name)
        self._subscribers[name].append(subscriber)

    def detach(self, name: str, subscriber: Subscriber) -> None:
        """End that; the topic may be gone."""
        attached = self._subscribers.get(name, [])
        if subscriber in attached:
            attached.remove(subscriber)
