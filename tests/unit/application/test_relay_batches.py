"""Which events go together, and what is on its way."""

import asyncio
import random
import uuid
from dataclasses import replace

from catalog.application.outbox_records import QueuedEvent
from catalog.application.relay_batches import Batch, Desk, batched, lowest_ids
from catalog.application.relay_pace import Pace
from catalog.application.relay_shards import fair_share
from tests.support.outbox import an_outbox_record


def events_of(aggregate: uuid.UUID, *ids: int, attempts: int = 0) -> list[QueuedEvent]:
    record = an_outbox_record(aggregate)
    return [QueuedEvent(number, aggregate.int % 64, attempts, record) for number in ids]


def ids(batches: list[Batch]) -> list[list[int]]:
    return sorted([event.id for event in batch.events] for batch in batches)


def test_a_batch_is_of_one_aggregate_in_the_order_of_the_ids() -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    events = [*events_of(one, 1, 4, 5), *events_of(two, 2, 3)]
    random.shuffle(events)
    assert ids(batched(events, 10)) == [[1, 4, 5], [2, 3]]
    assert ids(batched(events, 2)) == [[1, 4], [2, 3]]


def test_an_event_that_failed_before_goes_alone() -> None:
    aggregate = uuid.uuid4()
    failed = events_of(aggregate, 1, attempts=1)
    assert ids(batched([*failed, *events_of(aggregate, 2, 3)], 10)) == [[1]]


def test_the_lowest_id_of_each_shard_is_known() -> None:
    [first] = events_of(uuid.uuid4(), 7)
    events = [replace(first, id=n, shard=shard) for n, shard in ((5, 1), (3, 1), (9, 2))]
    assert lowest_ids(events) == {1: 3, 2: 9}


async def test_a_batch_is_on_its_way_until_its_outcome_is_recorded() -> None:
    desk = Desk(room=2)
    [batch] = batched(events_of(uuid.uuid4(), 3, 4), 10)
    desk.put([batch])
    assert (desk.events, desk.aggregates) == (2, (batch.aggregate_id,))
    assert (desk.has(batch.shard), desk.lowest_ids()) == (True, {batch.shard: 3})
    assert await desk.next() is batch
    assert desk.begin(batch)
    desk.finish(batch)
    await desk.emptied()
    assert (desk.events, desk.aggregates, desk.has(batch.shard)) == (0, (), False)


async def test_what_is_dropped_before_it_began_is_not_published() -> None:
    desk = Desk(room=10)
    begun, waiting = batched([*events_of(uuid.uuid4(), 1), *events_of(uuid.uuid4(), 2)], 10)
    desk.put([begun, waiting])
    assert desk.begin(await desk.next())
    desk.drop(lambda _: True)
    assert desk.aggregates == (begun.aggregate_id,)
    assert not desk.begin(await desk.next())


async def test_a_batch_that_was_dropped_and_chosen_again_goes_once() -> None:
    desk, aggregate = Desk(room=10), uuid.uuid4()
    desk.put(batched(events_of(aggregate, 1), 10))
    desk.drop(lambda _: True)
    desk.put(batched(events_of(aggregate, 1), 10))
    assert [desk.begin(await desk.next()) for _ in range(2)] == [False, True]


async def test_there_is_room_until_there_are_more_events_than_that() -> None:
    desk = Desk(room=2)
    full, more = batched([*events_of(uuid.uuid4(), 1, 2), *events_of(uuid.uuid4(), 3)], 10)
    desk.put([full])
    await desk.has_room()
    desk.put([more])
    waiting = asyncio.create_task(desk.has_room())
    await asyncio.sleep(0)
    assert not waiting.done()
    desk.finish(more)
    await waiting


def test_rests_are_short_while_there_is_work_and_grow_while_there_is_none() -> None:
    pace = Pace(0.05, 1)
    assert pace.rest(3, 9) == 0.05
    rests = [pace.rest(0, 9) for _ in range(10)]
    assert rests == sorted(rests)
    assert (rests[0], rests[-1]) == (0.05 * 1.5, 1)
    assert pace.rest(0, 0.2) == 0.2
    assert pace.rest(0, -3) == 0
    assert pace.rest(1, 9) == 0.05


def test_fair_shares_cover_all_shards_and_are_as_small_as_possible() -> None:
    for relays in range(1, 80):
        share = fair_share(relays)
        assert share * relays >= 64
        assert (share - 1) * relays < 64
    assert fair_share(0) == 64
