"""Pull subscriptions: leases, acknowledgement, order."""

import pytest
from google.api_core import exceptions

from tests.integration.emulator.topics import PubsubClients

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_is_leased_until_it_is_acknowledged(pubsub: PubsubClients) -> None:
    topic = await pubsub.topic()
    name = await pubsub.subscription(topic)
    [message_id] = await pubsub.publish(topic, "x", colour="red")
    [(ack_id, message)] = await pubsub.pull(name)
    assert (message.message_id, message.data) == (message_id, b"x")
    assert dict(message.attributes) == {"colour": "red"}
    await pubsub.subscriber.modify_ack_deadline(
        subscription=name, ack_ids=[ack_id], ack_deadline_seconds=0
    )
    [(again, redelivered)] = await pubsub.pull(name)
    assert redelivered.message_id == message_id
    await pubsub.subscriber.acknowledge(subscription=name, ack_ids=[again])
    await pubsub.publish(topic, "y")
    assert [message.data for _, message in await pubsub.pull(name)] == [b"y"]


async def test_with_ordering_one_message_of_a_key_is_out(pubsub: PubsubClients) -> None:
    topic = await pubsub.topic()
    name = await pubsub.subscription(topic)
    await pubsub.publish(topic, "a1", "a2", key="a")
    await pubsub.publish(topic, "b1", key="b")
    first = await pubsub.pull(name)
    assert [message.data for _, message in first] == [b"a1", b"b1"]
    await pubsub.subscriber.acknowledge(subscription=name, ack_ids=[first[0][0]])
    assert [message.data for _, message in await pubsub.pull(name)] == [b"a2"]


async def test_without_ordering_all_come_at_once_up_to_the_limit(pubsub: PubsubClients) -> None:
    topic = await pubsub.topic()
    name = await pubsub.subscription(topic, ordered=False)
    await pubsub.publish(topic, "a1", "a2", "a3", key="a")
    assert len(await pubsub.pull(name, limit=2)) == 2
    assert len(await pubsub.pull(name)) == 1


async def test_a_subscription_is_shown_as_it_was_made_and_ends_when_deleted(
    pubsub: PubsubClients,
) -> None:
    topic = await pubsub.topic()
    name = await pubsub.subscription(topic)
    shown = await pubsub.subscriber.get_subscription(subscription=name)
    assert (shown.topic, shown.ack_deadline_seconds) == (topic, 10)
    assert shown.enable_message_ordering
    await pubsub.subscriber.delete_subscription(subscription=name)
    with pytest.raises(exceptions.NotFound):
        await pubsub.pull(name)


async def test_a_push_subscription_cannot_be_pulled(pubsub: PubsubClients) -> None:
    topic = await pubsub.topic()
    name = await pubsub.subscription(topic, "http://127.0.0.1:9/nowhere")
    with pytest.raises(exceptions.FailedPrecondition):
        await pubsub.pull(name)
    await pubsub.subscriber.delete_subscription(subscription=name)
