"""What reaches the topic, and in which order, when everything works and when events do not."""

import asyncio
import uuid
from collections.abc import Sequence

import pytest

from catalog.application.ports import PublishError
from catalog.application.records import OutboxRecord
from tests.support.waiting import until
from tests.unit.application.relay_world import RelayWorld


@pytest.fixture
def world() -> RelayWorld:
    return RelayWorld()


def aggregates(count: int) -> list[uuid.UUID]:
    return [uuid.uuid4() for _ in range(count)]


def refusing(*poison: uuid.UUID, version: int = 1) -> "Refusal":
    return Refusal(set(poison), version)


class Refusal:
    """Refuses batches with one version of certain aggregates in them."""

    def __init__(self, poison: set[uuid.UUID], version: int) -> None:
        self.poison = poison
        self.version = version
        self.tries = 0

    async def __call__(self, events: Sequence[OutboxRecord]) -> None:
        await asyncio.sleep(0)
        versions = {int(event.headers["version"]) for event in events}
        if events[0].aggregate_id in self.poison and self.version in versions:
            self.tries += 1
            raise PublishError("INVALID_ARGUMENT")


async def test_everything_arrives_once_and_in_order(world: RelayWorld) -> None:
    several = aggregates(20)
    for aggregate in several:
        await world.announce(aggregate, count=3)
    async with world.running():
        await world.settled()
        for aggregate in several:
            await world.announce(aggregate, count=2, start=4)
        await world.settled()
    assert [world.topic.versions(each) for each in several] == [[1, 2, 3, 4, 5]] * 20


async def test_events_of_an_aggregate_go_together_up_to_a_limit(world: RelayWorld) -> None:
    await world.announce(aggregates(1)[0], count=7)
    async with world.running(world.relay(batch_size=3)):
        await world.settled()
    assert world.topic.batches == [3, 3, 1]


async def test_aggregates_are_published_side_by_side_up_to_a_limit(world: RelayWorld) -> None:
    for aggregate in aggregates(12):
        await world.announce(aggregate)
    go = asyncio.Event()

    async def wait(_: object) -> None:
        await go.wait()

    world.topic.before = wait
    async with world.running(world.relay(max_in_flight=5)):
        await until(lambda: len(world.topic.under_way) == 5)
        go.set()
        await world.settled()
    assert world.topic.most_at_once == 5


async def test_a_slow_aggregate_does_not_hold_up_the_others(world: RelayWorld) -> None:
    slow, *others = aggregates(6)
    go = asyncio.Event()

    async def wait(events: Sequence[OutboxRecord]) -> None:
        if events[0].aggregate_id == slow:
            await go.wait()

    world.topic.before = wait
    await world.announce(slow, count=2)
    async with world.running(world.relay(batch_size=1)):
        await until(lambda: slow in world.topic.under_way)
        for aggregate in others:
            await world.announce(aggregate)
        await until(lambda: len(world.topic.arrived) == 5)
        go.set()
        await world.settled()
    assert world.topic.versions(slow) == [1, 2]


async def test_a_bad_event_is_parked_with_its_reason_and_holds_back_its_own_alone(
    world: RelayWorld,
) -> None:
    bad, *others = aggregates(8)
    world.topic.before = refusal = refusing(bad, version=3)
    await world.announce(bad, count=5)
    for aggregate in others:
        await world.announce(aggregate, count=2)
    async with world.running():
        await until(lambda: "outbox_event_parked" in world.told.said)
        await until(lambda: len(world.topic.arrived) == 2 + 14)
    # The two before it went out, once it was known that it is not their fault.
    assert world.topic.versions(bad) == [1, 2]
    assert (await world.states()).count("waiting") == 2
    async with world.store.autocommit() as statements:
        [parked] = await statements.outbox.page("parked", 0, 10)
    assert (parked.last_error, parked.attempts) == ("INVALID_ARGUMENT", 4)
    assert refusal.tries >= 4


@pytest.mark.parametrize("decision", ["redrive", "skip"])
async def test_an_operator_releases_what_a_parked_event_held_back(
    world: RelayWorld, decision: str
) -> None:
    [bad] = aggregates(1)
    world.topic.before = refusal = refusing(bad)
    await world.announce(bad, count=3)
    async with world.running():
        await until(lambda: "outbox_event_parked" in world.told.said)
        refusal.poison.clear()
        async with world.store.autocommit() as statements:
            [parked] = await statements.outbox.page("parked", 0, 10)
            event_id = parked.record.event_id
            assert await getattr(statements.outbox, decision)(event_id)
        await world.settled()
    assert world.topic.versions(bad) == ([1, 2, 3] if decision == "redrive" else [2, 3])


async def test_later_events_wait_while_an_earlier_one_waits_for_its_next_attempt(
    world: RelayWorld,
) -> None:
    [late] = aggregates(1)
    world.topic.before = refusal = refusing(late)
    await world.announce(late, count=1)
    async with world.running(world.relay(max_attempts=1_000)):
        for version in range(2, 30):
            await world.announce(late, start=version)
            await asyncio.sleep(0)
        await until(lambda: refusal.tries > 8)
        assert world.topic.arrived == []
        refusal.poison.clear()
        await world.settled()
    assert world.topic.versions(late) == list(range(1, 30))


async def test_a_topic_that_is_down_parks_nothing_and_all_arrives_in_order_after(
    world: RelayWorld,
) -> None:
    several = aggregates(30)
    tries = 0

    async def down(_: object) -> None:
        nonlocal tries
        tries += 1
        raise PublishError("UNAVAILABLE")

    world.topic.before = down
    for aggregate in several:
        await world.announce(aggregate, count=3)
    async with world.running(world.relay(max_attempts=2)):
        await until(lambda: "relay_topic_down" in world.told.said)
        seen = tries
        await until(lambda: tries > seen + 20)
        assert set(await world.states()) == {"waiting"}
        world.topic.before = None
        await world.settled()
    assert [world.topic.versions(each) for each in several] == [[1, 2, 3]] * 30
    assert world.told.said.count("relay_topic_up") == 1


@pytest.mark.parametrize(
    ("fault", "reason"), [(ValueError("secret"), "ValueError"), (None, "DEADLINE_EXCEEDED")]
)
async def test_a_publisher_that_breaks_its_word_counts_as_a_failure(
    world: RelayWorld, fault: Exception | None, reason: str
) -> None:
    async def broken(_: object) -> None:
        if fault is not None:
            raise fault
        await asyncio.Event().wait()

    world.topic.before = broken
    await world.announce(aggregates(1)[0])
    async with world.running(world.relay(publish_timeout=0.01, max_attempts=2)):
        await world.settled()
    async with world.store.autocommit() as statements:
        [parked] = await statements.outbox.page("parked", 0, 10)
    assert parked.last_error == reason
