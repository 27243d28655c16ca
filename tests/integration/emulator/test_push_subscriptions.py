"""Push subscriptions to topics: order, redelivery, token."""

import httpx
import pytest
from google.api_core import exceptions
from google.auth import jwt
from google.pubsub_v1 import PushConfig

from catalog.emulator import Emulator
from tests.integration.emulator.receiver import Receiver, receiving
from tests.integration.emulator.topics import PubsubClients

pytestmark = pytest.mark.asyncio(loop_scope="session")


def data_of(receiver: Receiver) -> list[str]:
    return [push.data.decode() for push in receiver.pushes]


async def test_messages_are_pushed_as_the_service_wraps_them(pubsub: PubsubClients) -> None:
    """[push-docs] the wrapped body, here with an ordering key."""
    topic = await pubsub.topic()
    async with receiving() as receiver:
        subscription = await pubsub.subscription(topic, receiver.url)
        [message_id] = await pubsub.publish(topic, "hello", key="k", colour="red")
        [push] = await receiver.wait_for(1)
        await pubsub.subscriber.delete_subscription(subscription=subscription)
    assert push.envelope["subscription"] == subscription
    assert push.data == b"hello"
    assert push.message["orderingKey"] == "k"
    assert push.message["messageId"] == message_id
    assert push.message["attributes"] == {"colour": "red"}


async def test_the_next_message_of_a_key_waits_for_the_one_before_it(
    pubsub: PubsubClients,
) -> None:
    """[pubsub-ordering] within a key; other keys flow."""
    topic = await pubsub.topic()
    async with receiving() as receiver:
        receiver.answers = [503, 503]
        await pubsub.subscription(topic, receiver.url)
        await pubsub.publish(topic, "a1", "a2", "a3", key="a")
        await receiver.wait_for(5)
        assert data_of(receiver) == ["a1", "a1", "a1", "a2", "a3"]
        receiver.answers = [None]
        await pubsub.publish(topic, "a4", "a5", key="a")
        await receiver.wait_for(6)
        await pubsub.publish(topic, "b1", "b2", key="b")
        await receiver.wait_for(8)
    assert data_of(receiver)[5:] == ["a4", "b1", "b2"]


async def test_without_ordering_one_message_holds_up_no_other(pubsub: PubsubClients) -> None:
    topic = await pubsub.topic()
    async with receiving() as receiver:
        receiver.answers = [None]
        await pubsub.subscription(topic, receiver.url, ordered=False)
        await pubsub.publish(topic, "a1", "a2", "a3", key="a")
        await receiver.wait_for(3)
    assert sorted(data_of(receiver)) == ["a1", "a2", "a3"]


async def test_every_subscription_gets_what_is_published_while_it_exists(
    pubsub: PubsubClients,
) -> None:
    topic = await pubsub.topic()
    async with receiving() as one, receiving() as other:
        await pubsub.publish(topic, "before")
        first = await pubsub.subscription(topic, one.url)
        await pubsub.subscription(topic, other.url)
        await pubsub.publish(topic, "both", key="k")
        await one.wait_for(1)
        await other.wait_for(1)
        await pubsub.subscriber.delete_subscription(subscription=first)
        await pubsub.publish(topic, "other", key="k")
        await other.wait_for(2)
    assert (data_of(one), data_of(other)) == (["both"], ["both", "other"])


async def test_pushes_carry_the_token_that_the_subscription_asks_for(
    emulator: Emulator, pubsub: PubsubClients, http: httpx.AsyncClient
) -> None:
    """[pubsub-discovery] account and audience of the OIDC token; the URL is the default."""
    topic = await pubsub.topic()
    certs = (await http.get(emulator.certs_url)).json()
    wishes = [{"audience": "https://events.test"}, {}]
    for wish in wishes:
        async with receiving() as receiver:
            token = {"service_account_email": "events@test.example", **wish}
            push = PushConfig(push_endpoint=receiver.url, oidc_token=token)
            name = await pubsub.subscription(topic, push_config=push)
            await pubsub.publish(topic, "x")
            [arrived] = await receiver.wait_for(1)
            await pubsub.subscriber.delete_subscription(subscription=name)
        claims = jwt.decode(arrived.token, certs=certs)  # type: ignore[no-untyped-call]  # untyped
        assert claims["email"] == "events@test.example"
        assert claims["aud"] == wish.get("audience", receiver.url)


async def test_without_an_oidc_token_pushes_carry_none(pubsub: PubsubClients) -> None:
    """[push-docs]."""
    topic = await pubsub.topic()
    async with receiving() as receiver:
        await pubsub.subscription(topic, receiver.url)
        await pubsub.publish(topic, "x")
        [push] = await receiver.wait_for(1)
    assert "authorization" not in push.headers


async def test_a_subscription_that_would_not_be_served_as_asked_is_refused(
    pubsub: PubsubClients,
) -> None:
    topic = await pubsub.topic()
    with pytest.raises(exceptions.MethodNotImplemented, match="filter"):
        await pubsub.subscription(topic, filter='attributes.colour = "red"')
    with pytest.raises(exceptions.InvalidArgument, match="deadline"):
        await pubsub.subscription(topic, ack_deadline_seconds=5)
    with pytest.raises(exceptions.InvalidArgument, match="URL"):
        await pubsub.subscription(topic, "ftp://example.test")
    with pytest.raises(exceptions.NotFound):
        await pubsub.subscription(f"{topic}x")
