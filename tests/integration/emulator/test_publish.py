"""google.pubsub.v1.Publisher, called by Google's client."""

import base64

import httpx
import pytest
from google.api_core import exceptions
from google.pubsub_v1 import PubsubMessage, Topic

from catalog.emulator import Emulator
from catalog.emulator.topic_faults import TopicError, TopicStall
from tests.integration.emulator.topics import PubsubClients
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_events_topic_is_there_from_the_start(
    emulator: Emulator, pubsub: PubsubClients
) -> None:
    topic = await pubsub.publisher.get_topic(topic=emulator.settings.events_topic_path)
    assert topic.name == "projects/catalog-local/topics/video-events"


async def test_topics_come_and_go(emulator: Emulator, pubsub: PubsubClients) -> None:
    name = await pubsub.topic()
    pages = await pubsub.publisher.list_topics(project="projects/catalog-local")
    assert name in [topic.name async for topic in pages]
    with pytest.raises(exceptions.AlreadyExists):
        await pubsub.publisher.create_topic(request=Topic(name=name))
    await pubsub.publisher.delete_topic(topic=name)
    with pytest.raises(exceptions.NotFound, match="resource=t-"):
        await pubsub.publish(name, "x")


async def test_messages_are_numbered_and_kept_in_the_order_they_came(
    emulator: Emulator, pubsub: PubsubClients
) -> None:
    topic = await pubsub.topic()
    ids = await pubsub.publish(topic, "one", "two", key="k", colour="red")
    ids += await pubsub.publish(topic, "three")
    assert len(set(ids)) == 3
    kept = [each for each in emulator.published if each.topic == topic]
    assert [(each.message_id, each.data, each.ordering_key) for each in kept] == [
        (ids[0], b"one", "k"), (ids[1], b"two", "k"), (ids[2], b"three", ""),
    ]  # fmt: skip
    assert kept[0].attributes == {"colour": "red"}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"data": b"x", "attributes": {"goog": "reserved"}},
        {"data": b"x", "attributes": {"a": "b" * 1025}},
        {"data": b"x", "attributes": {str(n): "" for n in range(101)}},
        {"data": b"x", "ordering_key": "k" * 1025},
        {"data": b"x" * 10_000_001},
    ],
)
async def test_messages_that_pubsub_refuses_are_refused(
    pubsub: PubsubClients, message: dict[str, object]
) -> None:
    """[pubsub-quotas] the limits."""
    topic = await pubsub.topic()
    with pytest.raises(exceptions.InvalidArgument):
        await pubsub.publisher.publish(topic=topic, messages=[PubsubMessage(message)])


async def test_one_request_has_one_ordering_key(emulator: Emulator, pubsub: PubsubClients) -> None:
    """[pubsub-message]; the status and the words are those seen on the service."""
    topic = await pubsub.topic()
    messages = [PubsubMessage(data=b"x", ordering_key=key) for key in ("a", "b")]
    with pytest.raises(exceptions.FailedPrecondition, match="same ordering key"):
        await pubsub.publisher.publish(topic=topic, messages=messages)
    assert [each for each in emulator.published if each.topic == topic] == []


async def test_the_record_can_be_read_and_emptied_over_http(
    emulator: Emulator, pubsub: PubsubClients, http: httpx.AsyncClient
) -> None:
    topic = await pubsub.topic()
    [message_id] = await pubsub.publish(topic, "one", key="k", colour="red")
    url = f"{emulator.url}/_emulator/published"
    [kept] = [each for each in (await http.get(url)).json() if each["topic"] == topic]
    assert kept.pop("publishTime") == kept.pop("publish_time")
    assert kept == {
        "topic": topic,
        "messageId": message_id,
        "message_id": message_id,
        "orderingKey": "k",
        "attributes": {"colour": "red"},
        "data": base64.b64encode(b"one").decode(),
    }
    assert (await http.delete(url)).status_code == 204
    assert (await http.get(url)).json() == []


@pytest.mark.parametrize("after", [False, True])
async def test_a_publish_error_strikes_before_or_after_the_messages_are_accepted(
    emulator: Emulator, pubsub: PubsubClients, after: bool
) -> None:
    topic = await pubsub.topic()
    emulator.faults.set(TopicError(status="RESOURCE_EXHAUSTED", after=after, times=1))
    with pytest.raises(exceptions.ResourceExhausted):
        await pubsub.publish(topic, "x")
    assert len([each for each in emulator.published if each.topic == topic]) == after
    await pubsub.publish(topic, "y")


async def test_faults_pick_messages_by_ordering_key_or_attribute_value(
    emulator: Emulator, pubsub: PubsubClients
) -> None:
    topic = await pubsub.topic()
    emulator.faults.set(TopicError(object="poison*"))
    await pubsub.publish(topic, "x", key="fine", event_id="fine")
    for picked in ({"key": "poison-1"}, {"key": "fine", "event_id": "poison-2"}):
        with pytest.raises(exceptions.ServiceUnavailable):
            await pubsub.publish(topic, "x", **picked)


async def test_who_gives_up_on_a_stalled_request_has_published_nothing(
    emulator: Emulator, pubsub: PubsubClients
) -> None:
    topic = await pubsub.topic()
    emulator.faults.set(TopicStall(seconds=600, times=1))
    with pytest.raises(exceptions.DeadlineExceeded):
        await pubsub.publisher.publish(
            topic=topic, messages=[PubsubMessage(data=b"x")], retry=None, timeout=0.2
        )
    await pubsub.publish(topic, "y")
    assert [each.data for each in emulator.published if each.topic == topic] == [b"y"]


async def test_an_answer_that_comes_too_late_leaves_the_message_published(
    emulator: Emulator, pubsub: PubsubClients
) -> None:
    topic = await pubsub.topic()
    emulator.faults.set(TopicStall(seconds=600, times=1, after=True))
    with pytest.raises(exceptions.DeadlineExceeded):
        await pubsub.publisher.publish(
            topic=topic, messages=[PubsubMessage(data=b"x")], retry=None, timeout=0.5
        )
    await until(lambda: any(each.topic == topic for each in emulator.published))
