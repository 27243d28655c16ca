"""Tombstones whose uploads are still there: looked at once in their age, not by each pruning."""

import asyncio
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import pytest

from catalog.application.records import HistoryEntry, Tombstone
from catalog.application.upkeep_records import PrunedTombstones
from catalog.domain.upload import Decision, Upload
from catalog.domain.values import Generation, ObjectRef
from tests.support.builders import a_stored_object, init_facts
from tests.support.world import World

AGE, LIMIT = timedelta(days=31), 100
FORGET = HistoryEntry("operator", "forget", Decision.REPLACE)
NOTHING = PrunedTombstones(0, 0)
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
A_YEAR_AGO = "UPDATE catalog.object_deletions SET {} = now() - interval '1 year'"


async def deleted(world: World, ref: ObjectRef, generation: Generation) -> None:
    async with world.store.autocommit() as statements:
        await statements.deletions.bury(Tombstone(ref, generation, "DUPLICATE"))
        await statements.deletions.mark_deleted(ref, generation)


async def owned(world: World, pool: Pool) -> Upload:
    """Make a completed upload of whose name another object was deleted, a year ago."""
    upload = await world.completed()
    await deleted(world, upload.ref, Generation(7))
    await pool.execute(A_YEAR_AGO.format("deleted_at"))
    return upload


async def orphan(world: World) -> None:
    stored = a_stored_object(init_facts())
    await deleted(world, stored.ref, stored.generation)


async def prune(world: World) -> PrunedTombstones:
    async with world.store.autocommit() as statements:
        return await statements.pruning.tombstones(AGE, LIMIT)


async def test_one_that_is_kept_is_not_looked_at_until_it_is_old_once_more(
    world: World, pool: Pool
) -> None:
    upload = await owned(world, pool)
    assert [await prune(world) for _ in range(2)] == [PrunedTombstones(0, kept=1), NOTHING]
    await pool.execute(A_YEAR_AGO.format("kept_at"))
    assert await prune(world) == PrunedTombstones(0, kept=1)
    assert len(await world.ledger.tombstones(upload.ref)) == 1


async def test_one_that_is_deleted_again_is_as_old_as_its_last_deletion(
    world: World, pool: Pool
) -> None:
    stored = a_stored_object(init_facts())
    await deleted(world, stored.ref, stored.generation)
    await pool.execute(A_YEAR_AGO.format("kept_at"))
    assert await prune(world) == NOTHING


async def test_one_whose_upload_is_forgotten_goes_by_its_own_age(world: World, pool: Pool) -> None:
    upload = await owned(world, pool)
    assert await prune(world) == PrunedTombstones(0, kept=1)
    async with world.store.transaction() as statements:
        await statements.endings.forget(upload, FORGET)
    assert await prune(world) == PrunedTombstones(1, kept=0)


async def test_one_that_somebody_holds_is_left_as_it_is_and_not_waited_for(
    world: World, pool: Pool
) -> None:
    await owned(world, pool)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM catalog.object_deletions FOR UPDATE")
        async with asyncio.timeout(10):
            assert await prune(world) == NOTHING
    assert await prune(world) == PrunedTombstones(0, kept=1)


async def test_two_prunings_at_once_look_at_each_once(world: World, pool: Pool) -> None:
    for _ in range(5):
        await orphan(world)
        await owned(world, pool)
    both = await asyncio.gather(prune(world), prune(world))
    assert sum(each.pruned for each in both) == 5
    assert sum(each.kept for each in both) == 5


class CrashError(Exception):
    """The process is gone, and with it what it had not committed."""


async def prune_and_crash(world: World) -> None:
    async with world.store.transaction() as statements:
        assert (await statements.pruning.tombstones(AGE, LIMIT)).looked_at == 2
        raise CrashError


async def test_what_a_crash_undid_is_done_by_the_next(world: World, pool: Pool) -> None:
    await orphan(world)
    await owned(world, pool)
    with pytest.raises(CrashError):
        await prune_and_crash(world)
    assert await prune(world) == PrunedTombstones(1, kept=1)
