"""``google.pubsub.v1.Publisher``, as its clients call it."""

import asyncio
from collections.abc import Iterator

import grpc

from catalog.emulator.fault_switches import FaultSwitches, FaultT
from catalog.emulator.publish_checks import check_publish
from catalog.emulator.pubsub_types import (
    DeleteTopicRequest,
    Empty,
    GetTopicRequest,
    ListTopicsRequest,
    ListTopicsResponse,
    Pb,
    PublishRequest,
    PublishResponse,
    PubsubRefusal,
    Topic,
)
from catalog.emulator.topic_faults import TopicError, TopicStall
from catalog.emulator.topics import Topics

SERVICE = "google.pubsub.v1.Publisher"


class PublisherApi:
    """Handlers; each raises PubsubRefusal for what the service refuses."""

    def __init__(self, topics: Topics, faults: FaultSwitches) -> None:
        self._topics = topics
        self._faults = faults
        self.methods = {
            "CreateTopic": (self.create_topic, Topic),
            "GetTopic": (self.get_topic, GetTopicRequest),
            "ListTopics": (self.list_topics, ListTopicsRequest),
            "DeleteTopic": (self.delete_topic, DeleteTopicRequest),
            "Publish": (self.publish, PublishRequest),
        }

    async def create_topic(self, request: Pb) -> Pb:
        """The topic as created."""
        return self._topics.create(request)

    async def get_topic(self, request: Pb) -> Pb:
        """The topic."""
        return self._topics.get(request.topic)

    async def list_topics(self, request: Pb) -> Pb:
        """All topics of the project, on one page."""
        return ListTopicsResponse(topics=self._topics.of_project(request.project))

    async def delete_topic(self, request: Pb) -> Pb:
        """Nothing."""
        self._topics.delete(request.topic)
        return Empty()

    async def publish(self, request: Pb) -> Pb:
        """Ids of the messages, all of which are published, or none."""
        stall = self._strikes(TopicStall, request)
        error = self._strikes(TopicError, request)
        if stall is not None and not stall.after:
            await asyncio.sleep(stall.seconds)
        if error is not None and not error.after:
            raise _refusal(error)
        check_publish(request)
        ids = self._topics.publish(request.topic, request.messages)
        if stall is not None and stall.after:
            await asyncio.sleep(stall.seconds)
        if error is not None:
            raise _refusal(error)
        return PublishResponse(message_ids=ids)

    def _strikes(self, kind: type[FaultT], request: Pb) -> FaultT | None:
        if not self._faults.is_set(kind):
            return None
        found = (self._faults.take(kind, name) for name in _names(request))
        return next((fault for fault in found if fault is not None), None)


def _names(request: Pb) -> Iterator[str]:
    for message in request.messages:
        yield message.ordering_key
        yield from message.attributes.values()


def _refusal(error: TopicError) -> PubsubRefusal:
    status = grpc.StatusCode[error.status]
    return PubsubRefusal(status, "A fault that was asked for.")
