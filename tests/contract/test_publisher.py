"""The topic that events go to."""

import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from catalog.adapters.memory.publisher import MemoryPublisher
from catalog.adapters.pubsub.publisher import PubsubPublisher
from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from catalog.emulator import Emulator
from catalog.emulator.topic_faults import TopicError
from tests.support.outbox import an_outbox_record, records_of_one

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as a subscriber sees it."""

    key: str
    payload: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    publisher: MemoryPublisher | PubsubPublisher
    messages: Callable[[], list[Seen]]
    fail: Callable[[], None]
    """Refuse everything with PERMISSION_DENIED from now on."""
    recover: Callable[[], None]

    def seen(self, events: Sequence[OutboxRecord]) -> list[Seen]:
        """What is there of these events' aggregates."""
        keys = {str(event.aggregate_id) for event in events}
        return [message for message in self.messages() if message.key in keys]


def in_memory() -> Topic:
    publisher = MemoryPublisher()

    def messages() -> list[Seen]:
        return [
            Seen(str(each.aggregate_id), each.payload, dict(each.headers))
            for each in publisher.published
        ]

    def say(fault: str | None) -> None:
        publisher.fault = fault

    return Topic(publisher, messages, lambda: say("PERMISSION_DENIED"), lambda: say(None))


def over(emulator: Emulator) -> Topic:
    publisher = PubsubPublisher(
        emulator.settings.events_topic_path, emulator=emulator.pubsub_target, deadline_seconds=20
    )

    def messages() -> list[Seen]:
        return [
            Seen(each.ordering_key, each.data, dict(each.attributes)) for each in emulator.published
        ]

    refusal = TopicError(status="PERMISSION_DENIED")
    return Topic(publisher, messages, lambda: emulator.faults.set(refusal), emulator.faults.clear)


@pytest_asyncio.fixture(params=["memory", "pubsub"], loop_scope="session")
async def topic(request: pytest.FixtureRequest, emulator: Emulator) -> AsyncIterator[Topic]:
    made = in_memory() if request.param == "memory" else over(emulator)
    yield made
    emulator.faults.clear()
    await made.publisher.aclose()


async def test_events_arrive_as_they_are_under_the_aggregates_id_and_in_order(
    topic: Topic,
) -> None:
    events = records_of_one(3)
    await topic.publisher.publish(events[:2])
    await topic.publisher.publish(events[2:])
    assert topic.seen(events) == [
        Seen(str(event.aggregate_id), event.payload, dict(event.headers)) for event in events
    ]


async def test_an_event_may_be_published_again(topic: Topic) -> None:
    event = an_outbox_record()
    await topic.publisher.publish([event])
    await topic.publisher.publish([event])
    assert [each.headers["event_id"] for each in topic.seen([event])] == [str(event.event_id)] * 2


async def test_to_publish_nothing_is_done_at_once(topic: Topic) -> None:
    topic.fail()
    await topic.publisher.publish([])


async def test_events_of_several_aggregates_are_refused_as_a_whole(topic: Topic) -> None:
    events = [an_outbox_record(uuid.uuid4()), an_outbox_record(uuid.uuid4())]
    with pytest.raises(ValueError, match="aggregates"):
        await topic.publisher.publish(events)
    assert topic.seen(events) == []


async def test_a_refusal_gives_its_reason_and_nothing_else_and_publishes_nothing(
    topic: Topic,
) -> None:
    event = an_outbox_record()
    topic.fail()
    with pytest.raises(PublishError) as caught:
        await topic.publisher.publish([event])
    assert caught.value.reason == str(caught.value) == "PERMISSION_DENIED"
    assert topic.seen([event]) == []
    topic.recover()
    await topic.publisher.publish([event])
    assert len(topic.seen([event])) == 1


async def test_a_closed_publisher_says_so(topic: Topic) -> None:
    await topic.publisher.aclose()
    await topic.publisher.aclose()
    with pytest.raises(PublishError, match="CLOSED"):
        await topic.publisher.publish([an_outbox_record()])
