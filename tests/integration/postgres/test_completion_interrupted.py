"""Completions that the server, the clock or the caller ends early, and a pool of one connection."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TypeAlias

import asyncpg
import pytest

from catalog.adapters.memory.events import JsonEvents
from catalog.adapters.postgres.pool import open_pool
from catalog.adapters.postgres.store import PostgresStore
from catalog.application.finalize_upload import FinalizeUpload
from catalog.domain.errors import ContentionError, DatabaseUnavailableError
from catalog.domain.upload import Upload, UploadStatus
from catalog.domain.values import StoredObject
from tests.integration.postgres.interruptions import InterruptedStore
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import a_stored_object, an_arrival, an_md5
from tests.support.postgres import pool_settings
from tests.support.sql_ledger import SqlLedger
from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LOCK_UPLOAD = "SELECT 1 FROM catalog.uploads WHERE upload_id = $1 FOR UPDATE"
IN_TRANSACTION = """
SELECT {}(pid) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle in transaction'
"""


async def assert_nothing_is_kept(world: World, upload: Upload, stored: StoredObject) -> None:
    assert await world.now(upload) == upload
    assert await world.ledger.videos() == []
    assert await world.ledger.outbox() == []
    assert await world.ledger.inbox(stored.dedup_key) is None
    assert len(await world.ledger.history(upload.upload_id)) == 1


async def test_a_session_that_is_ended_in_between_keeps_nothing(world: World, pool: Pool) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)

    async def end_the_session() -> None:
        await pool.fetch(IN_TRANSACTION.format("pg_terminate_backend"))

    store = InterruptedStore(world.store, end_the_session)
    finalize = FinalizeUpload(store, JsonEvents(), world.policy.max_size_bytes)
    with pytest.raises(DatabaseUnavailableError):
        await finalize(an_arrival(stored))
    await assert_nothing_is_kept(world, upload, stored)
    assert (await finalize(an_arrival(stored))).effect == "completed"


async def test_a_caller_that_leaves_in_between_keeps_nothing(world: World, pool: Pool) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    async with pool.acquire() as other, other.transaction():
        await other.execute(LOCK_UPLOAD, upload.upload_id)
        caller = asyncio.create_task(world.finalize(stored))
        await until_waiting(pool, 1)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
    await assert_nothing_is_kept(world, upload, stored)
    assert (await world.finalize(stored)).effect == "completed"


@pytest.fixture
async def impatient(database: str, pool: Pool) -> AsyncIterator[World]:
    """A world whose statements wait for locks no longer than a moment."""
    settings = replace(pool_settings(database), lock_timeout=0.05)
    async with open_pool(settings) as opened:
        yield World(PostgresStore(opened, 20), SqlLedger(pool))


async def test_a_lock_that_is_not_to_be_had_is_a_passing_fault(
    impatient: World, pool: Pool
) -> None:
    upload = await impatient.waiting()
    stored = a_stored_object(upload)
    async with pool.acquire() as other, other.transaction():
        await other.execute(LOCK_UPLOAD, upload.upload_id)
        with pytest.raises(ContentionError):
            await impatient.finalize(stored)
        with pytest.raises(ContentionError):
            await impatient.init_again(upload)
    await assert_nothing_is_kept(impatient, upload, stored)
    assert (await impatient.finalize(stored)).effect == "completed"


@pytest.fixture
async def narrow(database: str, pool: Pool) -> AsyncIterator[World]:
    """A world with one connection for everything."""
    async with open_pool(pool_settings(database, size=1)) as one:
        yield World(PostgresStore(one, acquire_timeout_seconds=30), SqlLedger(pool))


async def test_one_connection_is_enough_for_fifty_uploads_at_once(narrow: World) -> None:
    async with asyncio.timeout(30):
        uploads = await asyncio.gather(*(narrow.waiting() for _ in range(50)))
        outcomes = await asyncio.gather(
            *(narrow.finalize(a_stored_object(each)) for each in uploads)
        )
    assert {each.effect for each in outcomes} == {"completed"}
    assert {each.status for each in await narrow.ledger.uploads()} == {UploadStatus.COMPLETED}


async def test_one_connection_is_enough_for_one_object_told_fifty_times(narrow: World) -> None:
    stored = a_stored_object(await narrow.waiting())
    async with asyncio.timeout(30):
        outcomes = await asyncio.gather(*(narrow.finalize(stored) for _ in range(50)))
    assert sorted(each.effect for each in outcomes) == ["completed"] + ["duplicate"] * 49


async def test_one_connection_is_enough_to_start_anew(narrow: World) -> None:
    """Tombstone, deletion and the new attempt follow one another; none waits inside another."""
    async with asyncio.timeout(30):
        failed = await asyncio.gather(*(narrow.failed() for _ in range(5)))
        answers = await asyncio.gather(*(narrow.init_again(each) for each in failed))
    assert {each.upload.attempt for each in answers} == {2}


async def test_a_pool_that_is_used_up_is_a_passing_fault(database: str, pool: Pool) -> None:
    async with open_pool(pool_settings(database, size=1)) as one:
        world = World(PostgresStore(one, acquire_timeout_seconds=0.2), SqlLedger(pool))
        upload = await world.waiting()
        async with one.acquire():
            for call in (
                world.init(),
                world.finalize(a_stored_object(upload, md5=an_md5())),
                world.get_upload(upload.user_id, str(upload.upload_id)),
            ):
                with pytest.raises(DatabaseUnavailableError):
                    await call
        assert (await world.init_again(upload)).start is not None
