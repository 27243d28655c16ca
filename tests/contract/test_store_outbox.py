"""The outbox as operators see it: pages, parked events released or given up, and retention."""

import uuid
from datetime import timedelta

import pytest

from catalog.application.outbox_records import OutboxEntry, OutboxState, PrunedPage
from tests.contract.relays import Relays, a_setback, relays
from tests.support.outbox import an_outbox_record, records_of_one

__all__ = ["relays"]


async def page(
    relays: Relays, state: OutboxState | None = None, behind: int = 0, limit: int = 100
) -> list[OutboxEntry]:
    async with relays.store.autocommit() as statements:
        return list(await statements.outbox.page(state, behind, limit))


async def one_of_each(relays: Relays) -> dict[OutboxState, OutboxEntry]:
    """Bring an event into every state, in the order of their ids."""
    skipped, parked = await relays.parked(), await relays.parked()
    async with relays.store.autocommit() as statements:
        assert await statements.outbox.skip(skipped.record.event_id)
    published, waiting = await relays.announced(an_outbox_record(), an_outbox_record())
    async with relays.sessions.open() as session:
        await session.mark_published([published.id])
    states: tuple[OutboxState, ...] = ("skipped", "parked", "published", "waiting")
    entries = [await relays.entry(each.record) for each in (skipped, parked, published, waiting)]
    return dict(zip(states, entries, strict=True))


async def test_events_are_listed_by_state_or_all_by_id(relays: Relays) -> None:
    events = await one_of_each(relays)
    for state, entry in events.items():
        assert entry.state == state
        assert (entry.published_at is not None) == (state == "published")
        assert (entry.skipped_at is not None) == (state == "skipped")
        assert await page(relays, state) == [entry]
    assert await page(relays) == list(events.values())


@pytest.mark.parametrize("size", [1, 2, 3, 4])
async def test_pages_put_together_are_the_whole_list(relays: Relays, size: int) -> None:
    entries = await relays.announced(*records_of_one(3))
    for state in (None, "waiting"):
        found: list[OutboxEntry] = []
        while more := await page(relays, state, found[-1].id if found else 0, size):
            assert len(more) <= size
            found += more
        assert found == entries


async def test_an_unknown_event_is_none(relays: Relays) -> None:
    async with relays.store.autocommit() as statements:
        assert await statements.outbox.get(uuid.uuid4()) is None
        assert not await statements.outbox.redrive(uuid.uuid4())
        assert not await statements.outbox.skip(uuid.uuid4())


async def test_a_redriven_event_waits_again_from_the_first_attempt_on(relays: Relays) -> None:
    parked = await relays.parked()
    async with relays.store.autocommit() as statements:
        assert await statements.outbox.redrive(parked.record.event_id)
    again = await relays.entry(parked.record)
    assert (again.state, again.attempts, again.parked_at) == ("waiting", 0, None)
    assert again.available_at < parked.available_at
    assert again.last_error == parked.last_error


async def test_only_parked_events_are_redriven_or_skipped(relays: Relays) -> None:
    events = await one_of_each(relays)
    for state in ("skipped", "published", "waiting"):
        async with relays.store.autocommit() as statements:
            assert not await statements.outbox.redrive(events[state].record.event_id)
            assert not await statements.outbox.skip(events[state].record.event_id)
    assert await page(relays) == list(events.values())


async def test_all_parked_events_are_redriven_some_at_a_time(relays: Relays) -> None:
    await one_of_each(relays)
    entries = [await relays.parked() for _ in range(3)]
    async with relays.store.autocommit() as statements:
        counts = [await statements.outbox.redrive_parked(3) for _ in range(3)]
    assert counts == [3, 1, 0]
    states = [(await relays.entry(entry.record)).state for entry in entries]
    assert states == ["waiting"] * 3
    assert len(await page(relays, "skipped")) == 1


async def test_only_events_published_long_enough_ago_are_pruned(relays: Relays) -> None:
    events = await one_of_each(relays)
    async with relays.store.autocommit() as statements:
        kept = await statements.outbox.prune(0, 100, timedelta(hours=1))
        gone = await statements.outbox.prune(0, 100, timedelta(0))
    last = events["waiting"].id
    assert kept == PrunedPage(deleted=0, last_id=last, more=False)
    assert gone == PrunedPage(deleted=1, last_id=last, more=True)
    del events["published"]
    assert await page(relays) == list(events.values())


async def test_pruning_goes_on_behind_what_it_has_looked_at(relays: Relays) -> None:
    entries = await relays.announced(*records_of_one(5))
    async with relays.sessions.open() as session:
        await session.mark_published([entry.id for entry in entries[:4]])
        await session.postpone([a_setback(entries[4])])
    behind, deleted = 0, []
    async with relays.store.autocommit() as statements:
        for _ in range(4):
            step = await statements.outbox.prune(behind, 2, timedelta(0))
            behind = step.last_id
            deleted.append(step.deleted)
    assert deleted == [2, 2, 0, 0]
    assert not step.more
    assert [entry.id for entry in await page(relays)] == [entries[4].id]
