"""A relay's session: which events it may have, what it records, and what becomes of its locks."""

import asyncio

from catalog.application.outbox_records import SHARDS
from tests.contract.relays import EVERYWHERE, Relays, a_setback, chosen, relays
from tests.support.outbox import an_outbox_record, records_of_one

__all__ = ["relays"]


async def test_events_come_whole_and_in_the_order_of_their_ids(relays: Relays) -> None:
    entries = await relays.announced(*records_of_one(3))
    async with relays.sessions.open() as session:
        found = await session.choose(EVERYWHERE, (), 100)
    assert [event.record for event in found] == [entry.record for entry in entries]
    assert [(event.id, event.attempts) for event in found] == [(entry.id, 0) for entry in entries]
    shard = entries[0].record.aggregate_id.int % 64
    assert {event.shard for event in found} == {shard}


async def test_only_the_shards_asked_for_are_looked_at(relays: Relays) -> None:
    records = [an_outbox_record() for _ in range(8)]
    entries = await relays.announced(*records)
    async with relays.sessions.open() as session:
        for entry in entries:
            shard = entry.record.aggregate_id.int % 64
            assert entry.id in await chosen(session, {shard: 0})
            assert entry.id not in await chosen(session, dict.fromkeys(SHARDS - {shard}, 0))
        assert await chosen(session, {}) == []


async def test_a_look_brings_the_first_events_of_each_shard(relays: Relays) -> None:
    first, second = records_of_one(5), records_of_one(5)
    entries = await relays.announced(*first, *second)
    async with relays.sessions.open() as session:
        found = await chosen(session, per_shard=2)
    same_shard = first[0].aggregate_id.int % 64 == second[0].aggregate_id.int % 64
    wanted = [0, 1] if same_shard else [0, 1, 5, 6]
    assert found == [entries[index].id for index in wanted]


async def test_what_is_published_is_not_found_again(relays: Relays) -> None:
    one, two, three = await relays.announced(*records_of_one(3))
    async with relays.sessions.open() as session:
        await session.mark_published([one.id, two.id])
        assert await chosen(session) == [three.id]
    assert (await relays.entry(one.record)).state == "published"


async def test_an_event_was_published_when_it_was_published_first(relays: Relays) -> None:
    [event] = await relays.announced(an_outbox_record())
    async with relays.sessions.open() as session:
        await session.mark_published([event.id])
        first = await relays.entry(event.record)
        await session.mark_published([event.id])
    assert await relays.entry(event.record) == first


async def test_a_busy_aggregate_is_passed_over(relays: Relays) -> None:
    busy, other = an_outbox_record(), an_outbox_record()
    _, entry = await relays.announced(busy, other)
    async with relays.sessions.open() as session:
        assert await chosen(session, busy=[busy.aggregate_id]) == [entry.id]


async def test_an_event_that_waits_holds_back_its_aggregate_alone(relays: Relays) -> None:
    records = records_of_one(3)
    first, second, _ = await relays.announced(*records)
    [other] = await relays.announced(an_outbox_record())
    async with relays.sessions.open() as session:
        await session.mark_published([first.id])
        await session.postpone([a_setback(second, attempts=3)])
        assert await chosen(session) == [other.id]
    seen = await relays.entry(second.record)
    assert (seen.state, seen.attempts, seen.last_error) == ("waiting", 3, "UNAVAILABLE")
    assert 50 < (seen.available_at - second.available_at).total_seconds() < 90


async def test_an_event_whose_wait_is_over_comes_with_those_behind_it(relays: Relays) -> None:
    first, second = await relays.announced(*records_of_one(2))
    async with relays.sessions.open() as session:
        await session.postpone([a_setback(first, wait_seconds=0)])
        assert await chosen(session) == [first.id, second.id]


async def test_a_parked_event_holds_back_its_aggregate_alone(relays: Relays) -> None:
    first, _ = await relays.announced(*records_of_one(2))
    [other] = await relays.announced(an_outbox_record())
    async with relays.sessions.open() as session:
        await session.postpone([a_setback(first, wait_seconds=0, parked=True)])
        assert await chosen(session) == [other.id]
    seen = await relays.entry(first.record)
    assert (seen.state, seen.last_error, seen.parked_at is None) == ("parked", "UNAVAILABLE", False)


async def test_a_skipped_event_lets_later_ones_pass_and_never_goes(relays: Relays) -> None:
    first, second = await relays.announced(*records_of_one(2))
    async with relays.sessions.open() as session:
        await session.postpone([a_setback(first, parked=True)])
        async with relays.store.autocommit() as statements:
            assert await statements.outbox.skip(first.record.event_id)
        assert await chosen(session) == [second.id]


async def test_nothing_at_or_below_the_mark_is_found(relays: Relays) -> None:
    one, two = await relays.announced(an_outbox_record(), an_outbox_record())
    async with relays.sessions.open() as session:
        assert await chosen(session, dict.fromkeys(SHARDS, one.id)) == [two.id]
        assert await chosen(session, dict.fromkeys(SHARDS, two.id)) == []


async def test_an_unpublished_event_below_the_mark_holds_back_its_aggregate(
    relays: Relays,
) -> None:
    one, two = await relays.announced(*records_of_one(2))
    async with relays.sessions.open() as session:
        assert await chosen(session, dict.fromkeys(SHARDS, one.id)) == []
        await session.mark_published([one.id])
        assert await chosen(session, dict.fromkeys(SHARDS, one.id)) == [two.id]


async def test_a_setback_changes_nothing_of_what_an_operator_or_a_relay_has_settled(
    relays: Relays,
) -> None:
    parked = await relays.parked()
    [published] = await relays.announced(an_outbox_record())
    async with relays.sessions.open() as session:
        await session.mark_published([published.id])
        before = [await relays.entry(entry.record) for entry in (parked, published)]
        await session.postpone([a_setback(entry, attempts=9) for entry in before])
    assert [await relays.entry(entry.record) for entry in before] == before


async def test_a_shard_is_held_by_one_session_until_it_is_given_back(relays: Relays) -> None:
    async with relays.several(2) as (mine, theirs):
        assert await mine.take([1, 2, 3]) == {1, 2, 3}
        assert await theirs.take([3, 4]) == {4}
        assert await mine.give_back([3, 60]) == {3}
        assert await theirs.take([3]) == {3}
        standing = await theirs.standing()
    assert standing.relays == 2
    assert (set(standing.held), set(standing.taken)) == ({3, 4}, {1, 2, 3, 4})


async def test_a_session_that_ends_gives_everything_back(relays: Relays) -> None:
    async with relays.sessions.open() as left:
        async with relays.sessions.open() as gone:
            await gone.take([7])
            assert (await left.standing()).relays == 2
        async with asyncio.timeout(30):
            while (await left.standing()).relays > 1:
                pass
        assert await left.take([7]) == {7}


async def test_a_session_tells_how_far_ids_are_drawn_and_transactions_have_ended(
    relays: Relays,
) -> None:
    async with relays.sessions.open() as session:
        before = await session.standing()
        *_, last = await relays.announced(an_outbox_record(), an_outbox_record())
        after = await session.standing()
    assert after.highest_id == last.id
    assert before.transaction <= after.transaction
    assert all(before.transaction < each < after.transaction for each in after.running)
