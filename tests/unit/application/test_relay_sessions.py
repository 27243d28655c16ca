"""Relays that come, go, hang and lose their session: who publishes what, and who does not."""

import asyncio
import time
import uuid

import pytest

from catalog.application.ports import PublishError
from tests.support.waiting import until
from tests.unit.application.relay_world import RelayWorld


@pytest.fixture
def world() -> RelayWorld:
    return RelayWorld()


def shares(world: RelayWorld) -> list[int]:
    return sorted(len(session.held) for session in world.sessions.live)


@pytest.fixture
def hanging(world: RelayWorld) -> asyncio.Event:
    """Let every publish hang until the event is set."""
    go = asyncio.Event()

    async def wait(_: object) -> None:
        await go.wait()

    world.topic.before = wait
    return go


async def test_relays_share_the_shards_as_they_come_and_go(world: RelayWorld) -> None:
    async with world.running():
        await until(lambda: shares(world) == [64])
        async with world.running():
            await until(lambda: shares(world) == [32, 32])
            async with world.running(world.relay(), world.relay()):
                await until(lambda: shares(world) == [16, 16, 16, 16])
            await until(lambda: shares(world) == [32, 32])
        await until(lambda: shares(world) == [64])


async def test_a_relay_among_more_than_there_are_shards_has_none_or_one(
    world: RelayWorld,
) -> None:
    relays = [world.relay(max_in_flight=1) for _ in range(70)]
    async with world.running(*relays):
        await until(lambda: len(world.sessions.live) == 70 and sum(shares(world)) == 64)
        await until(lambda: shares(world) == [0] * 6 + [1] * 64)


async def test_a_shard_is_given_up_only_when_nothing_of_it_is_under_way(
    world: RelayWorld, hanging: asyncio.Event
) -> None:
    for shard in range(64):
        await world.announce(uuid.UUID(int=(uuid.uuid4().int >> 8 << 8) + shard))
    async with world.running():
        await until(lambda: len(world.topic.under_way) == 64)
        async with world.running():
            await until(lambda: len(world.sessions.live) == 2)
            await asyncio.sleep(0.1)  # many heartbeats long: what must not happen has no event
            assert shares(world) == [0, 64]
            hanging.set()
            await until(lambda: shares(world) == [32, 32])
    assert len(world.topic.arrived) == 64


async def test_a_lost_session_stops_publishing_at_once_and_another_one_goes_on(
    world: RelayWorld, hanging: asyncio.Event
) -> None:
    aggregate = uuid.uuid4()
    await world.announce(aggregate, count=2)
    async with world.running():
        await until(lambda: world.topic.under_way)
        [session] = world.sessions.live
        world.sessions.cut(session)
        await until(lambda: world.topic.cancelled == 1)
        hanging.set()
        await world.settled()
        assert world.sessions.live != [session]
    assert world.topic.versions(aggregate) == [1, 2]
    assert world.told.said.count("relay_session_lost") == 1


async def test_a_relay_without_a_session_tries_again_until_there_is_one(
    world: RelayWorld,
) -> None:
    world.sessions.available = False
    await world.announce(uuid.uuid4())
    relay = world.relay()
    async with world.running(relay):
        await until(lambda: world.told.said.count("relay_session_lost") > 3)
        assert not relay.health.healthy(time.monotonic())
        world.sessions.available = True
        await world.settled()
        await until(lambda: relay.health.healthy(time.monotonic()))
        assert not relay.health.healthy(time.monotonic() + 60)


async def test_nothing_is_published_while_it_is_not_certain_that_the_locks_are_held(
    world: RelayWorld,
) -> None:
    async with world.running():
        await until(lambda: shares(world) == [64])
        [session] = world.sessions.live
        session.uncertain = True
        await world.announce(uuid.uuid4())
        await asyncio.sleep(0.1)  # many looks long: what must not happen has no event
        assert world.topic.arrived == []
        session.uncertain = False
        await world.settled()


async def test_locks_that_are_not_those_we_know_of_end_the_session(world: RelayWorld) -> None:
    async with world.running():
        await until(lambda: shares(world) == [64])
        [session] = world.sessions.live
        session.held.discard(5)
        await until(lambda: "relay_session_lost" in world.told.said)
        await until(lambda: shares(world) == [64])


async def test_a_stop_finishes_what_is_under_way_and_begins_nothing_more(
    world: RelayWorld, hanging: asyncio.Event
) -> None:
    for _ in range(10):
        await world.announce(uuid.uuid4())
    async with world.running(world.relay(max_in_flight=3)) as stop:
        await until(lambda: len(world.topic.under_way) == 3)
        stop.set()
        await world.announce(uuid.uuid4())
        await asyncio.sleep(0.02)  # a few looks long
        hanging.set()
    assert len(world.topic.arrived) == 3
    states = await world.states()
    assert (states.count("published"), states.count("waiting")) == (3, 8)
    assert world.sessions.live == []


async def test_a_stop_does_not_wait_for_ever(world: RelayWorld, hanging: asyncio.Event) -> None:
    await world.announce(uuid.uuid4())
    async with world.running(world.relay(drain=0.02)) as stop:
        await until(lambda: world.topic.under_way)
        stop.set()
    assert "relay_drain_cut_short" in world.told.said
    assert await world.states() == ["waiting"]
    assert world.topic.cancelled == 1


async def test_failures_under_way_at_a_stop_are_recorded(world: RelayWorld) -> None:
    go = asyncio.Event()

    async def refuse(_: object) -> None:
        await go.wait()
        raise PublishError("INTERNAL")

    world.topic.before = refuse
    await world.announce(uuid.uuid4())
    async with world.running() as stop:
        await until(lambda: world.topic.under_way)
        stop.set()
        go.set()
    async with world.store.autocommit() as statements:
        [entry] = await statements.outbox.page("waiting", 0, 10)
    assert (entry.attempts, entry.last_error) == (1, "INTERNAL")
