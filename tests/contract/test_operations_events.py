"""Events of an upload's story: all that still wait, and those published by their times."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from catalog.application.operations_records import AnnouncedEvent
from tests.contract.relays import Relays, a_setback, relays
from tests.support.outbox import an_outbox_record, records_of_one

__all__ = ["relays"]


async def events(
    relays: Relays, aggregates: Sequence[UUID], times: Sequence[datetime] = (), limit: int = 10
) -> Sequence[AnnouncedEvent]:
    async with relays.store.autocommit() as statements:
        return await statements.stories.events(aggregates, times, limit)


async def publish(relays: Relays, *ids: int) -> None:
    async with relays.sessions.open() as session:
        await session.mark_published(ids)


async def test_events_that_are_not_published_are_found_by_aggregate(relays: Relays) -> None:
    one, other, third = (an_outbox_record(payload=b"x" * size) for size in (1, 2, 3))
    await relays.announced(one, other, third)
    found = await events(relays, [third.aggregate_id, one.aggregate_id])
    assert [each.event_id for each in found] == [one.event_id, third.event_id]
    assert [each.size_bytes for each in found] == [1, 3]
    assert [each.occurred_at for each in found] == [one.occurred_at, third.occurred_at]
    first = found[0]
    assert (first.aggregate_type, first.aggregate_id) == ("upload", one.aggregate_id)
    assert (first.event_type, first.state, first.state_at) == (one.event_type, "waiting", None)
    assert await events(relays, []) == []


async def test_published_events_are_found_by_aggregate_and_time(relays: Relays) -> None:
    record, other = an_outbox_record(), an_outbox_record()
    await publish(relays, *(entry.id for entry in await relays.announced(record, other)))
    aggregate, at = record.aggregate_id, record.occurred_at
    [found] = await events(relays, [aggregate], [at - timedelta(days=1), at, other.occurred_at])
    assert (found.event_id, found.state) == (record.event_id, "published")
    assert found.state_at == (await relays.entry(record)).published_at
    assert await events(relays, [aggregate]) == []
    assert await events(relays, [aggregate], [at + timedelta(microseconds=1)]) == []


async def test_events_tell_what_keeps_them_and_since_when(relays: Relays) -> None:
    parked, skipped = await relays.parked(), await relays.parked()
    [late] = await relays.announced(an_outbox_record())
    async with relays.store.autocommit() as statements:
        assert await statements.outbox.skip(skipped.record.event_id)
    async with relays.sessions.open() as session:
        await session.postpone([a_setback(late, attempts=3)])
    entries = [await relays.entry(each.record) for each in (parked, skipped, late)]
    found = await events(relays, [each.record.aggregate_id for each in entries])
    assert [(each.state, each.state_at) for each in found] == [
        ("parked", entries[0].parked_at),
        ("skipped", entries[1].skipped_at),
        ("waiting", None),
    ]
    assert (found[2].attempts, found[2].last_error) == (3, "UNAVAILABLE")


async def test_many_events_are_cut_at_their_beginning(relays: Relays) -> None:
    records = records_of_one(4)
    entries = await relays.announced(*records)
    await publish(relays, entries[3].id)
    aggregate, times = records[0].aggregate_id, [each.occurred_at for each in records]
    found = await events(relays, [aggregate], times, limit=2)
    assert [each.event_id for each in found] == [records[2].event_id, records[3].event_id]
