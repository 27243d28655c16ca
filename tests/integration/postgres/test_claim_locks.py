"""The claim: the inbox first, then the upload, and no upload at all for who comes second."""

import asyncio
from typing import TypeAlias

import asyncpg

from catalog.adapters.postgres.store import PostgresStore
from catalog.application.records import Claim
from catalog.domain.upload import Upload
from catalog.domain.values import StoredObject
from tests.integration.postgres.waits import until_waiting
from tests.support.builders import a_stored_object, an_arrival
from tests.support.world import World

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
LOCK_UPLOAD = "SELECT 1 FROM catalog.uploads WHERE upload_id = $1 FOR UPDATE"
LOCK_INBOX = "SELECT 1 FROM catalog.inbox_events WHERE dedup_key = $1 FOR UPDATE"
CLAIM_BY_HAND = (
    "INSERT INTO catalog.inbox_events (source, dedup_key, actor) VALUES ('gcs', $1, 'push')"
)
UPLOAD_IS_FREE = f"{LOCK_UPLOAD} NOWAIT"


async def claim(store: PostgresStore, stored: StoredObject) -> Claim:
    async with store.transaction() as statements:
        return await statements.inbox.claim(an_arrival(stored))


async def inbox_is_held(pool: Pool, stored: StoredObject) -> bool:
    """True when somebody who has not committed has claimed the arrival; else it is claimed now."""
    try:
        async with pool.acquire() as other, other.transaction():
            await other.execute("SET LOCAL lock_timeout = '50ms'")
            await other.execute(CLAIM_BY_HAND, stored.dedup_key)
    except asyncpg.LockNotAvailableError:
        return True
    return False


async def test_whoever_waits_for_the_upload_holds_the_inbox_already(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    async with asyncio.TaskGroup() as tasks, pool.acquire() as other, other.transaction():
        await other.execute(LOCK_UPLOAD, upload.upload_id)
        first = tasks.create_task(claim(store, stored))
        await until_waiting(pool, 1)
        assert await inbox_is_held(pool, stored)
        second = tasks.create_task(claim(store, stored))
        await until_waiting(pool, 2)
    assert (first.result().won, second.result().won) == (True, False)
    assert first.result().upload == upload


async def test_whoever_waits_for_the_inbox_holds_no_upload(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    """Otherwise a claim that was won and one that waits would lock each other out."""
    upload = await world.waiting()
    stored = a_stored_object(upload)
    await forget_outcome(pool, world, stored)
    async with asyncio.TaskGroup() as tasks, pool.acquire() as other, other.transaction():
        await other.execute(LOCK_INBOX, stored.dedup_key)
        waiting = tasks.create_task(claim(store, stored))
        await until_waiting(pool, 1)
        await pool.execute(UPLOAD_IS_FREE, upload.upload_id)
    assert waiting.result().won is True


async def forget_outcome(pool: Pool, world: World, stored: StoredObject) -> None:
    """Leave the arrival as one of an object that was unknown, so that it may be claimed again."""
    await pool.execute(
        "INSERT INTO catalog.inbox_events (source, dedup_key, actor, outcome)"
        " VALUES ('gcs', $1, 'push', 'unknown_object')",
        stored.dedup_key,
    )


async def test_a_duplicate_does_not_wait_for_the_upload(
    world: World, store: PostgresStore, pool: Pool
) -> None:
    upload = await world.waiting()
    stored = a_stored_object(upload)
    await world.finalize(stored)
    async with pool.acquire() as other, other.transaction():
        await other.execute(LOCK_UPLOAD, upload.upload_id)
        async with asyncio.timeout(10):
            assert (await claim(store, stored)).won is False


async def test_the_locked_row_is_fresh(world: World, store: PostgresStore, pool: Pool) -> None:
    """What another transaction committed while the claim waited is what is decided on."""
    upload: Upload = await world.waiting()
    async with asyncio.TaskGroup() as tasks, pool.acquire() as other, other.transaction():
        await other.execute(
            "UPDATE catalog.uploads SET version = 7, original_filename = 'new.mp4'"
            " WHERE upload_id = $1",
            upload.upload_id,
        )
        claimed = tasks.create_task(claim(store, a_stored_object(upload)))
        await until_waiting(pool, 1)
    fresh = claimed.result().upload
    assert fresh is not None
    assert (fresh.version, fresh.filename) == (7, "new.mp4")
